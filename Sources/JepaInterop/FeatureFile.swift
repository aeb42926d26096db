import Foundation
import JepaCore
import JepaFormats
public import JepaTensor

/// Writes features as they are computed, however many there are, into one npy or safetensors file.
///
/// All rows go into a hidden file beside the target first, because which images are unusable is
/// known only when all of them have been tried.
public struct FeatureFile: Sendable {
    /// The target.
    public let path: String
    private let isNumpy: Bool

    /// A file of the format that its ending names.
    ///
    /// - Throws: `value` if it names neither.
    public init(path: String) throws {
        self.path = path
        isNumpy = path.hasSuffix(".npy")
        guard isNumpy || path.hasSuffix(".safetensors") else {
            throw PipelineError(
                .value, "\(quoted(path)) has to end in '.npy' or '.safetensors'")
        }
    }

    /// Where the notes are.
    public var notesPath: String { isNumpy ? path + ".json" : path }

    /// Writes the table.
    ///
    /// - Parameters:
    ///   - count: Images that will be tried, each a row of `shape`.
    ///   - body: Appends the rows of all images in order, `[B] + shape` at a time, and tells which
    ///     of them stay; of the others there will be no row.
    /// - Throws: `file` if the system refuses, and whatever `body` throws.
    public func write(
        count: Int, shape: [Int],
        _ body:
            @escaping (_ append: (Tensor) throws -> Void) throws -> (
                kept: [Bool], notes: FeatureNotes
            )
    ) throws {
        let rows = try AtomicFile.scratch(for: path)
        defer { unlink(rows) }
        var result: (kept: [Bool], notes: FeatureNotes)?
        try NpyFile.write(.float32, shape: [count] + shape, to: rows) { append in
            result = try body { tensor in
                try withExtendedLifetime(tensor) {
                    try append(
                        UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * 4))
                }
            }
        }
        guard let (kept, notes) = result else { fatalError("nobody has written rows") }
        precondition(
            kept.count == count && kept.count(where: { $0 }) == notes.files.count,
            "\(notes.files.count) files for \(kept.count(where: { $0 })) of \(kept.count) rows")
        if kept.contains(false) { try drop(from: rows, kept) }
        if isNumpy {
            // A process that is killed here leaves rows without names, never with those of others.
            try removeOldNotes()
            try AtomicFile.replace(path, by: rows)
            try AtomicFile.write(Self.json(notes) + "\n", to: notesPath)
        } else {
            try writeSafetensors(rows: rows, notes)
        }
    }

    /// Takes away what tells of the rows that are about to be replaced.
    private func removeOldNotes() throws {
        var status = stat()
        guard lstat(notesPath, &status) == 0 else { return }
        // What a link leads to is written again, so the link stays and its file is emptied.
        if status.st_mode & S_IFMT == S_IFLNK { return try AtomicFile.write("", to: notesPath) }
        guard unlink(notesPath) == 0 else { throw PipelineError.refused("remove", notesPath) }
    }

    /// Replaces a file of rows by one of those that stay.
    private func drop(from rows: String, _ kept: [Bool]) throws {
        // What is mapped can be read until the end, also when the file has been replaced.
        let stored = try NpyFile.read(rows)
        try NpyFile.write(
            .float32, shape: [kept.count { $0 }] + stored.shape.dropFirst(), to: rows
        ) { append in
            for (row, isKept) in kept.enumerated() where isKept {
                try stored.rows(row..<row + 1).withUnsafeBytes { try append($0) }
            }
        }
    }

    private func writeSafetensors(rows: String, _ notes: FeatureNotes) throws {
        var metadata = notes.made
        metadata["files"] = try Self.json(notes.files)
        metadata["omitted"] = try Self.json(notes.omitted)
        if !notes.classes.isEmpty { metadata["classes"] = try Self.json(notes.classes) }
        var writer = SafetensorsWriter(metadata: metadata)
        try writer.add(try NpyFile.read(rows).renamed("features"))
        if !notes.labels.isEmpty {
            try writer.add(
                StoredTensor(
                    "labels", integers: notes.labels.map(Int64.init), shape: [notes.labels.count]))
        }
        try writer.write(to: path)
    }

    private static func json(_ value: some Encodable) throws -> String {
        let isList = value is [String] || value is [FeatureNotes.Omission]
        return try jsonText(value, isPretty: !isList)
    }
}
