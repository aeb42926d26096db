import Foundation
import JepaCore
import JepaImages

/// The folder as the graph file names it, and the messages about it.
struct FolderPlace: Sendable {
    let path: String
    /// The beginning of a message: which stage.
    private let owner: String
    /// Where the path stands.
    private let location: SourceLocation?

    init(path: String, parameters: StageParameters) {
        self.path = path
        owner = "stage '\(parameters.stageName)'"
        location = parameters.values.location(of: "path") ?? parameters.location
    }

    /// Lists the folder.
    ///
    /// - Throws: `file` if it does not exist, is no folder, or may not be read.
    func list() throws -> FolderListing {
        do throws(ListingFailure) {
            return try FolderListing(root: PathBytes(path))
        } catch {
            switch error.code {
            case ENOENT: throw missing
            case ENOTDIR:
                let parent = (path as NSString).deletingLastPathComponent
                throw failure(
                    .file, "'\(path)' is not a folder",
                    ["Its folder is '\(parent.isEmpty ? "." : parent)'."])
            case let code:
                throw failure(.file, "'\(path)' cannot be opened: \(systemMessage(code))", [])
            }
        }
    }

    /// The folder holds nothing to look at.
    func noImages(_ listing: FolderListing) -> PipelineError {
        let shown = listing.skipped.prefix(5).map { "  \($0.path): \($0.reason)" }
        let more = listing.skipped.count - shown.count
        let count = listing.otherFiles
        let others =
            count == 0
            ? []
            : [
                "It holds \(count) other file\(count == 1 ? "" : "s"); images end in .jpg, .jpeg "
                    + "or .png."
            ]
        return failure(
            .data, "'\(path)' holds no JPEG or PNG images",
            shown + (more > 0 ? ["  and \(more) more"] : []) + others)
    }

    /// Classes are asked for but there are no sub-folders.
    var noClasses: PipelineError {
        failure(
            .data,
            "'\(path)' has no sub-folders with images, so 'labels: folders' finds no classes",
            ["Use 'labels: none', or put the images of each class into a folder of its own."])
    }

    /// The first part of the path that does not exist, with the nearest name beside it.
    private var missing: PipelineError {
        let parts = path.split(separator: "/").map(String.init)
        var parent = path.hasPrefix("/") ? "/" : "."
        for part in parts {
            let next = parent == "." ? part : parent == "/" ? "/" + part : parent + "/" + part
            guard !FileManager.default.fileExists(atPath: next) else {
                parent = next
                continue
            }
            if let goal = try? FileManager.default.destinationOfSymbolicLink(atPath: next) {
                return failure(
                    .file,
                    "folder '\(path)' does not exist: '\(next)' is a link to '\(goal)', "
                        + "which is not there", [])
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
            let visible = names.filter { !$0.hasPrefix(".") }.sorted()
            let started = parent == "." ? "the folder this was started in" : "'\(parent)'"
            let found =
                next == path
                ? "folder '\(path)' does not exist"
                    + (parent == "." ? " in \(started)" : "")
                : "folder '\(path)' does not exist: there is no '\(part)' in \(started)"
            return failure(.file, found + didYouMean(part, among: visible), [])
        }
        return failure(.file, "folder '\(path)' does not exist", [])
    }

    /// An error that points at the path.
    func failure(
        _ code: PipelineError.Code, _ message: String, _ notes: [String]
    ) -> PipelineError {
        PipelineError(code, "\(owner): \(message)", at: location, notes: notes)
    }
}
