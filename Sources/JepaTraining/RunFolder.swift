public import Foundation
package import JepaCore
import JepaFormats

/// The folder of one run, which nothing but this run writes.
///
/// ```
/// runs/ijepa-20260131-142500/
///   pipeline.yaml            the pipeline as it is run, with everything that was set;
///                            pipeline-until-120.yaml if it was another one up to that step
///   run.json                 machine, versions, seed, fingerprint of the data, command; see RunRecord
///   metrics.jsonl, .csv      one row per step
///   monitor.jsonl, .csv      one row per look at the features, the first before any training
///   verdict.json             what the looks so far say
///   checkpoints/             step-000120.safetensors, and best.safetensors if asked for
///   summary.json             what came out, with the verdict, once training has ended
///   tensorboard/             the same rows as curves, if asked for
///   report.html              all of it on one page, made by 'jepa-pipe run' at the end
///   pictures/                what 'jepa-pipe pictures' has made of it
/// ```
///
/// A file appears complete or not at all, except the rows, which are appended to. The folder is
/// locked while it is open; the lock goes with the process, however that ends.
public final class RunFolder {
    /// The folder as the user would name it.
    public let path: String
    private let lock: FileLock

    /// Where the pipeline is recorded.
    public var pipelineFile: String { path + "/pipeline.yaml" }
    /// Where checkpoints are.
    public var checkpointFolder: String { path + "/checkpoints" }
    var recordFile: String { path + "/run.json" }
    var verdictFile: String { path + "/verdict.json" }
    var summaryFile: String { path + "/summary.json" }

    /// The folder of the curves for TensorBoard, made if it is not there.
    func tensorBoardFolder() throws -> String {
        try Self.makeFolder(path + "/tensorboard")
        return path + "/tensorboard"
    }

    private init(locked path: String) throws {
        self.path = path
        lock = try FileLock(path + "/.lock", of: path)
    }

    /// Makes the folder of a new run.
    ///
    /// - Parameters:
    ///   - path: Where; nil for a fresh folder under `runs`, named after pipeline and time.
    ///   - pipeline: The name of the pipeline.
    ///   - date: The time in the name.
    /// - Throws: `file` if the folder cannot be made or there is something in it.
    public static func create(
        at path: String? = nil, pipeline: String, date: Date = Date()
    ) throws -> RunFolder {
        let path = try path.map(withoutTrailingSlash) ?? freshPath(pipeline, date)
        try makeFolder(path)
        // Nothing is left in a folder that is refused, not even the lock.
        try checkEmpty(path)
        let folder = try RunFolder(locked: path)
        try checkEmpty(path)
        try makeFolder(folder.checkpointFolder)
        return folder
    }

