public import JepaCore
import JepaFormats
import JepaTensor
import Synchronization

/// Gives the masks of a recorded run, step by step.
///
/// Context `[1, B, K]` and targets `[M, B, K]` from the tensors `STEP.context [B, K]` and
/// `STEP.targets [M, B, K]` of `batches.safetensors`. The batch size has to be the recorded one,
/// and training ends no later than the record.
public final class RecordedMasks: Masker {
    public static let descriptor = StageDescriptor(
        name: "recorded_masks", summary: "The masks of a recorded run, step by step.",
        parameters: [
            .path("path", help: "The folder of the run, with its file 'batches.safetensors'.")
        ])

    private let grid: PatchGrid
    private let file: String
    private let owner: String
    private let location: SourceLocation?
    private let reader = Mutex<SafetensorsReader?>(nil)

    public init(parameters: StageParameters) throws {
        grid = parameters.grid("patches")
        file = parameters.text("path") + "/batches.safetensors"
        owner = "stage '\(parameters.stageName)'"
        location = parameters.values.location(of: "path") ?? parameters.location
    }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        precondition(grid == self.grid, "made for a grid of \(self.grid), asked for \(grid)")
        let step = random.stepIndex
        return MaskSet(
            context: try masks("context", at: step, batchSize: batchSize, axes: 2),
            targets: try masks("targets", at: step, batchSize: batchSize, axes: 3))
    }

    /// The masks of a name at a step.
    ///
    /// - Parameter axes: 2 for `[B, K]`, 3 for `[M, B, K]`.
    private func masks(
        _ name: String, at step: Int, batchSize: Int, axes: Int
    ) throws -> PatchIndices {
        let stored = try tensor(name, at: step)
        guard stored.shape.count == axes, stored.count > 0 else {
            throw error(
                "'\(stored.name)' of '\(file)' has the shape \(stored.shape), not "
                    + (axes == 2 ? "[B, K]" : "[M, B, K]"))
        }
        let shape = axes == 2 ? [1] + stored.shape : stored.shape
        guard shape[1] == batchSize else {
            throw error(
                "'\(stored.name)' of '\(file)' has masks for \(shape[1]) images, the batch has "
                    + "\(batchSize)")
        }
        let values = try stored.integers()
        for start in stride(from: 0, to: values.count, by: shape[2]) {
            let mask = values[start..<start + shape[2]]
            if let wrong = mask.first(where: { $0 < 0 || $0 >= Int64(grid.count) }) {
                throw error(
                    "'\(stored.name)' of '\(file)' names patch \(wrong); a grid of \(grid) has "
                        + "the patches 0 to \(grid.count - 1)")
            }
            guard zip(mask, mask.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw error(
                    "'\(stored.name)' of '\(file)' has a mask whose patches do not ascend: "
                        + "\(mask.map(String.init).joined(separator: ", "))")
            }
        }
        return PatchIndices(
            blocks: shape[0], batch: shape[1], kept: shape[2], values: values.map { Int32($0) })
    }

    /// The tensor of a name at a step; the file is opened when the first is asked for.
    private func tensor(_ name: String, at step: Int) throws -> StoredTensor {
        let reader = try reader.withLock { reader in
            let opened = try reader ?? SafetensorsReader(path: file)
            reader = opened
            return opened
        }
        if let tensor = reader["\(step).\(name)"] { return tensor }
        let recorded = reader.names.count { $0.hasSuffix(".\(name)") }
        throw error(
            "'\(file)' has no '\(step).\(name)': \(recorded) steps are recorded")
    }

    private func error(_ message: String) -> PipelineError {
        PipelineError(.data, "\(owner): \(message)", at: location)
    }
}
