import Foundation
import JepaCore
import JepaFormats

/// The checkpoints of one run: `step-000120.safetensors` for each step that was saved, of which
/// the newest few are kept, and `best.safetensors`.
package struct CheckpointFolder {
    /// The folder.
    package let path: String

    /// A checkpoint that is there, whole or not.
    package struct Entry: Equatable {
        /// Steps taken.
        package let step: Int
        /// The file.
        package let path: String
    }

    /// The checkpoints in `path`, whether there are some already or not.
    package init(path: String) {
        self.path = path
    }

    /// Where the checkpoint of a step belongs.
    package func file(for step: Int) -> String {
        "\(path)/step-\(zeroPadded(step, digits: 6)).safetensors"
    }

    /// Where the best checkpoint belongs.
    var bestFile: String { path + "/best.safetensors" }

    /// The checkpoints of steps, the newest first.
    package func entries() throws -> [Entry] {
        try Folder.names(in: path).compactMap { name in
            guard let match = name.wholeMatch(of: /step-([0-9]+)\.safetensors/),
                let step = Int(match.1)
            else { return nil }
            return Entry(step: step, path: "\(path)/\(name)")
        }.sorted { $0.step > $1.step }
    }

    /// Removes all but the newest `keep`.
    func prune(keeping keep: Int) throws {
        for entry in try entries().dropFirst(keep) {
            guard unlink(entry.path) == 0 || errno == ENOENT else {
                throw PipelineError.refused("remove", entry.path)
            }
        }
    }

    /// Whether there is a best checkpoint.
    var holdsBest: Bool { FileManager.default.fileExists(atPath: bestFile) }

    /// Renames the checkpoints of later steps, the best one among them, so that going on from
    /// `step` makes it the newest and overwrites none of them.
    ///
    /// - Returns: the new names.
    func setAside(after step: Int) throws -> [String] {
        var later = try entries().filter { $0.step > step }.map(\.path)
        // One that cannot be read would be overwritten, too.
        if holdsBest, Checkpoint.step(of: bestFile).map({ $0 > step }) ?? true {
            later.append(bestFile)
        }
        return try later.map { path in
            let taken = Set(try Folder.names(in: self.path).map { "\(self.path)/\($0)" })
            let names = (1...).lazy.map { path + ".set-aside" + ($0 == 1 ? "" : "-\($0)") }
            guard let name = names.first(where: { !taken.contains($0) }),
                rename(path, name) == 0
            else { throw PipelineError.refused("rename", path) }
            return name
        }
    }

    /// The checkpoint to go on from.
    ///
    /// - Parameter chosen: A checkpoint of this run; nil for the newest.
    /// - Throws: `file` if it is damaged, naming the newest one that is not.
    func checkpoint(_ chosen: String?, identity: RunIdentity) throws -> Checkpoint {
        if let chosen { return try Checkpoint(reading: chosen) }
        let entries = try entries()
        guard let newest = entries.first else {
            throw PipelineError(
                .file, "the run has not saved anything yet: there is no checkpoint in '\(path)'",
                notes: ["Start it again in a new folder."])
        }
        do {
            return try Checkpoint(reading: newest.path)
        } catch var error as PipelineError {
            let whole = entries.dropFirst().lazy.compactMap { try? Checkpoint(reading: $0.path) }
            if let before = whole.first {
                error.notes.append(
                    "The checkpoint before it is whole. To go on from step \(before.state.step):")
                error.notes.append("  " + identity.resumption(of: before.path))
            } else {
                error.notes.append("No other checkpoint of the run is whole; it cannot go on.")
            }
            throw error
        }
    }
}
