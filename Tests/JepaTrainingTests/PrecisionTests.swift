import Foundation
import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct PrecisionTests {
    private let scratch = TemporaryFolder()
    private var run: String { scratch.path + "/run" }

    private static func train(_ precision: Precision, steps: Int = 6) -> Setting {
        [
            "batch_size": 8, "epochs": 2, "steps": Setting(.integer(steps)),
            "monitor": ["enabled": false], "precision": Setting(.text(precision.rawValue)),
        ]
    }

    @Test func float32IsWhatIsMeantIfNothingIsSaid() throws {
        try ToyRun().train(in: run, untilStep: 2)
        let state = try Checkpoint(of: run).state
        #expect(state.origin.settings["train.precision"] == "float32")
        // Said or not, it is the same run; so it is for a checkpoint that does not know the word.
        let path = CheckpointFolder(path: run + "/checkpoints").file(for: 2)
        let reader = try SafetensorsReader(path: path)
        var writer = SafetensorsWriter(metadata: reader.metadata)
        let text = try #require(reader.metadata["training"])
        writer.metadata["training"] = text.replacing(#","train.precision":"float32""#, with: "")
        #expect(writer.metadata["training"] != text)
        writer.metadata["training_checksum"] = nil
        for tensor in reader.tensors { try writer.add(tensor) }
        try writer.write(to: path)
        #expect(try ToyRun().resume(run).step == 12)
    }

    @Test func aPrecisionThatTheProcessorLacksIsRefusedWhereItStands() throws {
        let place = JepaCore.SourceLocation(
            file: "x.yaml", line: 3, column: 20, length: 4, text: "train: {precision: bf16}")
        #expect(TrainingSettings.obstacle(to: .bf16, isAvailable: true, at: place).isEmpty)
        let errors = TrainingSettings.obstacle(to: .bf16, isAvailable: false, at: place)
        #expect(errors.map(\.code) == [.unavailable])
        #expect(
            errors.map(\.description) == [
                """
                x.yaml:3:20: error: 'precision' is 'bf16', but this processor lacks the \
                instructions for it: avx512_bf16
                train: {precision: bf16}
                                   ^~~~
                Remove 'precision' to train in float32.
                """
            ])
        guard !Precision.bf16.isAvailable else { return }
        let found = #expect(throws: PipelineErrors.self) { try ToyRun(Self.train(.bf16)) }
        #expect(found?.errors.map(\.message) == errors.map(\.message))
    }

    @Test(.enabled(if: Precision.bf16.isAvailable, "skipped: this processor has no avx512_bf16"))
    func anotherPrecisionIsAnotherRun() throws {
        let exact = try ToyRun(Self.train(.float32))
        try exact.train(in: run)
        let whole = try ToyRun(Self.train(.bf16))
        try whole.train(in: run + "-bf16")
        #expect(whole.elements != exact.elements)
        for (name, elements) in exact.elements where name.hasPrefix("context_encoder.") {
            let count = elements.count
            // Six steps apart, each with gradients that are off by less than 1 %.
            expectEqual(
                Tensor(whole.elements[name] ?? [], shape: [count]),
                Tensor(elements, shape: [count]), .ofLargest(0.05), name)
        }
        #expect(try scratch.text("run-bf16/run.json").contains(#""precision" : "bf16""#))
        #expect(try scratch.text("run/run.json").contains(#""precision" : "float32""#))

        try ToyRun(Self.train(.bf16)).train(in: run + "-2", untilStep: 3)
        let again = try ToyRun(Self.train(.bf16))
        try again.resume(run + "-2")
        #expect(again.elements == whole.elements)
    }

    @Test(.enabled(if: Precision.bf16.isAvailable, "skipped: this processor has no avx512_bf16"))
    func goingOnInAnotherPrecisionIsAChange() throws {
        try ToyRun(Self.train(.float32)).train(in: run, untilStep: 3)
        let other = try ToyRun(Self.train(.bf16))
        let error = #expect(throws: PipelineError.self) { try other.resume(run) }
        #expect(error?.message == "the run in '\(run)' was not made with this")
        #expect(
            error?.notes == [
                "train.precision: was float32, is bf16",
                "Add --allow-changed to go on all the same.",
            ])
        #expect(try other.resume(run, allowingChanges: true).step == 6)
        let record = try scratch.text("run/run.json")
        #expect(record.contains(#""precision" : "float32""#))
        #expect(record.contains(#""precision" : "bf16""#))
    }
}
