import Foundation
import JepaCore
import JepaStages
import JepaTensor
import JepaTestSupport
import JepaTraining
import Testing

/// The promises of the trainer, kept by the built-in stages together.
@Suite struct RealStagesTests {
    private let scratch = TemporaryFolder()

    private func run(microBatch: Int? = nil) throws -> ToyRun {
        var train: [Setting.Entry] = [
            .init("batch_size", 8), .init("epochs", 2), .init("warmup_epochs", 0.5),
            .init("clip_gradient", 1), .init("checkpoint", ["every_steps": 4]),
            .init("monitor", ["images": 16, "queries": 8, "every_steps": 3]),
        ]
        if let microBatch { train.append(.init("micro_batch", Setting(.integer(microBatch)))) }
        let graph = try Graph([
            "pipeline": "small", "seed": 11,
            "stages": [
                "data": ["use": "scenes", "count": 40, "size": 32, "flip": true],
                "masks": [
                    "use": "multiblock", "patches": "context_encoder.grid", "min_keep": 1,
                ],
                "context_encoder": [
                    "use": "vit", "patch_size": 8, "width": 16, "depth": 2, "heads": 2,
                    "images": "data.images", "keep": "masks.context",
                ],
                "target_encoder": [
                    "use": "ema", "of": "context_encoder", "images": "data.images",
                    "gather": "masks.targets",
                ],
                "predictor": [
                    "use": "vit_predictor", "width": 8, "depth": 1,
                    "tokens": "context_encoder.tokens", "context": "masks.context",
                    "targets": "masks.targets",
                ],
                "loss": [
                    "use": "smooth_l1", "predictions": "predictor.predictions",
                    "targets": "target_encoder.tokens",
                ],
                "optimizer": ["use": "adamw", "minimize": "loss", "lr": 1e-3],
            ],
            "train": Setting(.mapping(train)),
        ])
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        return try ToyRun(graph, registry: registry)
    }

    @Test(arguments: [1, 5, 9])
    func interruptedAndResumedEqualsUninterrupted(step: Int) throws {
        let whole = try run()
        let outcome = try whole.train(in: scratch.path + "/whole")
        #expect(outcome.step == 10)
        let path = scratch.path + "/interrupted"
        try run().train(in: path, untilStep: step)
        let second = try run()
        let resumed = try second.resume(path)
        #expect(second.elements == whole.elements)
        #expect(resumed.latest == outcome.latest)
        #expect(resumed.untrained == outcome.untrained)
    }

    @Test func trainingChangesEveryTrainedWeightAndItsMovingCopy() throws {
        let small = try run()
        try small.pipeline.materialise()
        let before = small.elements
        try small.train(in: scratch.path + "/run")
        for (name, elements) in small.elements {
            #expect(elements != before[name], "\(name) is as it was")
            let isFinite = elements.allSatisfy { $0.isFinite }
            #expect(isFinite, "\(name) is not finite")
        }
    }

    @Test func microBatchesComeToTheSameLosses() throws {
        let losses = try [nil, 3].map { part in
            let small = try run(microBatch: part)
            try small.train(in: scratch.path + "/\(part ?? 0)")
            return small.watcher.progress.map(\.loss)
        }
        for (whole, parts) in zip(losses[0], losses[1]) {
            // Sums in another order; AdamW turns rounding of small gradients into small steps.
            #expect(abs(whole - parts) < 1e-3 * whole)
        }
    }
}
