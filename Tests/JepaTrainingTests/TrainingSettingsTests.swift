import JepaCore
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct TrainingSettingsTests {
    private func settings(_ train: Setting, stages: Setting = [:]) throws -> TrainingSettings {
        try TrainingSettings(
            ToyStages.graph(train: train, stages: stages), registry: ToyStages.registry())
    }

    @Test func aShortSectionHasSensibleDefaults() throws {
        let settings = try settings(["batch_size": 8, "epochs": 3])
        #expect(settings.length == .epochs(3))
        #expect(settings.warmUp == .epochs(0))
        #expect(settings.scheduleScale == 1)
        #expect(settings.stepOptions == StepOptions())
        #expect(settings.checkpoint.seconds == 600)
        #expect(settings.checkpoint.keep == 3)
        #expect(settings.monitor.images == 500)
        #expect(settings.monitor.isEnabled)
        #expect(settings.logInterval == 10)
    }

    @Test func everythingThatIsSetArrives() throws {
        let settings = try settings(
            [
                "batch_size": 8, "steps": 30, "warmup_steps": 5, "schedule_scale": 1.25,
                "micro_batch": 4, "clip_gradient": 1.5, "workers": 3, "threads": 2,
                "checkpoint": ["every_steps": 10, "keep": 2, "best": "knn"],
                "monitor": [
                    "every_epochs": 2, "images": 16, "queries": 8, "neighbours": 5,
                    "linear": false, "encoder": "context_encoder", "held_out": "other",
                ],
                "log": ["every_seconds": 0.5],
            ], stages: ["other": ["use": "toy_images"]])
        #expect(settings.length == .steps(30))
        #expect(settings.warmUp == .steps(5))
        #expect(settings.stepOptions == StepOptions(microBatch: 4, clipGradient: 1.5))
        #expect(settings.workers == 3)
        #expect(settings.threads == 2)
        #expect(settings.checkpoint.interval == .steps(10))
        #expect(settings.checkpoint.seconds == nil)
        #expect(settings.checkpoint.best == .knn)
        #expect(settings.monitor.interval == .epochs(2))
        #expect(settings.monitor.encoder == "context_encoder")
        #expect(settings.monitor.heldOut == "other")
        #expect(!settings.monitor.isLinear)
        #expect(settings.logInterval == 0.5)
    }

    @Test(
        arguments: [
            (
                Setting(dictionaryLiteral: ("epochs", 1)),
                ["'train' needs 'batch_size': an integer in 1...1000000 (images)"]
            ),
            (["batch_size": 4], ["'train' needs 'epochs' or 'steps': how long to train"]),
            (
                ["batch_size": 4, "epochs": 1, "warmup_epochs": 1, "warmup_steps": 2],
                ["'train' sets both 'warmup_epochs' and 'warmup_steps'; keep one"]
            ),
            (
                ["batch_size": 4, "epochs": 1, "micro_batch": 5],
                ["'micro_batch' is 5, more than the batch of 4"]
            ),
            (
                [
                    "batch_size": 4, "epochs": 1,
                    "checkpoint": ["every_epochs": 1, "every_steps": 1],
                ],
                ["'checkpoint' sets both 'every_epochs' and 'every_steps'; keep one"]
            ),
            (
                ["batch_size": 0, "epoch": 1, "monitor": ["image": 3]],
                [
                    "'batch_size' of 'train' is an integer in 1...1000000 (images), not 0",
                    "'train' has no parameter 'epoch'; did you mean 'epochs'?",
                    "'monitor' of 'train' has no parameter 'image'; did you mean 'images'?",
                ]
            ),
            (
                ["batch_size": 4, "epochs": 1, "monitor": ["held_out": "date"]],
                [
                    "'held_out' of 'monitor' names the stage 'date', which is not in the graph; "
                        + "did you mean 'data'?"
                ]
            ),
            (
                ["batch_size": 4, "epochs": 1, "monitor": ["held_out": "data"]],
                [
                    "'held_out' of 'monitor' names 'data', whose images are trained on; it takes a "
                        + "data source on no edge"
                ]
            ),
            (
                ["batch_size": 4, "epochs": 1, "monitor": ["encoder": "predictor"]],
                [
                    "'encoder' of 'monitor' names 'predictor', a stage of the role 'predictor'; "
                        + "the role 'encoder' is needed"
                ]
            ),
        ] as [(Setting, [String])])
    func mistakesAreReportedTogether(train: Setting, messages: [String]) throws {
        let errors = #expect(throws: PipelineErrors.self) { try settings(train) }
        #expect(errors?.errors.map(\.message) == messages)
    }
}
