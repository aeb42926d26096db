import Foundation
import JepaCore
import JepaEvaluation
import JepaTraining

/// One page about one run or several: verdict, curves, tables, pictures, pipeline, origin.
///
/// The page needs no network and no other file, follows light and dark mode, and can be read on a
/// phone. It is written for somebody who has not seen the program before.
package struct ReportPage {
    /// The reasons of more verdicts than these are folded, so that all can be seen at once.
    private static let mostOpenVerdicts = 3

    /// Columns of figures that leave room for an explanation behind them.
    private static let mostColumns = 4

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
            \(section("How the runs differ", SettingDifferences(runs).html, nil))
            \(section("What was learnt", figures, FigureTexts.figures))
            \(section("Curves", curves, FigureTexts.curves))
            \(section("Evaluations", evaluations.html, evaluations.help))
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

    private var evaluations: EvaluationTables { EvaluationTables(runs) }

    // MARK: - Verdict

    private var lead: String {
        guard runs.count == 1 else {
            return "<p>The runs are shown side by side; \(CurveLook.words(runs: runs.count)).</p>"
        }
        let (run, record) = (runs[0], runs[0].record)
        return
            "<p>A network was trained with the pipeline <b>\(HTML.escaped(record.pipeline))</b> on "
            + "\(grouped(record.data.images)) images, without looking at their labels, for "
            + "\(grouped(run.summary?.steps ?? run.lastStep)) of "
            + "\(grouped(record.steps)) steps.</p>"
    }

    private func verdictCard(_ run: RunContents) -> String {
        let name = runs.count == 1 ? "" : "<h3>\(HTML.escaped(run.name))</h3>"
        guard let verdict = run.verdict else {
            return "<article class=\"verdict unknown\">\(name)<p class=\"badge\">no verdict</p>"
                + "<p>The features were not looked at in this run.</p></article>"
        }
        var reasons =
            "<ul>" + verdict.evidence.map { "<li>\(HTML.escaped($0))</li>" }.joined() + "</ul>"
        if let cure = verdict.cure {
            reasons += "<p class=\"cure\"><b>Try first:</b> \(HTML.escaped(cure)).</p>"
        }
        if runs.count > Self.mostOpenVerdicts {
            reasons = "<details><summary>Why</summary>\(reasons)</details>"
        }
        let text =
            "<p class=\"badge\">\(FigureTexts.sign(verdict.kind)) \(verdict.kind.rawValue)</p>"
            + "<p>\(FigureTexts.meaning(verdict.kind))</p>\(reasons)"
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
                runs.namedLosses.map { ($0.label, runs[$0.run], $0.loss) },
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
        // Beside many columns there is no room for an explanation.
        let isWide = columns.count > Self.mostColumns
        let figures = columns.flatMap { column in
            column.run.looks.names.filter { $0.hasPrefix(column.owner + ".") }
                .map { String($0.dropFirst(column.owner.count + 1)) }
        }.uniqued()
        let rows = figures.compactMap { figure -> [String]? in
            guard let text = FigureTexts.text(of: figure) else { return nil }
            let cells = columns.map { column in
                let points = column.run.looks["\(column.owner).\(figure)"]
                guard let first = points.first, let last = points.last else { return "–" }
                let before = first.step == 0 ? HTML.number(first.value) : "?"
                guard last.step > 0 else { return before }
                return "<span class=\"change\">\(before) → <b>\(HTML.number(last.value))</b></span>"
            }
            return isWide
                ? ["<b>\(text.title)</b><small class=\"below\">\(text.help)</small>"] + cells
                : ["<b>\(text.title)</b>"] + cells + ["<small>\(text.help)</small>"]
        }
        guard !rows.isEmpty else { return "" }
        let header = ["Figure"] + columns.map { HTML.escaped($0.label) }
        return isWide
            ? HTML.table(header, rows)
            : "<div class=\"explained\">\(HTML.table(header + ["What it says"], rows))</div>"
    }

    // MARK: - Curves

    private var curves: String {
        ReportCharts(runs).groups.map { group in
            let charts = group.charts.map(\.html).joined(separator: "\n")
            return "<h3>\(group.title)</h3><div class=\"charts\">\(charts)</div>"
        }.joined(separator: "\n")
    }

    // MARK: - Pictures

    /// One part per kind of picture, with those of every run.
    private var pictures: String {
        func title(_ name: String) -> String { PictureTexts.text(of: name)?.title ?? name }
        let names = runs.flatMap(\.pictures).map(\.name).uniqued()
        let sheets = names.map(title).uniqued().map { heading in
            let own = names.filter { title($0) == heading }
            let figures = own.flatMap { name in
                runs.flatMap { run in
                    run.pictures.filter { $0.name == name }.map { picture in
                        figure(
                            picture,
                            caption: (runs.count > 1 ? [run.name] : [])
                                + (own.count > 1 ? [name] : []))
                    }
                }
            }
            let help = PictureTexts.text(of: own[0]).map { "<p class=\"help\">\($0.help)</p>" }
            return "<h3>\(HTML.escaped(heading))</h3>\(help ?? "")"
                + "<div class=\"sheets\(runs.count > 1 ? " small" : "")\">"
                + figures.joined(separator: "\n") + "</div>"
        }
        let notes = runs.flatMap(\.omissions).map { "<p class=\"help\">\(HTML.escaped($0))</p>" }
        return (sheets + notes).joined(separator: "\n")
    }

    private func figure(_ picture: RunContents.Picture, caption: [String]) -> String {
        let caption = HTML.escaped(caption.joined(separator: ", "))
        return "<figure class=\"picture\">"
            + (caption.isEmpty ? "" : "<figcaption>\(caption)</figcaption>")
            + "<img alt=\"\(caption.isEmpty ? HTML.escaped(picture.name) : caption)\" "
            + "src=\"\(HTML.address(of: picture.data, type: "image/png"))\"/></figure>"
    }

    // MARK: - Pipeline and settings

    private var pipeline: String {
        var drawings: [(html: String, runs: [String])] = []
        for (run, diagram) in zip(runs, diagrams) where !diagram.html.isEmpty {
            // Runs of one pipeline need one drawing.
            if let place = drawings.firstIndex(where: { $0.html == diagram.html }) {
                drawings[place].runs.append(run.name)
            } else {
                drawings.append((diagram.html, [run.name]))
            }
        }
        return drawings.map { drawing in
            let names = drawing.runs.joined(separator: ", ")
            return (runs.count == 1 ? "" : "<h3>\(HTML.escaped(names))</h3>") + drawing.html
        }.joined(separator: "\n")
    }

    private var settings: String {
        runs.map { run in
            "<details><summary>\(runs.count == 1 ? "The graph file" : HTML.escaped(run.name)), with "
                + "everything that was set</summary><pre>\(HTML.escaped(run.pipelineText))</pre>"
                + "</details>"
        }.joined(separator: "\n")
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
            "\(grouped($0.record.data.images)) from the stage '\($0.record.data.stage)'"
        }
        add("fingerprint of the data") { $0.record.data.fingerprint }
        add("trained weights") { grouped($0.record.trainedWeights) }
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
