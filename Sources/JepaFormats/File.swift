package import Foundation
import JepaCore

/// Files that are read as a whole.
package enum File {
    /// The bytes of a file, nil if there is none; a device has none either.
    ///
    /// - Throws: `file` if there is one that cannot be read, which must not be taken for none.
    package static func contents(of path: String) throws -> Data? {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw PipelineError.refused("read", path) }
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw PipelineError(.file, "cannot read '\(path)': \(error.localizedDescription)")
        }
    }

    /// The text of a file in UTF-8, nil if there is none.
    ///
    /// - Throws: `file` if there is one that cannot be read, or is damaged.
    package static func text(of path: String) throws -> String? {
        guard let bytes = try contents(of: path) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PipelineError(
                .file, "'\(path)' is damaged: it is not a text in UTF-8",
                notes: ["Move it away to go on without what it holds."])
        }
        return text
    }
}
