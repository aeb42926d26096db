import Foundation
import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct TrainerTests {
    private let scratch = TemporaryFolder()
    private var run: String { scratch.path + "/run" }

    @Test func aRunLeavesItsFolder() throws {
        let toy = try ToyRun()
        let outcome = try toy.train(in: run)
        #expect(outcome.exitStatus == 0)
        #expect(outcome.step == 12)
        let names = try Folder.names(in: run).filter { $0 != ".lock" }
        #expect(
            names == [
                "checkpoints", "metrics.csv", "metrics.jsonl", "monitor.csv", "monitor.jsonl",
                "run.json", "summary.json", "verdict.json",
            ])
        #expect(
            try Folder.names(in: run + "/checkpoints")
                == ["step-000000.safetensors", "step-000012.safetensors"])
        let record = try JSONDecoder().decode(
            RunRecord.self, from: Data(scratch.text("run/run.json").utf8))
        #expect(record.seed == 0)
        #expect(record.steps == 12)
        #expect(record.data.images == 48)
        #expect(record.sessions.map(\.command) == ["jepa-pipe run toy.yaml"])
        #expect(record.sessions[0].machine.cores > 0)
        let rows = try scratch.text("run/metrics.jsonl").split(separator: "\n")
        #expect(rows.count == 12)
        let row = try #require(
            JSONSerialization.jsonObject(with: Data(rows[11].utf8)) as? [String: Double])
        #expect(row["step"] == 12)
        #expect(row["epoch"] == 2)
        #expect(row["context_patches"] == 8)
        #expect(row["target_patches"] == 4)
        #expect(row["momentum"] == 0.9)
        for name in [
            "loss", "loss.loss", "lr", "gradient_norm", "images_per_second", "step_ms",
            "loading_ms", "backward_ms", "peak_mib",
        ] { #expect(row[name] != nil, "\(name) is missing") }
        #expect(toy.watcher.progress.map(\.step) == Array(1...12))
        #expect(toy.watcher.progress.last?.secondsLeft == 0)
        #expect(outcome.text.hasSuffix("Everything is in \(run)"))
    }

    @Test func moreThreadsThanCoresAreTold() throws {
        let cores = Machine.current.cores
        for (threads, isTold) in [(cores, false), (cores + 1, true)] {
            let toy = try ToyRun([
                "threads": Setting(.integer(threads)), "batch_size": 8, "epochs": 1,
            ])
            try toy.train(in: "\(run)-\(threads)")
            let told = toy.watcher.said.filter { $0.hasPrefix("train.threads is \(threads)") }
            #expect(!told.isEmpty == isTold)
        }
    }

    @Test func trainingLowersTheLoss() throws {
        let toy = try ToyRun(["batch_size": 16, "epochs": 20, "monitor": ["enabled": false]])
        let trainer = try toy.trainer()
        _ = try trainer.run(in: RunFolder.create(at: run, pipeline: "toy"))
        let (first, last) = (try #require(trainer.state.firstLoss), trainer.state.lastLoss ?? 1e9)
        #expect(last < 0.7 * first)
    }

    @Test(arguments: [1, 3])
    func theNumberOfLoadingThreadsDoesNotMatter(workers: Int) throws {
        let two = try ToyRun(["batch_size": 8, "epochs": 2, "workers": 2])
        try two.train(in: run)
        let other = try ToyRun([
            "batch_size": 8, "epochs": 2, "workers": Setting(.integer(workers)),
        ])
        try other.train(in: run + "-other")
        #expect(other.elements == two.elements)
    }

    @Test func anotherSeedGivesAnotherRun() throws {
        let (zero, one) = (try ToyRun(), try ToyRun(seed: 1))
        try zero.train(in: run)
        try one.train(in: run + "-other")
        #expect(zero.elements != one.elements)
    }

    /// After the last step, 12, the last look is still to come.
    @Test(arguments: [1, 5, 6, 11, 12])
    func interruptedAndResumedEqualsUninterrupted(step: Int) throws {
        let whole = try ToyRun()
        let wholeOutcome = try whole.train(in: run)
        let first = try ToyRun()
        let stopped = try first.train(in: run + "-2", untilStep: step)
        #expect(stopped.signal == SIGINT)
        #expect(stopped.exitStatus == 130)
        #expect(stopped.step == step)
        let second = try ToyRun()
        let outcome = try second.resume(run + "-2")
        #expect(outcome.exitStatus == 0)
        #expect(second.watcher.progress.map(\.step) == Array(step + 1..<13))
        #expect(second.elements == whole.elements)
        // Every row is there once, and only times may differ.
        let rows = try [run, run + "-2"].map { folder in
            try String(contentsOfFile: folder + "/metrics.csv", encoding: .utf8)
                .split(separator: "\n").map { $0.split(separator: ",").prefix(9) }
        }
        #expect(rows[0] == rows[1])
        #expect(outcome.latest == wholeOutcome.latest)
        #expect(outcome.untrained == wholeOutcome.untrained)
    }

    @Test func terminationSavesAndSaysHowToGoOn() throws {
        let toy = try ToyRun()
        let outcome = try toy.train(in: run, untilStep: 4, signal: SIGTERM)
        #expect(outcome.exitStatus == 143)
        #expect(
            outcome.text.hasSuffix(
                """
                Stopped after step 4 of 12, and saved. To go on:
                  jepa-pipe run toy.yaml --resume '\(run)'
                """))
        #expect(!FileManager.default.fileExists(atPath: run + "/summary.json"))
    }

    @Test func askedBeforeTheFirstStepItSavesTheBeginning() throws {
        let toy = try ToyRun()
        toy.interruption.ask(SIGINT)
        #expect(try toy.train(in: run).step == 0)
        let again = try ToyRun()
        let outcome = try again.resume(run)
        #expect(outcome.step == 12)
        #expect(outcome.untrained?.step == 0)
    }

    /// Its checkpoint was written before the look that a signal kept from being taken.
    @Test func theLastLookIsSavedWhenItIsMadeUpFor() throws {
        try ToyRun().train(in: run, untilStep: 12)
        try ToyRun().resume(run)
        let third = try ToyRun()
        #expect(try !third.resume(run).isNew)
        #expect(third.watcher.said == ["nothing is left to do: all 12 steps have been taken"])
    }

    @Test func resumingAFinishedRunChangesNothing() throws {
        let toy = try ToyRun()
        let first = try toy.train(in: run)
        let files = ["run.json", "summary.json", "metrics.csv", "monitor.jsonl"]
        let before = try files.map { try scratch.text("run/" + $0) }
        #expect(first.isNew)
        let again = try ToyRun()
        let second = try again.resume(run)
        #expect(again.watcher.progress.isEmpty)
        #expect(again.elements == toy.elements)
        #expect(second.latest == first.latest)
        #expect(!second.isNew)
        #expect(again.watcher.said == ["nothing is left to do: all 12 steps have been taken"])
        #expect(try files.map { try scratch.text("run/" + $0) } == before)
    }

    @Test func theMostMemoryOfAllSessionsCounts() throws {
        try ToyRun().train(in: run, untilStep: 6)
        let place = CheckpointFolder(path: run + "/checkpoints").file(for: 6)
        let saved = try #require(try Checkpoint(reading: place).state.peakMemory)
        #expect(saved > 0)
        try ToyRun().resume(run)
        let summary = try #require(
            JSONSerialization.jsonObject(with: Data(scratch.text("run/summary.json").utf8))
                as? [String: Any])
        #expect(try #require(summary["peakMemory"] as? Double) >= saved)
    }

    @Test func givenWeightsStandBesideTheUntrainedNetwork() throws {
        let source = try ToyRun(["batch_size": 8, "epochs": 4])
        try source.train(in: run + "-source")
        let plain = try ToyRun()
        let untrained = try plain.train(in: run + "-plain").untrained
        let toy = try ToyRun()
        let elements = source.elements
        let interrupted = try ToyRun()
        for (folder, toy) in [("", toy), ("-2", interrupted)] {
            // Also if somebody asks to stop before the first step.
            if folder == "-2" { toy.interruption.ask(SIGINT) }
            _ = try toy.trainer().run(
                in: RunFolder.create(at: run + folder, pipeline: "toy"),
                initialise: {
                    for weight in toy.pipeline.allWeights {
                        weight.weight.value = Tensor(
                            elements[weight.name]!, shape: weight.weight.shape)
                    }
                })
        }
        let again = try ToyRun()
        let outcome = try again.resume(run + "-2")
        #expect(outcome.untrained == untrained)
        #expect(outcome.untrained != nil)
        let state = try Checkpoint(of: run + "-2").state
        let given = try #require(state.given)
        #expect(given.encoders != untrained?.encoders)
        #expect(again.elements == toy.elements)
        #expect(toy.watcher.said.contains { $0.contains("target_encoder with weights given: ") })
        #expect(try scratch.text("run/monitor.csv").split(separator: "\n").count == 3)
    }

    @Test func aRunThatGoesOnLongerHasNothingToSumUpYet() throws {
        try ToyRun().train(in: run)
        #expect(FileManager.default.fileExists(atPath: run + "/summary.json"))
        let longer = try ToyRun(["batch_size": 8, "epochs": 4])
        longer.watcher.onStep = { [interruption = longer.interruption] step in
            if step == 14 { interruption.ask(SIGINT) }
        }
        #expect(try longer.resume(run, allowingChanges: true).step == 14)
        #expect(!FileManager.default.fileExists(atPath: run + "/summary.json"))
    }

    @Test func theLookBeforeTrainingIsRecordedOnce() throws {
        try ToyRun().train(in: run)
        // As if it had been killed before its next checkpoint.
        try FileManager.default.removeItem(atPath: run + "/checkpoints/step-000012.safetensors")
        try ToyRun().resume(run)
        let steps = try scratch.text("run/monitor.csv").split(separator: "\n").dropFirst()
            .map { $0.prefix { $0 != "," } }
        #expect(steps.first == "0" && Set(steps).count == steps.count)
    }

    @Test func microBatchesComeToTheSameLosses() throws {
        let losses = try [8, 3].map { part in
            let toy = try ToyRun([
                "batch_size": 8, "epochs": 1, "micro_batch": Setting(.integer(part)),
                "monitor": ["enabled": false],
            ])
            try toy.train(in: run + "-\(part)")
            return toy.watcher.progress.map(\.loss)
        }
        for (whole, parts) in zip(losses[0], losses[1]) {
            // The same sum in another order: float32 rounding only.
            #expect(abs(whole - parts) < 1e-5 * whole)
        }
    }

    @Test func randomNumbersOfAnImageDoNotDependOnMicroBatches() throws {
        let losses = try [8, 3].map { part in
            let toy = try ToyRun(
                [
                    "batch_size": 8, "epochs": 1, "micro_batch": Setting(.integer(part)),
                    "monitor": ["enabled": false],
                ],
                stages: [
                    "loss": [
                        "use": "noisy_loss", "predictions": "predictor.predictions",
                        "targets": "target_encoder.tokens",
                    ]
                ], adding: NoisyLoss.self)
            try toy.train(in: run + "-\(part)")
            return toy.watcher.progress.map(\.loss)
        }
        for (whole, parts) in zip(losses[0], losses[1]) {
            #expect(abs(whole - parts) < 1e-5 * whole)
        }
    }
}

/// The toy loss, with targets each of whose images is moved at random.
private struct NoisyLoss: Loss {
    static let descriptor = StageDescriptor(name: "noisy_loss", summary: "Moves the targets.")

    init(parameters: StageParameters) throws {}

    func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let targets = inputs.variable("targets").value
        // Rows are those of the images for each of the two target blocks.
        let (images, length) = (targets.shape[0] / 2, targets.count / targets.shape[0])
        var elements = targets.elements
        for row in 0..<2 * images {
            var random = inputs.random.forSample(inputs.firstImage + row % images)
            let shift = Float(random.uniform())
            for place in row * length..<(row + 1) * length { elements[place] += shift }
        }
        return tape.squaredError(
            inputs.variable("predictions"), Variable(Tensor(elements, shape: targets.shape)))
    }
}
