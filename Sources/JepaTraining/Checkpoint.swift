import Foundation
package import JepaCore
public import JepaFormats
import JepaTensor

/// All a run needs to go on, in one safetensors file.
///
/// The tensors are those of `Pipeline.allWeights` under their names; the metadata holds the
/// `TrainingState` as JSON, and checksums of both, because a bit that flips on a disk leaves the
/// file readable.
public struct Checkpoint {
    /// The file.
    public let path: String
    /// Everything that is no tensor.
    public let state: TrainingState
    private let reader: SafetensorsReader

    private static let format = "jepa-pipe checkpoint 1"

    /// Writes a checkpoint, or nothing.
    static func write(_ pipeline: Pipeline, _ state: TrainingState, to path: String) throws {
        let weights = pipeline.allWeights
        var checksum = Checksum()
        for weight in weights.sorted(by: { $0.name < $1.name }) {
            let value = weight.weight.value
            withExtendedLifetime(value) {
                checksum.add(UnsafeRawBufferPointer(start: value.pointer, count: value.count * 4))
            }
        }
        let training = try jsonText(state)
        var writer = SafetensorsWriter(metadata: [
            "format": format, "checksum": checksum.text, "training": training,
            "training_checksum": Self.checksum(of: training),
        ])
        for weight in weights { try writer.add(weight.name, weight.weight.value) }
        try writer.write(to: path)
    }

    /// Opens a checkpoint and makes sure that it is whole.
    ///
    /// - Throws: `file` if it is damaged, or no checkpoint of this kind.
    public init(reading path: String) throws {
        self.path = path
        reader = try SafetensorsReader(path: path)
        state = try Self.state(in: reader, path)
        var checksum = Checksum()
        for tensor in reader.tensors.sorted(by: { $0.name < $1.name }) {
            tensor.withUnsafeBytes { checksum.add($0) }
        }
        guard checksum.text == reader.metadata["checksum"] else {
            throw PipelineError(
                .file, "'\(path)' is damaged: its tensors do not match its checksum")
        }
    }

    /// The step of a checkpoint, whose tensors are not looked at; nil if it cannot be read.
    static func step(of path: String) -> Int? {
        try? state(in: SafetensorsReader(path: path), path).step
    }

    private static func state(in reader: SafetensorsReader, _ path: String) throws -> TrainingState
    {
        guard reader.metadata["format"] == format, let text = reader.metadata["training"] else {
            throw PipelineError(
                .file, "'\(path)' is not a checkpoint of a training run",
                notes: ["Found the format '\(reader.metadata["format"] ?? "none")'."])
        }
        let said = reader.metadata["training_checksum"]
        guard said == nil || said == checksum(of: text) else {
            throw PipelineError(
                .file,
                "'\(path)' is damaged: its state of training does not match its checksum")
        }
        return try decodedJSON(
            from: Data(text.utf8), of: "the state of training in '\(path)'")
    }

    private static func checksum(of text: String) -> String {
        var checksum = Checksum()
        Array(text.utf8).withUnsafeBytes { checksum.add($0) }
        return checksum.text
    }

    /// Opens the checkpoint of a run to look at: that given, or the newest of a run folder.
    ///
    /// The folder is not locked, so a run that is going on can be looked at.
    /// - Throws: `file` if there is none yet, or it is damaged.
    public init(of path: String) throws {
        if path.hasSuffix(".safetensors") {
            try self.init(reading: path)
            return
        }
        let folder = CheckpointFolder(path: path + "/checkpoints")
        guard let newest = try folder.entries().first else {
            throw PipelineError(
                .file,
                "the run has not saved anything yet: there is no checkpoint in "
                    + "'\(folder.path)'")
        }
        try self.init(reading: newest.path)
    }

    /// The tensors under the names that they have in the pipeline.
    public var tensors: [StoredTensor] { reader.tensors }

    /// Gives the weights of a pipeline the values of this checkpoint, all of them or none.
    ///
    /// - Throws: `configuration` with every missing, unexpected and mis-shaped tensor.
    package func load(into pipeline: Pipeline) throws {
        let weights = pipeline.allWeights
        var differences: [String] = []
        for (name, weight) in weights.map({ ($0.name, $0.weight) }) {
            guard let stored = reader[name] else {
                differences.append("missing: \(name) \(weight.shape)")
                continue
            }
            if stored.shape != weight.shape || stored.element != .float32 {
                differences.append(
                    "different: \(name) is \(stored.element.rawValue) \(stored.shape) in the file, "
                        + "float32 \(weight.shape) in the pipeline")
            }
        }
        let known = Set(weights.map(\.name))
        differences += reader.tensors.filter { !known.contains($0.name) }
            .map { "unexpected: \($0.name) \($0.shape)" }
        guard differences.isEmpty else {
            throw PipelineError(
                .configuration,
                "the tensors of '\(path)' are not those of the pipeline; nothing was loaded",
                notes: differences)
        }
        let values = try weights.map { try reader.tensor($0.name).floats() }
        for (weight, value) in zip(weights, values) { weight.weight.value = value }
    }
}
