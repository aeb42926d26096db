import Foundation
import JepaCore
import JepaTraining

/// The table of a sweep, for a terminal and for Markdown.
package struct SweepTable {
    private let results: SweepResults
    private var sweep: Sweep { results.sweep }

    /// The table of what there is so far.
    package init(_ results: SweepResults) {
        self.results = results
    }

    /// The table with its notes, for a terminal.
    package var text: String {
        var table = TextTable(
            [.left] + headings.dropFirst().map { _ in .right }, headings: headings)
        for row in rows { table.add(row) }
        return (table.lines + [""] + notes).joined(separator: "\n")
    }

    /// The table with its notes in Markdown.
    package var markdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let rule = "|---|" + headings.dropFirst().map { _ in "---:|" }.joined()
        return ([line(headings), rule] + rows.map(line) + [""] + notes.map { "- " + $0 })
            .joined(separator: "\n") + "\n"
    }

    // MARK: - Rows

    private var showsPaper: Bool { sweep.rows.contains { $0.written.paper != nil } }

    private var headings: [String] {
        [sweep.file.title, "k-NN", "linear", "RankMe", "loss", "time"]
            + (showsPaper ? ["paper"] : [])
    }

    /// The untrained network, and the rows in the order of the file.
    private var rows: [[String]] {
        var rows: [[String]] = []
        if !results.untrained.isEmpty {
            rows.append(
                ["untrained"] + features(results.untrained.compactMap(\.untrained)) + ["", ""]
                    + (showsPaper ? [""] : []))
        }
        for (index, row) in sweep.rows.enumerated() {
            let entries = results.entries(of: index)
            let finished = entries.filter { $0.finished != nil }
            let cells: [String]
            if finished.isEmpty {
                let state = entries.contains { $0.failure != nil } ? "failed" : "to do"
                cells = [state, "", "", "", ""]
            } else {
                cells =
                    features(finished.compactMap(\.trained))
                    + [
                        text(finished.compactMap { $0.finished?.loss }, 4),
                        ConsoleReporter.clock(
                            mean(finished.compactMap { $0.finished?.summary.seconds })),
                    ]
            }
            rows.append([row.written.name] + cells + (showsPaper ? [row.written.paper ?? ""] : []))
        }
        return rows
    }

    private func features(_ readings: [EncoderReading]) -> [String] {
        [
            text(readings.compactMap(\.knn), 3), text(readings.compactMap(\.linear), 3),
            text(readings.map(\.rankMe), 1),
        ]
    }

    private func text(_ values: [Double], _ digits: Int) -> String {
        SweepFigure(values)?.text(digits) ?? "–"
    }

    private func mean(_ values: [Double]) -> Double { SweepFigure(values)?.mean ?? 0 }

    // MARK: - Notes

    /// What the figures are of, and what may be concluded from them.
    package var notes: [String] {
        var notes = [spread]
        notes += features.map { [$0] } ?? []
        notes.append(
            "Loss: mean of the last tenth of the steps; it compares only rows with the same "
                + "targets.")
        notes += time.map { [$0] } ?? []
        if showsPaper, let source = sweep.file.source { notes.append("Paper: \(source).") }
        let others = results.rowsWithAnotherStart
        if !others.isEmpty {
            notes.append(
                "Another network than the untrained one shown: "
                    + others.map { "'\($0)'" }.joined(separator: ", ") + ".")
        }
        for entry in results.entries {
            guard let failure = entry.failure else { continue }
            notes.append("Row '\(entry.run.name)', seed \(entry.run.seed), failed: \(failure).")
        }
        let left = results.entries.count - results.finished.count
        if left > 0 {
            let all = Quantities.count(results.entries.count, "run")
            notes.append("Still to be done: \(left) of \(all).")
        }
        return notes
    }

    private var spread: String {
        let seeds = results.seeds.map(String.init).joined(separator: ", ")
        return results.seeds.count == 1
            ? "Seed \(seeds) alone: small differences may be chance."
            : "Mean ± standard deviation over the seeds \(seeds)."
    }

    private var features: String? {
        let readings = results.finished.compactMap { entry in
            entry.finished?.summary.trained.map { (entry, $0) }
        }
        guard let (_, first) = readings.first, let judged = first.encoders.first else { return nil }
        let others = readings.filter { $0.1.encoders.first?.encoder != judged.encoder }
        var text = "Features of '\(judged.encoder)', \(judged.width) dimensions"
        if let (entry, reading) = others.first, let encoder = reading.encoders.first?.encoder {
            text += " (in row '\(entry.run.name)' of '\(encoder)')"
        }
        text += ", for \(grouped(first.images)) images"
        let shares = readings.compactMap(\.1.majorityShare)
        guard !shares.isEmpty else { return text + "." }
        return text + "; " + MonitorTable.accuracyBasis(first, majorityShare: mean(shares))
    }

    private var time: String? {
        let steps = results.finished.compactMap { $0.finished?.summary.steps }
        guard let least = steps.min(), let most = steps.max() else { return nil }
        let range = least == most ? grouped(least) : "\(least) to \(most)"
        let machine = Machine.current
        return "Time: of one run, \(range) steps; "
            + "\(Quantities.count(machine.threads, "thread")) with \(machine.instructions), "
            + "\(machine.processor)."
    }
}
