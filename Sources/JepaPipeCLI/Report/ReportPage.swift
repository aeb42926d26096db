import Foundation
import JepaEvaluation
import JepaTraining

/// One page about one run or several: verdict, curves, tables, pictures, pipeline, origin.
///
/// The page needs no network and no other file, follows light and dark mode, and can be read on a
/// phone. It is written for somebody who has not seen the program before.
package struct ReportPage {
    private let runs: [RunContents]
    private let diagrams: [PipelineDiagram]

    /// A page.
    ///
    /// - Parameter diagrams: One per run.
    package init(_ runs: [RunContents], diagrams: [PipelineDiagram]) {
        precondition(
            !runs.isEmpty && runs.count == diagrams.count,
            "\(runs.count) runs and \(diagrams.count) diagrams make no page")
        self.runs = Self.withOwnNames(runs)
        self.diagrams = diagrams
    }

    /// The page as an HTML file.
    package var html: String {
        let title =
            switch runs.count {
            case 1: runs[0].name
            case 2: "\(runs[0].name) and \(runs[1].name)"
            default: "\(runs.count) runs: \(runs[0].name) and others"
            }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>\(HTML.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <main>
            <header><p class="kind">jepa-pipe report</p><h1>\(HTML.escaped(title))</h1>\(lead)</header>
            <section class="verdicts">\(runs.map(verdictCard).joined(separator: "\n"))</section>
            \(section("What was learnt", figures, FigureTexts.figures))
            \(section("Curves", curves, FigureTexts.curves))
            \(section("Evaluations", evaluations, FigureTexts.evaluations))
            \(section("Pictures", pictures, nil))
            \(section("Pipeline", pipeline, FigureTexts.pipeline))
            \(section("Settings", settings, nil))
            \(section("Where it came from", origin, nil))
            </main>
            </body>
            </html>

            """
    }

    /// Runs of the same name are told apart by their folders.
    private static func withOwnNames(_ runs: [RunContents]) -> [RunContents] {
        runs.map { run in
            var run = run
            if runs.filter({ $0.name == run.name }).count > 1 { run.name = run.path }
            return run
        }
    }

    /// A section with its heading; nothing if it would be empty.
    private func section(_ title: String, _ body: String, _ help: String?) -> String {
        guard !body.isEmpty else { return "" }
        let note = help.map { "<p class=\"help\">\($0)</p>" } ?? ""
        return "<section><h2>\(title)</h2>\(note)\(body)</section>"
    }

    /// A heading with the name of a run where there are several.
    private func heading(_ run: RunContents) -> String {
        runs.count == 1 ? "" : "<h3>\(HTML.escaped(run.name))</h3>"
    }

    // MARK: - Verdict

    private var lead: String {
        guard runs.count == 1 else {
            return "<p>The runs are shown side by side; each curve has the colour of its run.</p>"
        }
        let (run, record) = (runs[0], runs[0].record)
        return
            "<p>A network was trained with the pipeline <b>\(HTML.escaped(record.pipeline))</b> on "
            + "\(Quantities.count(record.data.images)) images, without looking at their labels, for "
            + "\(Quantities.count(run.summary?.steps ?? run.lastStep)) of "
            + "\(Quantities.count(record.steps)) steps.</p>"
    }

    private func verdictCard(_ run: RunContents) -> String {
        let name = runs.count == 1 ? "" : "<h3>\(HTML.escaped(run.name))</h3>"
        guard let verdict = run.verdict else {
            return "<article class=\"verdict unknown\">\(name)<p class=\"badge\">no verdict</p>"
                + "<p>The features were not looked at in this run.</p></article>"
        }
        var text =
            "<p class=\"badge\">\(FigureTexts.sign(verdict.kind)) \(verdict.kind.rawValue)</p>"
        text += "<p>\(FigureTexts.meaning(verdict.kind))</p>"
        text += "<ul>" + verdict.evidence.map { "<li>\(HTML.escaped($0))</li>" }.joined() + "</ul>"
        if let cure = verdict.cure {
            text += "<p class=\"cure\"><b>Try first:</b> \(HTML.escaped(cure)).</p>"
        }
        let shape = verdict.kind.rawValue.replacing(" ", with: "-")
        let state = run.summary == nil ? "<p class=\"help\">The run has not ended yet.</p>" : ""
        return "<article class=\"verdict \(shape)\">\(name)\(text)\(state)</article>"
    }

    // MARK: - Figures

    /// A column of figures: those of an encoder or of a loss.
    private typealias Column = (label: String, run: RunContents, owner: String)

    private var figures: String {
        let tables: [[Column]]
        if let only = runs.first, runs.count == 1 {
            tables = [
                only.encoders.map { ($0, only, $0) }, only.losses.map { ($0, only, $0) },
            ]
        } else {
            tables = [
                runs.compactMap { run in run.judged.map { (run.name, run, $0) } },
                runs.compactMap { run in run.losses.first.map { (run.name, run, $0) } },
            ]
        }
        let html = (tables.map(table) + notesOnLosses).joined(separator: "\n")
        return html.allSatisfy(\.isWhitespace) ? "" : "<div class=\"learnt\">\(html)</div>"
    }

    /// What has to be known to read the figures of the losses, or why there are none.
    private var notesOnLosses: [String] {
        var notes: [String] = []
        if runs.count(where: { !$0.losses.isEmpty }) > 1, !LossOrigin.areComparable(runs) {
            notes.append(FigureTexts.otherLosses)
        }
        for run in runs where run.judged != nil && run.losses.isEmpty {
            let losses = LossOrigin(run).losses.map {
                "<code>\(HTML.escaped($0.name))</code> (\(HTML.escaped($0.use)))"
            }
            guard !losses.isEmpty else { continue }
            let whose = runs.count == 1 ? "" : "\(HTML.escaped(run.name)): "
            notes.append(whose + FigureTexts.withoutTargets(losses.joined(separator: ", ")))
        }
        return notes.map { "<p class=\"help\">\($0)</p>" }
    }

    /// One row per figure, from untrained to trained.
    private func table(_ columns: [Column]) -> String {
        var figures: [String] = []
        for column in columns {
            for name in column.run.looks.names where name.hasPrefix(column.owner + ".") {
                let figure = String(name.dropFirst(column.owner.count + 1))
                if !figures.contains(figure) { figures.append(figure) }
            }
        }
        let rows = figures.compactMap { figure -> [String]? in
            guard let text = FigureTexts.text(of: figure) else { return nil }
            let cells = columns.map { column in
                let points = column.run.looks["\(column.owner).\(figure)"]
                guard let first = points.first, let last = points.last else { return "–" }
                let before = first.step == 0 ? HTML.number(first.value) : "?"
                return last.step == 0
                    ? before : "\(before) → <b>\(HTML.number(last.value))</b>"
            }
            return ["<b>\(text.title)</b>"] + cells + ["<small>\(text.help)</small>"]
        }
        guard !rows.isEmpty else { return "" }
        return HTML.table(
            ["Figure"] + columns.map { HTML.escaped($0.label) } + ["What it says"], rows)
    }

    // MARK: - Curves

    private var curves: String {
        let charts = ReportCharts(runs).charts.map(\.html)
        return charts.isEmpty ? "" : "<div class=\"charts\">\(charts.joined(separator: "\n"))</div>"
    }

    // MARK: - Evaluations

    private var evaluations: String {
        runs.filter { !$0.evaluations.isEmpty }.map { run in
            heading(run) + run.evaluations.map(evaluation).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private func evaluation(_ record: EvaluationRecord) -> String {
        func cell(_ value: Double?) -> String { value.map(HTML.number) ?? "–" }
        let rows = record.figures.map { figure in
            [
                HTML.escaped(figure.name),
                "<b>\(HTML.number(figure.value))</b>"
                    + (figure.spread.map { " ± \(HTML.number($0))" } ?? ""),
                cell(figure.untrained), cell(figure.pixels), cell(figure.baseline),
            ]
        }
        let about = [
            record.encoder.network + (record.encoder.step.map { " after step \($0)" } ?? ""),
            "trained on \(record.data.train)", "judged on \(record.data.test)",
        ]
        let how = record.protocol.sorted { $0.key < $1.key }
            .map { "<dt>\(HTML.escaped($0.key))</dt><dd>\(HTML.escaped($0.value))</dd>" }
        let notes = record.notes.map { "<p class=\"help\">\(HTML.escaped($0))</p>" }
        return "<h4>\(HTML.escaped(heading(record)))</h4><p class=\"help\">"
            + "\(HTML.escaped(about.joined(separator: "; ")))</p>"
            + HTML.table(["Figure", "trained", "untrained", "pixels", "without looking"], rows)
            + (how.isEmpty
                ? ""
                : "<details><summary>How it was done</summary><dl>\(how.joined())</dl></details>")
            + notes.joined()
    }

    /// The task, when it was done and on how many images: one task may be done several times.
    private func heading(_ record: EvaluationRecord) -> String {
        let isUniversal = record.time.hasSuffix("Z") && record.time.count >= 17
        let time =
            isUniversal
            ? String(record.time.prefix(16)).replacing("T", with: " ") + " UTC" : record.time
        let count = record.data.testImages
        return "\(record.task), \(time), \(Quantities.count(count)) image\(count == 1 ? "" : "s")"
    }

    // MARK: - Pictures

    private var pictures: String {
        runs.filter { !$0.pictures.isEmpty || !$0.omissions.isEmpty }.map { run in
            let figures = run.pictures.map { picture in
                "<figure class=\"picture\"><figcaption><b>\(HTML.escaped(picture.name))</b> "
                    + "<span>\(FigureTexts.picture(picture.name))</span></figcaption>"
                    + "<img alt=\"\(HTML.escaped(picture.name))\" "
                    + "src=\"\(HTML.address(of: picture.data, type: "image/png"))\"/></figure>"
            }
            let notes = run.omissions.map { "<p class=\"help\">\(HTML.escaped($0))</p>" }
            return heading(run) + (figures + notes).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    // MARK: - Pipeline and settings

    private var pipeline: String {
        var shown: [String] = []
        return zip(runs, diagrams).compactMap { run, diagram -> String? in
            let html = diagram.html
            // Runs of one pipeline need one drawing.
            guard !html.isEmpty, !shown.contains(html) else { return nil }
            shown.append(html)
            return heading(run) + html
        }.joined(separator: "\n")
    }

    private var settings: String {
        let texts = runs.map { run in
            "<details><summary>\(runs.count == 1 ? "The graph file" : HTML.escaped(run.name)), with "
                + "everything that was set</summary><pre>\(HTML.escaped(run.pipelineText))</pre>"
                + "</details>"
        }
        return SettingDifferences(runs).html + texts.joined(separator: "\n")
    }

    // MARK: - Origin

    private var origin: String {
        var rows: [[String]] = []
        func add(_ title: String, _ value: (RunContents) -> String?) {
            let cells = runs.map { HTML.escaped(value($0) ?? "–") }
            if cells.contains(where: { $0 != "–" }) { rows.append(["<b>\(title)</b>"] + cells) }
        }
        add("folder") { $0.path }
        add("command") { $0.record.sessions.last?.command }
        add("started") { $0.record.sessions.first?.started }
        add("version") { $0.record.sessions.last.map { "jepa-pipe \($0.version)" } }
        add("seed") { "\($0.record.seed)" }
        add("images") {
            "\(Quantities.count($0.record.data.images)) from the stage '\($0.record.data.stage)'"
        }
        add("fingerprint of the data") { $0.record.data.fingerprint }
        add("trained weights") { Quantities.count($0.record.trainedWeights) }
        add("processor") {
            $0.record.sessions.last.map {
                "\($0.machine.processor), \($0.machine.threads) of \($0.machine.cores) cores, "
                    + "\($0.machine.instructions)"
            }
        }
        add("memory") { $0.record.sessions.last.map { "\($0.machine.memory) MiB" } }
        add("system") { $0.record.sessions.last?.machine.system }
        add("time") { run in
            run.summary.map { summary in
                Quantities.duration(summary.seconds)
                    + (summary.monitorSeconds.map {
                        ", and \(Quantities.duration($0)) of looking at the features"
                    } ?? "")
            }
        }
        add("speed") { $0.summary.map { "\(HTML.number($0.imagesPerSecond)) images a second" } }
        add("peak memory") { $0.summary.map { "\(Int($0.peakMemory)) MiB" } }
        add("unusable images") { $0.summary.map { "\($0.rejected.count)" } }
        add("damaged images") { $0.summary?.repaired.map { "\($0.count)" } }
        return HTML.table([""] + runs.map { HTML.escaped($0.name) }, rows)
    }
}
