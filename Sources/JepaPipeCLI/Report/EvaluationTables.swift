import JepaEvaluation

/// The evaluations of some runs as tables: one per question, with a column per network.
struct EvaluationTables {
    /// A network that was judged.
    private struct Column {
        let run: RunContents
        var record: EvaluationRecord

        /// `target encoder after step 400`
        var network: String {
            record.encoder.network + (record.encoder.step.map { " after step \($0)" } ?? "")
        }

        /// Whether another record is of the same network, so that only the newer is of interest.
        func isSameNetwork(as other: Column) -> Bool {
            let (own, others) = (record.encoder, other.record.encoder)
            return run.path == other.run.path && own.network == others.network
                && own.step == others.step && own.checksum == others.checksum
        }
    }

    /// What was asked, and of whom.
    private struct Table {
        let question: EvaluationQuestion
        var columns: [Column]

        mutating func add(_ column: Column) {
            if let place = columns.firstIndex(where: column.isSameNetwork) {
                columns[place] = column
            } else {
                columns.append(column)
            }
        }
    }

    private let tables: [Table]
    private let areOfSeveralRuns: Bool

    /// The evaluations of some runs, the oldest of each first.
    init(_ runs: [RunContents]) {
        var tables: [Table] = []
        for run in runs {
            for record in run.evaluations {
                let (question, column) = (
                    EvaluationQuestion(record), Column(run: run, record: record)
                )
                if let place = tables.firstIndex(where: { $0.question == question }) {
                    tables[place].add(column)
                } else {
                    tables.append(Table(question: question, columns: [column]))
                }
            }
        }
        // What has one title stands together.
        let titles = tables.map(\.question.title).uniqued()
        self.tables = titles.flatMap { title in tables.filter { $0.question.title == title } }
        areOfSeveralRuns = runs.count > 1
    }

    /// All tables; empty if there are none.
    var html: String { tables.map(html).joined(separator: "\n") }

    /// What has to be known to read them.
    var help: String {
        let figures = tables.flatMap(\.columns).flatMap(\.record.figures)
        var sentences = [EvaluationTexts.figures]
        if figures.contains(where: { $0.standardError != nil }) {
            sentences.append(EvaluationTexts.standardError)
        }
        if figures.contains(where: { $0.spread != nil }) {
            sentences.append(EvaluationTexts.spread)
        }
        if areOfSeveralRuns { sentences.append(EvaluationTexts.severalRuns) }
        return sentences.joined(separator: " ")
    }

    // MARK: - A table

    private func html(_ table: Table) -> String {
        let (question, data) = (table.question, table.columns[0].record.data)
        let about =
            ["Fitted to \(data.train)", "judged on \(data.test)"]
            + question.differences(from: tables.map(\.question)).map { "\($0.name): \($0.value)" }
        let help = question.help + (question.help.isEmpty ? "" : " ")
        return "<h3>\(HTML.escaped(question.title))</h3>"
            + "<p class=\"help\">\(HTML.escaped(help + about.joined(separator: "; "))).</p>"
            + figures(table) + protocolList(table) + notes(table)
    }

    /// One row per figure.
    private func figures(_ table: Table) -> String {
        let all = table.columns.map(\.record.figures)
        let names = all.joined().map(\.name).uniqued()
        let others: [(title: String, value: (EvaluationRecord.Figure) -> Double?)] = [
            ("pixels", { $0.pixels }), ("without looking", { $0.baseline }),
        ].filter { other in all.joined().contains { other.value($0) != nil } }
        let rows = names.map { name -> [String] in
            let figures = all.map { $0.first { $0.name == name } }
            let isLower = figures.contains { $0?.isBetterHigher == false }
            let note = isLower ? " <small>lower is better</small>" : ""
            return ["\(HTML.escaped(name))\(note)"] + figures.map { $0.map(cell) ?? "–" }
                + others.map { other in Self.range(figures.compactMap { $0.flatMap(other.value) }) }
        }
        return HTML.table(["Figure"] + table.columns.map(heading) + others.map(\.title), rows)
    }

    private func heading(_ column: Column) -> String {
        areOfSeveralRuns
            ? "\(HTML.escaped(column.run.name))<small>\(HTML.escaped(column.network))</small>"
            : HTML.escaped(column.network)
    }

    private func cell(_ figure: EvaluationRecord.Figure) -> String {
        let before = figure.untrained.map { HTML.number($0) + " → " } ?? ""
        let error = figure.standardError.map { " <small>± \(HTML.number($0))</small>" } ?? ""
        let spread = figure.spread.map { " <small>spread \(HTML.number($0))</small>" } ?? ""
        return
            "<span class=\"change\">\(before)<b>\(HTML.number(figure.value))</b>\(error)</span>\(spread)"
    }

    /// What does not depend on the network; its range where runs prepare images otherwise.
    private static func range(_ values: [Double]) -> String {
        guard let low = values.min(), let high = values.max() else { return "–" }
        let ends = [HTML.number(low), HTML.number(high)]
        return ends[0] == ends[1] ? ends[0] : ends.joined(separator: " to ")
    }

    // MARK: - Below a table

    private func protocolList(_ table: Table) -> String {
        var names = Set(table.columns.flatMap { $0.record.protocol.keys }).sorted()
        names.append("made")
        let entries = names.map { name in
            let values = table.columns.map { column in
                name == "made"
                    ? Self.minute(column.record.time) : column.record.protocol[name] ?? "–"
            }
            return "<dt>\(HTML.escaped(name))</dt><dd>\(HTML.escaped(shared(values, table)))</dd>"
        }
        return "<details><summary>How it was done</summary><dl>\(entries.joined())</dl></details>"
    }

    private func notes(_ table: Table) -> String {
        let notes = table.columns.flatMap { column in
            column.record.notes.map { note in
                let isOfAll = table.columns.allSatisfy { $0.record.notes.contains(note) }
                return isOfAll ? note : "\(name(of: column)): \(note)"
            }
        }
        return notes.uniqued().map { "<p class=\"help\">\(HTML.escaped($0))</p>" }.joined()
    }

    /// A value per column as one text.
    private func shared(_ values: [String], _ table: Table) -> String {
        if Set(values).count == 1 { return values[0] }
        return zip(table.columns, values).map { "\(name(of: $0)): \($1)" }.joined(separator: "; ")
    }

    /// What tells a column from the others, in a line.
    private func name(of column: Column) -> String {
        areOfSeveralRuns ? "\(column.run.name), \(column.network)" : column.network
    }

    /// `2026-01-31 14:25 UTC` of a time in ISO 8601; another text as it is.
    private static func minute(_ time: String) -> String {
        guard time.hasSuffix("Z"), time.count >= 17 else { return time }
        return String(time.prefix(16)).replacing("T", with: " ") + " UTC"
    }
}
