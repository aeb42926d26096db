import Foundation
import JepaFormats
import JepaNN
import JepaTensor

/// The run of the official code in `Tests/Official/ijepa-small`.
struct Reference {
    static let run = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Official/ijepa-small").standardizedFileURL
    /// More numbers of the official code, for tests that are skipped where they are not.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/reference").standardizedFileURL
    static let isHere = FileManager.default.fileExists(atPath: folder.path)

    let initial: SafetensorsReader
    let batches: SafetensorsReader
    let trace: SafetensorsReader

    init() throws {
        let path = { (file: String) in Self.run.appending(path: "\(file).safetensors").path }
        initial = try SafetensorsReader(path: path("initial"))
        batches = try SafetensorsReader(path: path("batches"))
        trace = try SafetensorsReader(path: path("trace"))
    }

    var encoder: VisionTransformer.Configuration {
        .init(gridHeight: 6, gridWidth: 6, patchSize: 8, width: 48, depth: 3, heads: 3)
    }

    var predictor: PredictorNetwork.Configuration {
        .init(gridHeight: 6, gridWidth: 6, inputWidth: 48, width: 24, depth: 2, heads: 3)
    }

    /// Gives weights their values of before step 0.
    func load(_ weights: [Weight], from network: String) throws {
        for weight in weights {
            weight.value = try initial.tensor("\(network).\(weight.name)").floats()
        }
    }

    /// The masks of a step under a name: `context` `[B, K]` or `targets` `[M, B, K]`.
    func masks(_ name: String, step: Int = 0) throws -> PatchIndices {
        let stored = try batches.tensor("\(step).\(name)")
        let shape = stored.shape.count == 2 ? [1] + stored.shape : stored.shape
        return PatchIndices(
            blocks: shape[0], batch: shape[1], kept: shape[2],
            values: try stored.integers().map { Int32($0) })
    }
}
