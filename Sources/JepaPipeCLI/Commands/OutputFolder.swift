import Foundation
import JepaCore

/// Folders that are made because something is about to be written into them.
enum OutputFolder {
    /// Makes a folder, with those above it, if it is not there.
    ///
    /// - Throws: `file` if the system refuses.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw PipelineError(
                .file, "cannot make the folder '\(path)': \(error.localizedDescription)")
        }
    }

    /// Makes the folder of a file.
    ///
    /// - Throws: As `make(_:)`.
    static func make(of file: String) throws {
        let folder = (file as NSString).deletingLastPathComponent
        if !folder.isEmpty { try make(folder) }
    }
}
