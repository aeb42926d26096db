import JepaCore
import JepaGraph

/// The settings in which runs differ, as a table.
struct SettingDifferences {
    /// More rows than these would hide what comes below them.
    private static let mostRows = 16

    private let names: [String]
    private let settings: [[String: String]]

    /// Compares the graph files of runs.
    init(_ runs: [RunContents]) {
        names = runs.map(\.name)
        settings = runs.map { run in
            (try? GraphReader.read(text: run.pipelineText, file: "pipeline.yaml"))?
                .flattened(at: "") ?? [:]
        }
    }

    /// The table; empty for a single run.
    var html: String {
        guard names.count > 1 else { return "" }
        let paths = Set(settings.flatMap(\.keys)).sorted()
        let rows = paths.compactMap { path -> [String]? in
            let values = settings.map { $0[path] }
            guard Set(values).count > 1 else { return nil }
            return ["<code>\(HTML.escaped(path))</code>"]
                + values.map { HTML.escaped($0 ?? "–") }
        }
        guard !rows.isEmpty else { return "<p>The settings of the runs are the same.</p>" }
        let table = HTML.table(["Setting"] + names.map(HTML.escaped), rows)
        guard rows.count > Self.mostRows else { return table }
        return "<details><summary>\(rows.count) settings</summary>\(table)</details>"
    }
}
