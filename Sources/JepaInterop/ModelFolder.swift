import Foundation
import JepaCore
import JepaFormats

/// A folder of imported weights.
///
/// ```
/// DIR/weights.safetensors   encoder.*, target_encoder.*, predictor.*, to the bit as they came
/// DIR/model.json            the sizes of the networks, and where they come from
/// ```
public enum ModelFolder {
    static let weights = "weights.safetensors"
    static let description = "model.json"

    /// What `model.json` holds.
    struct Description: Codable {
        var format = "jepa-pipe model 1"
        let source: String
        let origin: String
        let networks: [ModelNetwork]
        let sizes: ModelSizes
        let remarks: [String]
    }

    /// Writes a new folder.
    ///
    /// - Throws: `file` if there is something in it already, or the system refuses.
    public static func write(_ model: ModelWeights, to path: String) throws {
        try makeFolder(path)
        var writer = SafetensorsWriter(metadata: ["format": "jepa-pipe weights 1"])
        for network in ModelNetwork.allCases {
            for tensor in model.networks[network] ?? [] {
                try writer.add(tensor.renamed("\(network.rawValue).\(tensor.name)"))
            }
        }
        try writer.write(to: "\(path)/\(weights)")
        let text = try jsonText(
            Description(
                source: model.path, origin: model.origin,
                networks: ModelNetwork.allCases.filter { model.networks[$0] != nil },
                sizes: model.sizes, remarks: model.remarks), isPretty: true)
        // Last, because it is what makes the folder one of this kind.
        try AtomicFile.write(text + "\n", to: "\(path)/\(description)")
    }

    static func readDescription(_ path: String) throws -> Description {
        let file = "\(path)/\(description)"
        guard let bytes = try File.contents(of: file) else {
            throw PipelineError(.file, "there is no file \(quoted(file))")
        }
        let result: Description = try decodedJSON(from: bytes, of: quoted(file))
        guard result.sizes.isPlausible else {
            throw PipelineError(
                .file, "\(quoted(file)) cannot be right: its sizes are out of any range")
        }
        return result
    }

    /// Makes a folder, with those above it; an empty one that is there already will do.
    static func makeFolder(_ path: String) throws {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        if manager.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw PipelineError(.file, "\(quoted(path)) is a file; a folder is needed")
            }
            guard try Folder.names(in: path).isEmpty else {
                throw PipelineError(
                    .file, "\(quoted(path)) is not empty",
                    notes: ["Give --out a folder that is empty or does not exist."])
            }
            return
        }
        do {
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw PipelineError(
                .file, "cannot make the folder \(quoted(path)): \(error.localizedDescription)")
        }
    }
}
