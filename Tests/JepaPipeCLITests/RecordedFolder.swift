import Foundation
import JepaCore
import JepaFormats
import JepaPipeCLI
import JepaStages
import JepaTensor
import JepaTestSupport

/// A copy of a recorded run whose numbers a test may change; it goes when the test ends.
final class RecordedFolder {
    /// A run of four steps, 12x16 pixels, that `Fixtures/record.py` recorded.
    static let fixture = Bundle.module.bundlePath + "/Fixtures/recorded-run"
    /// A run of the official code.
    static let official = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Official/ijepa-small").standardizedFileURL.path
    /// The files with tensors.
    static let files = ["initial", "batches", "trace", "after_step0", "final"]

    private let scratch = TemporaryFolder()
    var path: String { scratch.file("run") }

    init(_ original: String = RecordedFolder.fixture) throws {
        try FileManager.default.copyItem(atPath: original, toPath: path)
    }

    /// Assembles the stages and replays the run.
    func verify() throws -> Verification {
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        var verification = try Verification(RecordedRun(path: path), registry: registry)
        try verification.replay()
        return verification
    }

    /// Whether a verification notices that something is wrong, by a row or by an error.
    func isRefused() -> Bool {
        guard let verification = try? verify() else { return true }
        return !verification.isRight
    }

    /// The message of the error that a verification ends with; empty if it ends without.
    func refusal() -> String {
        do {
            _ = try verify()
            return ""
        } catch {
            return "\(error)".replacingOccurrences(of: path, with: "DIR")
        }
    }

    /// Writes a file again with its tensors changed; nil leaves one out.
    func rewrite(_ file: String, _ change: (StoredTensor) throws -> StoredTensor?) throws {
        let place = "\(path)/\(file).safetensors"
        let reader = try SafetensorsReader(path: place)
        var writer = SafetensorsWriter(metadata: reader.metadata)
        for tensor in reader.tensors {
            if let changed = try change(tensor) { try writer.add(changed) }
        }
        try writer.write(to: place)
    }

    /// Changes one number of a tensor.
    func change(_ file: String, _ name: String, at index: Int, by amount: Float) throws {
        try rewrite(file) { $0.name == name ? try $0.changed(at: index, by: amount) : $0 }
    }

    /// The text of `run.json`.
    func text() throws -> String {
        try String(contentsOfFile: path + "/run.json", encoding: .utf8)
    }

    /// Changes the text of `run.json`.
    func replace(_ old: String, with new: String) throws {
        let text = try text()
        precondition(text.contains(old), "run.json has no '\(old)'")
        try text.replacingOccurrences(of: old, with: new)
            .write(toFile: path + "/run.json", atomically: false, encoding: .utf8)
    }
}

extension StoredTensor {
    /// A copy with one number changed; whole numbers by the next whole amount.
    func changed(at index: Int, by amount: Float) throws -> StoredTensor {
        guard element == .float32 else {
            var values = try integers().map { Int32($0) }
            values[index] += Int32(amount.rounded(.awayFromZero))
            return StoredTensor(
                name, .int32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
        }
        var values = try floats().elements
        values[index] += amount
        return StoredTensor(
            name, .float32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
    }
}