    /// Opens the folder of a run that was begun, or makes it.
    ///
    /// What a run has left that was killed before its first checkpoint is removed, since there is
    /// nothing in it to lose.
    ///
    /// - Returns: The folder, and whether there is a checkpoint to go on from.
    /// - Throws: `file` if the folder cannot be made, another process writes it, or it holds
    ///   something else.
    package static func openOrCreate(at path: String) throws -> (RunFolder, isBegun: Bool) {
        let path = withoutTrailingSlash(path)
        try makeFolder(path)
        if !(try Folder.names(in: path)).contains("run.json") {
            try checkEmpty(path, but: abandoned)
        }
        let folder = try RunFolder(locked: path)
        try makeFolder(folder.checkpointFolder)
        for place in [path, folder.checkpointFolder] { try AtomicFile.removeLeftovers(in: place) }
        let saved = try Folder.names(in: folder.checkpointFolder)
        let contents = try Folder.names(in: path)
        if contents.contains("run.json"), !saved.isEmpty { return (folder, true) }
        try checkEmpty(folder.checkpointFolder)
        try checkEmpty(path, but: abandoned)
        for name in contents where ![".lock", "checkpoints"].contains(name) {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        return (folder, false)
    }

    /// What a run makes before its first checkpoint.
    private static let abandoned: Set<String> = [
        "checkpoints", "metrics.csv", "metrics.jsonl", "monitor.csv", "monitor.jsonl",
        "pipeline.yaml", "run.json", "tensorboard", "verdict.json",
    ]

    private static func checkEmpty(_ path: String, but known: Set<String> = []) throws {
        let contents = try Folder.names(in: path).filter { $0 != ".lock" && !known.contains($0) }
        guard let first = contents.first else { return }
        let isRun = contents.contains("run.json")
        throw PipelineError(
            .file, "'\(path)' is not empty: it holds \(isRun ? "another run" : "'\(first)'")",
            notes: [
                isRun
                    ? "Go on with that run by --resume \(shellQuoted(path)), or give --out a new "
                        + "folder."
                    : "Give --out a folder that is empty or does not exist."
            ])
    }

    /// Opens the folder of a run that is to go on.
    ///
    /// - Parameter path: The folder, or one of its checkpoints.
    /// - Throws: `file` if there is no run, or another process is writing it.
    public static func open(_ path: String) throws -> RunFolder {
        let path = runPath(of: path)
        guard FileManager.default.fileExists(atPath: path + "/run.json") else {
            throw noRun(
                in: path, lacking: "run.json",
                notes: ["--resume takes the folder of a run, or one of its checkpoints."])
        }
        let folder = try RunFolder(locked: path)
        try AtomicFile.removeLeftovers(in: path)
        try AtomicFile.removeLeftovers(in: folder.checkpointFolder)
        return folder
    }

    /// The error of a path that is no run folder, because it is nowhere, no folder, or has no
    /// such file.
    package static func noRun(
        in path: String, lacking file: String, notes: [String]
    ) -> PipelineError {
        let reason =
            Folder.exists(path)
            ? "'\(path)' holds no run: it has no '\(file)'"
            : FileManager.default.fileExists(atPath: path)
                ? "'\(path)' is a file, not the folder of a run" : "there is no '\(path)'"
        return PipelineError(.file, reason, notes: notes)
    }

    /// The run that a path given to `--resume` means: the folder itself, or that of a checkpoint.
    public static func runPath(of path: String) -> String {
        guard path.hasSuffix(".safetensors") else { return withoutTrailingSlash(path) }
        let url = URL(fileURLWithPath: path, relativeTo: nil).deletingLastPathComponent()
        guard url.lastPathComponent == "checkpoints" else { return url.relativePath }
        let run = path.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        return run.isEmpty ? "." : run.joined(separator: "/")
    }

    /// Records the pipeline that runs from a step on; one that ran before it and was another is
    /// kept as `pipeline-until-STEP.yaml`.
    package func write(_ pipelineText: String, from step: Int) throws {
        let old = try File.contents(of: pipelineFile)
        if old == Data(pipelineText.utf8) { return }
        // If there is one already, no step that counts was taken by the pipeline after it.
        let kept = path + "/pipeline-until-\(step).yaml"
        if let old, !FileManager.default.fileExists(atPath: kept) {
            try AtomicFile.write([UInt8](old), to: kept)
        }
        try AtomicFile.write(pipelineText, to: pipelineFile)
    }

    /// Whether the training has ended and been summed up.
    var holdsSummary: Bool { FileManager.default.fileExists(atPath: summaryFile) }

    /// Removes what came out of the training so far.
    func removeSummary() throws {
        guard unlink(summaryFile) == 0 || errno == ENOENT else {
            throw PipelineError.refused("remove", summaryFile)
        }
    }

    /// Makes a folder under `runs` that was not there before.
    private static func freshPath(_ pipeline: String, _ date: Date) throws -> String {
        try makeFolder("runs")
        for number in 1...99 {
            let path = "runs/" + freshName(pipeline, date, number: number)
            // Two runs may begin in the same second; whoever makes the folder has it.
            if mkdir(path, 0o777) == 0 { return path }
            guard errno == EEXIST else { throw PipelineError.refused("make the folder", path) }
        }
        let name = freshName(pipeline, date, number: 1)
        throw PipelineError(.file, "there are 99 runs of the name '\(name)' already")
    }

    /// A name such as `ijepa-20260131-142500`, the second of that name `ijepa-20260131-142500-2`.
    package static func freshName(_ pipeline: String, _ date: Date, number: Int) -> String {
        let time = date.formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(year: .padded(4))\(month: .twoDigits)\(day: .twoDigits)-\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)",
                timeZone: .current, calendar: Calendar(identifier: .gregorian)))
        return "\(pipeline)-\(time)" + (number == 1 ? "" : "-\(number)")
    }

    private static func makeFolder(_ path: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw PipelineError(.file, "'\(path)' is a file; a run needs a folder")
            }
            return
        }
        var parent = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            parent += parent.isEmpty || parent.hasSuffix("/") ? part : "/" + part
            guard mkdir(parent, 0o777) != 0, errno != EEXIST else { continue }
            throw PipelineError.refused("make the folder", parent)
        }
    }

    private static func withoutTrailingSlash(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
