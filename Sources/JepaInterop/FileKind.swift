import Foundation
import JepaCore
import JepaFormats

/// What a file or folder is, recognised by its contents and never by its name.
public enum FileKind: String, CaseIterable, Sendable {
    case safetensors
    /// Safetensors with the state of a training.
    case checkpoint
    case torch
    case npy
    case runFolder
    case weightsFolder
    case huggingFaceFolder

    /// As a sentence names it.
    public var words: String {
        switch self {
        case .safetensors: "a safetensors file"
        case .checkpoint: "a checkpoint of a training run"
        case .torch: "a torch file"
        case .npy: "a numpy file"
        case .runFolder: "a run folder"
        case .weightsFolder: "a folder of imported weights"
        case .huggingFaceFolder: "a Hugging Face folder"
        }
    }

    /// The text that marks a checkpoint in the metadata of its file.
    static let checkpointMark = "jepa-pipe checkpoint"

    /// Looks at a file or folder.
    ///
    /// - Throws: `file` if there is none, or it is of no kind that is known.
    public init(of path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw PipelineError(.file, "there is no \(quoted(path))")
        }
        self = try isFolder.boolValue ? Self.folder(path) : Self.file(path)
    }

    private static func folder(_ path: String) throws -> FileKind {
        let names = Set(try Folder.names(in: path))
        if names.contains("run.json") { return .runFolder }
        if names.contains(ModelFolder.description) { return .weightsFolder }
        if names.isSuperset(of: [HuggingFaceFolder.config, HuggingFaceFolder.weights]) {
            return .huggingFaceFolder
        }
        if names.contains(HuggingFaceFolder.weights + ".index.json") {
            throw PipelineError(
                .file, "the weights in \(quoted(path)) are spread over several files",
                notes: ["Save them with a 'max_shard_size' that puts them into one."])
        }
        throw PipelineError(
            .file, "\(quoted(path)) is a folder of no known kind",
            notes: [
                "Known: a run folder (run.json), imported weights (\(ModelFolder.description)), "
                    + "a Hugging Face folder (\(HuggingFaceFolder.config) and "
                    + "\(HuggingFaceFolder.weights))."
            ])
    }

    private static func file(_ path: String) throws -> FileKind {
        let head = try FileBytes(path: path).head(16)
        if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) { return .torch }
        if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
        if head.count > 8, head[8] == UInt8(ascii: "{"), head[5..<8].allSatisfy({ $0 == 0 }) {
            let metadata = try SafetensorsReader(path: path).metadata
            let isCheckpoint = metadata["format"]?.hasPrefix(checkpointMark) == true
            return isCheckpoint ? .checkpoint : .safetensors
        }
        throw PipelineError(
            .file, "\(quoted(path)) is \(unknown(head))",
            notes: [
                "Known: safetensors, torch files since version 1.6, numpy's npy; run folders, "
                    + "folders of imported weights, Hugging Face folders."
            ])
    }

    /// What a file that cannot be read looks like.
    private static func unknown(_ head: [UInt8]) -> String {
        if head.isEmpty { return "empty" }
        if head.starts(with: [0x80, 0x02]) {
            return "a bare pickle, such as torch wrote before version 1.6; saving it again with a "
                + "newer torch makes it readable"
        }
        if head.starts(with: [0x1f, 0x8b]) { return "compressed by gzip" }
        return "of no known kind"
    }
}
