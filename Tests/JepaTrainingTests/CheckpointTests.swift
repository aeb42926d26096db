import Foundation
import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct CheckpointTests {
    private let scratch = TemporaryFolder()
    private var run: String { scratch.path + "/run" }
    private let everyThree: Setting = [
        "batch_size": 8, "epochs": 2, "monitor": ["enabled": false],
        "checkpoint": ["every_steps": 3, "keep": 10],
    ]

    private func file(_ step: Int) -> String {
        CheckpointFolder(path: run + "/checkpoints").file(for: step)
    }

    @Test func aCheckpointHoldsEveryTensorAndTheState() throws {
        let toy = try ToyRun(everyThree)
        try toy.train(in: run)
        let reader = try SafetensorsReader(path: file(12))
        #expect(Set(reader.names) == Set(toy.elements.keys))
        #expect(reader.names.contains("optimizer.velocity.context_encoder.weight"))
        #expect(reader.names.contains("target_encoder.bias"))
        for (name, elements) in toy.elements {
            #expect(try reader.tensor(name).floats().elements == elements)
        }
        let state = try Checkpoint(reading: file(12)).state
        #expect(state.step == 12)
        #expect(state.origin.seed == 0)
        #expect(state.origin.version == "1.0")
        #expect(state.origin.settings["stages.optimizer.lr"] == "0.05")
        #expect(state.origin.settings["train.batch_size"] == "8")
        #expect(state.origin.settings["train.checkpoint.keep"] == nil)
    }

    @Test func onlyTheNewestAreKept() throws {
        let toy = try ToyRun([
            "batch_size": 8, "epochs": 2, "monitor": ["enabled": false],
            "checkpoint": ["every_steps": 3, "keep": 2],
        ])
        try toy.train(in: run)
        let names = try Folder.names(in: run + "/checkpoints")
        #expect(names == ["step-000009.safetensors", "step-000012.safetensors"])
    }

    @Test func theBestIsKeptBesides() throws {
        let toy = try ToyRun([
            "batch_size": 8, "epochs": 4,
            "monitor": ["every_steps": 2, "images": 32, "queries": 16],
            "checkpoint": ["keep": 1, "best": "rankme"],
        ])
        let outcome = try toy.train(in: run)
        let best = try Checkpoint(reading: run + "/checkpoints/best.safetensors").state
        let rows = try scratch.text("run/monitor.jsonl").split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Double])
        }
        let ranks = try rows.map { try #require($0["target_encoder.rankme"]) }
        let place = try #require(ranks.firstIndex(of: ranks.max() ?? 0))
        #expect(best.step == 2 * place)
        // JSON readers may be off by the last bit.
        #expect(abs((best.best?.value ?? 0) - ranks[place]) < 1e-12)
        #expect(outcome.latest?.step == 24)
    }

    @Test func tensorsThatDoNotFitAreListedAndNothingIsLoaded() throws {
        try ToyRun(everyThree).train(in: run, untilStep: 3)
        let other = try ToyRun(
            everyThree,
            stages: [
                "context_encoder": [
                    "use": "toy_encoder", "images": "data.images", "keep": "masks.context",
                    "width": 5,
                ]
            ])
        try other.pipeline.materialise()
        let before = other.elements
        let checkpoint = try Checkpoint(reading: file(3))
        let error = #expect(throws: PipelineError.self) {
            try checkpoint.load(into: other.pipeline)
        }
        #expect(
            error?.message
                == "the tensors of '\(file(3))' are not those of the pipeline; nothing was loaded")
        #expect(
            error?.notes.contains(
                "different: context_encoder.weight is float32 [6, 1, 2, 2] in the file, "
                    + "float32 [5, 1, 2, 2] in the pipeline") == true)
        // Two of each encoder, two of the predictor, and the moments of what is trained.
        #expect(error?.notes.count == 10)
        #expect(other.elements == before)
    }

    @Test func missingAndUnexpectedTensorsAreListed() throws {
        try ToyRun(everyThree).train(in: run, untilStep: 3)
        let reader = try SafetensorsReader(path: file(3))
        var writer = SafetensorsWriter(metadata: reader.metadata)
        for tensor in reader.tensors {
            let isRenamed = tensor.name == "predictor.bias"
            try writer.add(isRenamed ? tensor.renamed("predictor.bais") : tensor)
        }
        try writer.write(to: file(4))
        let toy = try ToyRun(everyThree)
        try toy.pipeline.materialise()
        let error = #expect(throws: PipelineError.self) {
            // The order of the tensors is that of their names, so the checksum is the same.
            try Checkpoint(reading: file(4)).load(into: toy.pipeline)
        }
        #expect(
            error?.notes == ["missing: predictor.bias [6]", "unexpected: predictor.bais [6]"])
    }

    /// What can happen to a file on a disk.
    enum Damage: String, CaseIterable, CustomTestStringConvertible {
        case bitFlipped, stepChanged, truncated, emptied, overwritten

        var testDescription: String { rawValue }

        func apply(to path: String) throws {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            switch self {
            case .bitFlipped: bytes[bytes.count - 30] ^= 0x10
            case .stepChanged:
                let place = try #require(bytes.firstRange(of: Data(#"\"step\":7"#.utf8)))
                bytes[place.upperBound - 1] = UInt8(ascii: "5")
            case .truncated: bytes.removeLast(40)
            case .emptied: bytes = Data()
            case .overwritten: bytes = Data("hello, this is no checkpoint".utf8)
            }
            try bytes.write(to: URL(fileURLWithPath: path))
        }
    }

    @Test(arguments: Damage.allCases)
    func aDamagedNewestIsNamedAndTheOneBeforeOffered(damage: Damage) throws {
        let whole = try ToyRun(everyThree)
        try whole.train(in: run + "-whole")
        try ToyRun(everyThree).train(in: run, untilStep: 7)
        try damage.apply(to: file(7))
        let error = #expect(throws: PipelineError.self) { try ToyRun(everyThree).resume(run) }
        #expect(error?.code == .file)
        #expect(error?.message.contains(file(7)) == true)
        #expect(
            error?.notes == [
                "The checkpoint before it is whole. To go on from step 6:",
                "  jepa-pipe run toy.yaml --resume '\(file(6))'",
            ])
        // What the message offers works, and comes to the same.
        let again = try ToyRun(everyThree)
        let outcome = try again.trainer().run(in: RunFolder.open(file(6)), from: file(6))
        #expect(outcome.step == 12)
        #expect(again.elements == whole.elements)
        #expect(
            again.watcher.said.contains(
                "set aside, since the run goes on from before it: \(file(7)).set-aside"))
        #expect(FileManager.default.fileExists(atPath: file(7) + ".set-aside"))
    }

    @Test func goingBackTwiceOverwritesNothing() throws {
        try ToyRun(everyThree).train(in: run)
        for ending in ["", "-2"] {
            let again = try ToyRun(everyThree)
            _ = try again.trainer().run(in: RunFolder.open(file(6)), from: file(6))
            for step in [9, 12] {
                let name = file(step) + ".set-aside" + ending
                #expect(FileManager.default.fileExists(atPath: name))
            }
        }
    }

    /// Trains for 13 steps and saves the best by a figure that rises here: that of step 12.
    private func trainForTheBest(keeping count: Int) throws -> (Setting, best: Int) {
        let settings: Setting = [
            "batch_size": 8, "epochs": 4,
            "monitor": ["every_steps": 2, "images": 32, "queries": 16],
            "checkpoint": ["keep": Setting(.integer(count)), "best": "rankme"],
        ]
        try ToyRun(settings).train(in: run, untilStep: 13)
        let best = try Checkpoint(reading: run + "/checkpoints/best.safetensors").state.step
        try #require(best > 0 && best < 13)
        return (settings, best)
    }

    @Test func theBestIsGoneOnFromAlthoughItsStepIsNotKept() throws {
        let (settings, step) = try trainForTheBest(keeping: 1)
        let best = run + "/checkpoints/best.safetensors"
        let stopped = try ToyRun(settings)
        stopped.interruption.ask(SIGINT)
        #expect(try stopped.trainer().run(in: RunFolder.open(best), from: best).step == step)
        // What was printed to go on with does go on from there.
        let again = try ToyRun(settings)
        #expect(try again.resume(run).step == 24)
        #expect(again.watcher.progress.first?.step == step + 1)
    }

    @Test func goingBackSetsALaterBestAside() throws {
        let (settings, step) = try trainForTheBest(keeping: 10)
        let again = try ToyRun(settings)
        _ = try again.trainer().run(in: RunFolder.open(file(0)), from: file(0))
        let aside = run + "/checkpoints/best.safetensors.set-aside"
        #expect(
            again.watcher.said.contains(
                "set aside, since the run goes on from before it: \(aside)"))
        let old = run + "/checkpoints/old.safetensors"
        try FileManager.default.moveItem(atPath: aside, toPath: old)
        #expect(try Checkpoint(reading: old).state.step == step)
        // The same steps come to the same best, or a later one.
        #expect(
            try Checkpoint(reading: run + "/checkpoints/best.safetensors").state.step >= step)
    }

    @Test func withoutAnyWholeCheckpointThereIsNoSilentRestart() throws {
        try ToyRun(everyThree).train(in: run, untilStep: 2)
        for step in [0, 2] { try Damage.truncated.apply(to: file(step)) }
        let damaged = #expect(throws: PipelineError.self) { try ToyRun(everyThree).resume(run) }
        #expect(damaged?.message.contains(file(2)) == true)
        #expect(damaged?.notes == ["No other checkpoint of the run is whole; it cannot go on."])
        for step in [0, 2] { try FileManager.default.removeItem(atPath: file(step)) }
        let missing = #expect(throws: PipelineError.self) { try ToyRun(everyThree).resume(run) }
        #expect(
            missing?.message == "the run has not saved anything yet: there is no checkpoint in "
                + "'\(run)/checkpoints'")
    }

    @Test func whatChangedIsReportedItemByItem() throws {
        try ToyRun(everyThree).train(in: run, untilStep: 3)
        let changed = try ToyRun(
            [
                "batch_size": 8, "epochs": 3, "monitor": ["enabled": false], "workers": 3,
                "checkpoint": ["every_steps": 2],
            ], seed: 1, data: ["noise": 0.25], optimizer: ["lr": 0.01])
        let error = #expect(throws: PipelineError.self) { try changed.resume(run) }
        #expect(error?.message == "the run in '\(run)' was not made with this")
        #expect(
            error?.notes == [
                "seed: was 0, is 1",
                "data: was toy 48 of 1x8x8, 4 classes, noise 0.5, "
                    + "is toy 48 of 1x8x8, 4 classes, noise 0.25",
                "steps: was 12, is 18", "steps of the schedules: was 12, is 18",
                "stages.data.noise: was 0.5, is 0.25", "stages.optimizer.lr: was 0.05, is 0.01",
                "train.epochs: was 2, is 3", "Add --allow-changed to go on all the same.",
            ])
        let outcome = try changed.resume(run, allowingChanges: true)
        #expect(outcome.step == 18)
        #expect(changed.watcher.said.contains("changed: stages.optimizer.lr: was 0.05, is 0.01"))
        #expect(changed.watcher.progress.first?.step == 4)
        // From now on the run is that of the new pipeline.
        #expect(try Checkpoint(reading: file(18)).state.origin.seed == 1)
    }

    @Test func anotherMachineIsNoChangeButIsSaid() throws {
        try ToyRun(everyThree).train(in: run, untilStep: 3)
        let reader = try SafetensorsReader(path: file(3))
        var writer = SafetensorsWriter(metadata: reader.metadata)
        let now = "\(threadCount) threads with \(vectorLevel)"
        writer.metadata["training"] = reader.metadata["training"]?
            .replacing("\"arithmetic\":\"\(now)\"", with: "\"arithmetic\":\"an abacus\"")
        writer.metadata["training_checksum"] = nil
        for tensor in reader.tensors { try writer.add(tensor) }
        try writer.write(to: file(3))
        let toy = try ToyRun(everyThree)
        #expect(try toy.resume(run).step == 12)
        #expect(
            toy.watcher.said.contains(
                "computing with \(now), before with an abacus: the same up to rounding"))
    }

    @Test(arguments: [0, 1, 7, 8, 31, 32, 33, 100])
    func everyBitCountsInTheChecksum(count: Int) {
        func sum(_ bytes: [UInt8]) -> String {
            var checksum = Checksum()
            bytes.withUnsafeBytes { checksum.add($0) }
            return checksum.text
        }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
        var sums: Set = [sum(bytes), sum(bytes + [0])]
        for index in 0..<count {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                sums.insert(sum(changed))
            }
        }
        #expect(sums.count == 2 + 8 * count)
        #expect(sums.allSatisfy { $0.count == 16 })
    }
}
