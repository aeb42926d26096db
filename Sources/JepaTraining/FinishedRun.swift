import Foundation
import JepaCore
import JepaFormats

/// What is left of a run that went to its end, read from its folder.
package struct FinishedRun: Sendable {
    /// What came out.
    package let summary: RunSummary
    /// The mean loss of the last tenth of the steps, which says more than that of the last one.
    package let loss: Double
    /// The median of the later two thirds of the steps.
    package let secondsPerStep: Double

    /// Reads a run folder.
    ///
    /// - Returns: nil if there is no run, or it has not gone to its end.
    /// - Throws: `file` if the files of a finished run cannot be read.
    package init?(_ folder: String) throws {
        guard let bytes = try File.contents(of: folder + "/summary.json") else { return nil }
        summary = try decodedJSON(from: bytes, of: "'\(folder)/summary.json'")
        let rows = try Self.rows(folder + "/metrics.jsonl", steps: summary.steps)
        let last = rows.suffix(max(1, rows.count / 10)).map { $0.loss ?? .nan }
        loss = last.reduce(0, +) / Double(last.count)
        let times = rows.dropFirst(rows.count / 3).map(\.milliseconds).sorted()
        secondsPerStep = times[times.count / 2] / 1000
    }

    /// The row of one step, as far as it is needed here.
    private struct Row: Decodable {
        let loss: Double?
        let milliseconds: Double

        enum CodingKeys: String, CodingKey {
            case loss
            case milliseconds = "step_ms"
        }
    }

    private static func rows(_ path: String, steps: Int) throws -> [Row] {
        guard let text = try File.text(of: path) else {
            throw PipelineError(.file, "there is no '\(path)'")
        }
        let rows: [Row] = try text.split(separator: "\n").enumerated().map { index, line in
            try decodedJSON(from: Data(line.utf8), of: "line \(index + 1) of '\(path)'")
        }
        guard rows.count == steps, steps > 0 else {
            throw PipelineError(
                .file, "'\(path)' has \(rows.count) rows, but the run took \(steps) steps")
        }
        return rows
    }
}
