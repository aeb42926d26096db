import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats
import JepaTraining

/// What a run folder holds, as far as a report shows it.
package struct RunContents {
    /// A picture of the run.
    struct Picture {
        /// The name of the file without its ending.
        let name: String
        /// A PNG file.
        let data: Data
    }

    /// The folder.
    let path: String
    /// What it is called beside others.
    var name: String
    /// Where it came from.
    let record: RunRecord
    /// What came out; nil if it has not gone to its end.
    let summary: RunSummary?
    /// What the figures say; nil if nothing was looked at.
    let verdict: Verdict?
    /// One row per step.
    let metrics: CurveTable
    /// One row per look at the features.
    let looks: CurveTable
    /// What `jepa-pipe eval` left, the oldest first.
    let evaluations: [EvaluationRecord]
    /// The pictures in the order of their names.
    let pictures: [Picture]
    /// Why files are not shown, one sentence each.
    let omissions: [String]
    /// The graph file with everything that was set.
    let pipelineText: String

    /// Larger pictures would make a page that phones do not open.
    private static let largestPicture = 8 << 20

    /// Reads a run folder, whether the run has ended or not.
    ///
    /// - Throws: `file` if there is no run or its files cannot be read.
    package init(_ path: String) throws {
        let path = RunFolder.runPath(of: path)
        self.path = path
        name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
        guard let record: RunRecord = try Self.decoded(path + "/run.json") else {
            throw RunFolder.noRun(
                in: path, lacking: "run.json",
                notes: ["A report is made of the folder that 'jepa-pipe run' leaves."])
        }
        self.record = record
        summary = try Self.decoded(path + "/summary.json")
        verdict = try summary?.verdict ?? Self.decoded(path + "/verdict.json")
        metrics = try Self.table(path + "/metrics.csv")
        looks = try Self.table(path + "/monitor.csv")
        pipelineText = try File.text(of: path + "/pipeline.yaml") ?? ""
        var omissions: [String] = []
        evaluations = try Self.files(in: path + "/evaluations", ending: ".json")
            .compactMap(Self.decoded)
        pictures = try Self.files(in: path + "/pictures", ending: ".png").compactMap { file in
            guard let data = FileManager.default.contents(atPath: file) else {
                omissions.append("The picture '\(file)' cannot be read.")
                return nil
            }
            guard data.count <= Self.largestPicture else {
                omissions.append("The picture '\(file)' is too large to be shown here.")
                return nil
            }
            let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            return Picture(name: name, data: data)
        }
        self.omissions = omissions
    }

    /// The encoder that is judged: the first that was looked at.
    var judged: String? {
        looks.names.first { $0.hasSuffix(".rankme") }.map { String($0.dropLast(7)) }
    }

    /// All encoders that were looked at.
    var encoders: [String] {
        looks.names.filter { $0.hasSuffix(".rankme") }.map { String($0.dropLast(7)) }
    }

    /// The losses whose targets were looked at.
    var losses: [String] {
        looks.names.filter { $0.hasSuffix(".target_variance") }.map { String($0.dropLast(16)) }
    }

    /// The last step there is a row of.
    var lastStep: Int { Int(metrics["loss"].last?.step ?? 0) }

    /// What a file says; nil if there is none.
    private static func decoded<Value: Decodable>(_ path: String) throws -> Value? {
        try File.contents(of: path).map { try decodedJSON(from: $0, of: "'\(path)'") }
    }

    /// A table, empty if the run has not written it yet.
    private static func table(_ path: String) throws -> CurveTable {
        FileManager.default.fileExists(atPath: path) ? try CurveTable(csv: path) : CurveTable()
    }

    /// The visible files of a folder, if there is one, by name.
    private static func files(in folder: String, ending: String) throws -> [String] {
        guard Folder.exists(folder) else { return [] }
        return try Folder.names(in: folder)
            .filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
            .map { "\(folder)/\($0)" }
    }
}
