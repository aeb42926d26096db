import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats

/// An evaluation for a terminal and on disk.
struct EvaluationReport {
    private let record: EvaluationRecord

    init(_ record: EvaluationRecord) { self.record = record }

    /// What was evaluated on what, the table of figures, and the protocol.
    var text: String {
        let encoder = record.encoder
        let step = encoder.step.map { ", step \(grouped($0))" } ?? ""
        let about = [
            "\(record.task): the \(encoder.network) of \(encoder.weights)\(step)",
            "fitted to \(record.data.train), judged by \(record.data.test)",
        ]
        let how = record.protocol.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let reversed = record.figures.filter { !$0.isBetterHigher }.map(\.name)
        let order =
            reversed.isEmpty ? [] : ["Lower is better: \(reversed.joined(separator: ", "))."]
        return (about + [""] + table + order + [""] + how + record.notes).joined(separator: "\n")
    }

    /// The record as JSON, as it stands in files.
    func json() throws -> String {
        try jsonText(record, isPretty: true) + "\n"
    }

    private var table: [String] {
        let all: [(heading: String, value: (EvaluationRecord.Figure) -> Double?)] = [
            ("std. error", { $0.standardError }), ("untrained", { $0.untrained }),
            ("pixels", { $0.pixels }), ("no image", { $0.baseline }),
        ]
        let columns = all.filter { column in record.figures.contains { column.value($0) != nil } }
        var table = TextTable(
            [.left, .right] + columns.map { _ in .right },
            headings: ["", "network"] + columns.map(\.heading))
        for figure in record.figures {
            let spread = figure.spread.map { " ± " + Self.number($0) } ?? ""
            table.add(
                [figure.name, Self.number(figure.value) + spread]
                    + columns.map { column in column.value(figure).map(Self.number) ?? "–" })
        }
        return table.lines
    }

    /// Three decimals; fewer where there are more digits before them.
    private static func number(_ value: Double) -> String {
        decimal(value, abs(value) < 10 ? 3 : 1)
    }
}
