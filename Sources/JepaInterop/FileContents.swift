import Foundation
import JepaCore
public import JepaFormats

/// Everything a file of tensors holds, whatever its kind.
public struct FileContents: Sendable {
    /// The file or folder that was asked for.
    public let path: String
    /// What it is.
    public let kind: FileKind
    /// The file that holds the tensors: of a folder, one of its files.
    public let file: String
    /// The tensors in the order of the file, under their names there.
    public let tensors: [StoredTensor]
    /// What stands beside the tensors, such as metadata or the epoch of an official checkpoint.
    public let values: [(name: String, value: String)]

    /// Reads a file or folder; of tensors only names and shapes.
    ///
    /// - Throws: `file` if there is none, or it is damaged or of no known kind.
    public init(of path: String) throws {
        self.path = path
        kind = try FileKind(of: path)
        var values: [(name: String, value: String)] = []
        switch kind {
        case .safetensors, .checkpoint: file = path
        case .torch, .npy: file = path
        case .runFolder: file = try Self.newestCheckpoint(of: path)
        case .weightsFolder:
            file = "\(path)/\(ModelFolder.weights)"
            let description = try ModelFolder.readDescription(path)
            values = [
                ("source", "\(description.source), \(description.origin)"),
                ("sizes", description.sizes.text),
            ]
        case .huggingFaceFolder:
            file = "\(path)/\(HuggingFaceFolder.weights)"
            values = try Self.json(at: "\(path)/\(HuggingFaceFolder.config)", prefix: "")
        }
        switch kind {
        case .torch:
            let root = try TorchArchive(path: file).root
            tensors = root.tensors()
            values += Self.values(of: root, at: "")
        case .npy: tensors = [try NpyFile.read(file)]
        default:
            let reader = try SafetensorsReader(path: file)
            tensors = reader.tensors
            for (name, text) in reader.metadata.sorted(by: { $0.key < $1.key }) {
                let inner = kind == .checkpoint || kind == .runFolder ? Self.json(text, name) : []
                values += inner.isEmpty ? [(name, text)] : inner
            }
        }
        self.values = values
    }

    private static func newestCheckpoint(of run: String) throws -> String {
        let folder = "\(run)/checkpoints"
        let names = Folder.exists(folder) ? try Folder.names(in: folder) : []
        let steps = names.compactMap { name -> (step: Int, name: String)? in
            guard let match = name.wholeMatch(of: /step-([0-9]+)\.safetensors/),
                let step = Int(match.1)
            else { return nil }
            return (step, name)
        }
        guard let newest = steps.max(by: { $0.step < $1.step }) else {
            throw PipelineError(
                .file,
                "the run in \(quoted(run)) has not saved anything yet: there is no "
                    + "checkpoint in \(quoted(folder))")
        }
        return "\(folder)/\(newest.name)"
    }

    /// Numbers and texts below a value, under the keys that lead to them.
    private static func values(
        of value: TorchValue, at path: String
    ) -> [(name: String, value: String)] {
        func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
        switch value {
        case .none: return [(path, "None")]
        case .bool(let value): return [(path, value ? "True" : "False")]
        case .integer(let value): return [(path, "\(value)")]
        case .number(let value): return [(path, "\(value)")]
        case .text(let value): return [(path, value)]
        case .tensor: return []
        case .dictionary(let dictionary):
            return dictionary.entries.flatMap { values(of: $0.value, at: name($0.key.description)) }
        case .list(let items), .tuple(let items):
            // A list of numbers, such as the betas, reads best on one line.
            let numbers = items.compactMap(\.number)
            guard numbers.count < items.count || items.isEmpty else {
                return [(path, numbers.map(shortest).joined(separator: ", "))]
            }
            return items.enumerated().flatMap { values(of: $0.element, at: name("\($0.offset)")) }
        }
    }

    private static func json(
        at path: String, prefix: String
    ) throws -> [(name: String, value: String)] {
        try File.contents(of: path)
            .map { json(String(decoding: $0, as: UTF8.self), prefix) } ?? []
    }

    private static func describe(_ value: Any) -> String {
        if value is NSNull { return "null" }
        // Foundation makes numbers of booleans; only their encoding still tells.
        if let number = value as? NSNumber, String(cString: number.objCType) == "c" {
            return number.boolValue ? "true" : "false"
        }
        if value is [Any], let text = try? JSONSerialization.data(withJSONObject: value) {
            return String(decoding: text, as: UTF8.self)
        }
        return "\(value)"
    }

    /// Numbers and texts of a JSON object by their keys; empty if the text is none.
    private static func json(_ text: String, _ prefix: String) -> [(name: String, value: String)] {
        func flatten(_ value: Any, at path: String) -> [(name: String, value: String)] {
            guard let object = value as? [String: Any] else {
                return [(path, describe(value))]
            }
            return object.sorted { $0.key < $1.key }.flatMap {
                flatten($0.value, at: path.isEmpty ? $0.key : "\(path).\($0.key)")
            }
        }
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            object is [String: Any]
        else { return [] }
        return flatten(object, at: prefix)
    }
}
