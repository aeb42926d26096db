import Foundation

/// A folder of a test's own, which goes with this value.
///
/// Its path has a blank, as those of users may.
package final class TemporaryFolder {
    /// Where it is.
    package let path: String

    /// Makes an empty folder.
    package init() {
        let place = FileManager.default.temporaryDirectory.appending(
            path: "jepa test-\(UUID().uuidString)")
        path = place.path
        do {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        } catch {
            fatalError("no folder for a test: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of what has that name in it; a full path stays as it is.
    package func file(_ name: String) -> String {
        name.hasPrefix("/") ? name : "\(path)/\(name)"
    }

    /// The names in it or in a folder of it, sorted.
    package func names(in folder: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(folder)).sorted()
    }

    /// The content of a file.
    package func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: file(name))))
    }

    /// The content of a file of text.
    package func text(_ name: String) throws -> String {
        try String(contentsOfFile: file(name), encoding: .utf8)
    }

    /// Writes a file, and makes the folders above it.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let place = URL(filePath: file(name))
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: place)
    }

    /// Writes a file of text, and makes the folders above it.
    package func write(_ text: String, to name: String) throws {
        try write(Array(text.utf8), to: name)
    }

    /// Makes a folder in it, and those above it.
    package func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: file(name), withIntermediateDirectories: true)
    }
}
