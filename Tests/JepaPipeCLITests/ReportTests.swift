import Foundation
import JepaCore
import JepaFormats
import JepaPipeCLI
import JepaStages
import Testing

/// The page about runs.
final class ReportTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "/jepa report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Trains the tiny pipeline and gives the folder of the run.
    private func train(_ name: String, _ overrides: String...) throws -> String {
        let file = folder + "/tiny.yaml"
        try AtomicFile.write(TinyPipeline.text, to: file)
        let path = "\(folder)/\(name)"
        let words = ["run", file, "--out", path] + overrides.flatMap { ["--set", $0] }
        try #require(JepaPipe.run(words) == 0)
        return path
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    private func write(_ text: String, _ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try AtomicFile.write(text, to: path)
    }

    // MARK: - The page

    @Test func aRunEndsWithAPageThatNeedsNothingElse() throws {
        let run = try train("one", "train.monitor.every_steps=1")
        let page = try text(run + "/report.html")
        #expect(HTMLCheck(page).complaints.isEmpty, "\(HTMLCheck(page).complaints)")
        let verdict = try text(run + "/verdict.json")
        let kinds = [
            "learning", "stalled", "partial collapse", "collapsed", "no better than untrained",
            "too early to tell",
        ]
        let kind = try #require(kinds.first { verdict.contains("\"kind\" : \"\($0)\"") })
        #expect(page.contains(kind))
        for part in [
            "k-NN accuracy", "RankMe", "LiDAR", "<figcaption><b>Skill per patch</b>",
            "<td><b>Skill per patch</b>", "What was learnt", "Curves", "Pictures",
            "Where it came from", "fingerprint of the data", "scenes {", "masks:",
        ] {
            #expect(page.contains(part), "\(part) is missing")
        }
        // The montage of masks, and the curves beside the untrained network.
        #expect(page.contains("src=\"data:image/png;base64,iVBOR"))
        #expect(page.contains("<polyline"))
        #expect(page.contains("class=\"base c0\""))
        #expect(!page.contains("src=\"http") && !page.contains("href="))
    }

    @Test func severalRunsStandSideBySide() throws {
        let runs = [try train("a"), try train("b", "stages.optimizer.lr=0.5")]
        let page = folder + "/both.html"
        try #require(JepaPipe.run(["report"] + runs + ["--out", page]) == 0)
        let html = try text(page)
        #expect(HTMLCheck(html).complaints.isEmpty)
        #expect(html.components(separatedBy: "<article class=\"verdict").count == 3)
        #expect(html.contains("<code>stages.optimizer.lr</code>"))
        #expect(!html.contains("<code>stages.optimizer.use</code>"))
        #expect(html.contains("<h3>a</h3>") && html.contains("<h3>b</h3>"))
        // Another learning rate leaves the losses comparable: one chart.
        #expect(html.contains("<figcaption><b>Loss</b>") && !html.contains("<b>Loss of"))
        #expect(!html.contains("The losses or the targets of these runs differ"))
    }

    @Test func lossesThatDoNotCompareHaveScalesOfTheirOwn() throws {
        let runs = [
            try train("a"), try train("beta", "stages.loss.beta=0.5"),
            try train("cosine", "stages.loss.use=cosine"),
        ]
        let page = folder + "/all.html"
        try #require(JepaPipe.run(["report"] + runs + ["--out", page]) == 0)
        let html = try text(page)
        #expect(HTMLCheck(html).complaints.isEmpty)
        for name in ["a", "beta", "cosine"] {
            #expect(html.contains("<figcaption><b>Loss of \(name)</b>"))
        }
        #expect(!html.contains("<figcaption><b>Loss</b>"))
        #expect(html.contains("losses compare only runs with the same losses and targets"))
        #expect(html.contains("The losses or the targets of these runs differ"))
        #expect(html.contains("cosine: Skill and variance of targets are not shown: "))
        #expect(!html.contains("beta: Skill"))
        let single = try text(runs[2] + "/report.html")
        #expect(single.contains("<p class=\"help\">Skill and variance of targets are not shown: "))
        #expect(single.contains("which does not go with <code>loss</code> (cosine)."))
        #expect(!(try text(runs[0] + "/report.html").contains("are not shown")))
    }

    @Test func targetsOfOtherStagesDoNotCompare() throws {
        let runs = [try train("a"), try train("b", "stages.target_encoder.momentum=[0.9, 0.9]")]
        let page = folder + "/both.html"
        try #require(JepaPipe.run(["report"] + runs + ["--out", page]) == 0)
        #expect(try text(page).contains("<figcaption><b>Loss of b</b>"))
    }

    @Test func evaluationsAndPicturesOfTheFolderAreShown() throws {
        let run = try train("one")
        try write(
            """
            {"format": "jepa-pipe evaluation 1", "task": "linear", "time": "2026-01-31T14:25:00Z",
             "command": "jepa-pipe eval one --task linear", "version": "0.1.0", "seconds": 1.5,
             "encoder": {"weights": "one", "network": "target encoder", "step": 2,
                         "checksum": "90ab", "sizes": "width 16"},
             "data": {"train": "photos <train>", "test": "photos/test", "trainImages": 8,
                      "testImages": 4, "classes": ["cat", "dog"], "fingerprint": "cd"},
             "protocol": {"classifier": "a & b"},
             "figures": [{"name": "linear", "value": 0.5125, "spread": 0.011, "untrained": 0.38,
                          "isBetterHigher": true},
                         {"name": "knn", "value": 0.4355, "isBetterHigher": true}],
             "notes": ["A note."]}
            """, run + "/evaluations/linear.json")
        try FileManager.default.copyItem(
            atPath: run + "/pictures/masks.png", toPath: run + "/pictures/another.png")
        try #require(JepaPipe.run(["report", run]) == 0)
        let html = try text(run + "/report.html")
        #expect(HTMLCheck(html).complaints.isEmpty)
        #expect(html.contains("<h4>linear, 2026-01-31 14:25 UTC, 4 images</h4>"))
        // Halves are rounded as in a verdict, by the decimal digits and to an even one; 0.4355 is a
        // little less in binary.
        #expect(html.contains("<b>0.512</b> ± 0.011"))
        #expect(html.contains("<b>0.436</b>"))
        #expect(html.contains("photos &lt;train&gt;") && html.contains("a &amp; b"))
        #expect(html.contains("target encoder after step 2"))
        #expect(html.contains("alt=\"another\""))
    }

    @Test func aRunThatGoesOnHasAPageToo() throws {
        let run = try train("one")
        try FileManager.default.removeItem(atPath: run + "/summary.json")
        try #require(JepaPipe.run(["report", run]) == 0)
        #expect(try text(run + "/report.html").contains("The run has not ended yet."))
    }

    @Test func withoutLabelsOrLooksThePageSaysSo() throws {
        let run = try train("one", "train.monitor.enabled=false")
        let html = try text(run + "/report.html")
        #expect(HTMLCheck(html).complaints.isEmpty)
        #expect(html.contains("no verdict"))
        #expect(!html.contains("What was learnt"))
    }

    @Test func withoutGraphvizThePipelineIsATree() throws {
        let run = try RunContents(try train("one"))
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        let diagram = PipelineDiagram(
            of: TinyPipeline.text, registry: registry, path: "/nowhere")
        let html = ReportPage([run], diagrams: [diagram]).html
        #expect(HTMLCheck(html).complaints.isEmpty)
        #expect(html.contains("<pre class=\"tree\">"))
        #expect(html.contains("Debian package graphviz"))
    }

    // MARK: - Mistakes

    @Test func aFolderWithoutARunIsRefused() {
        let error = #expect(throws: (any Error).self) { try RunContents(self.folder) }
        #expect("\(error!)".contains("holds no run: it has no 'run.json'"))
    }

    @Test func aDamagedEvaluationIsNamed() throws {
        let run = try train("one")
        try write("{", run + "/evaluations/linear.json")
        let error = #expect(throws: (any Error).self) { try RunContents(run) }
        #expect("\(error!)".contains("evaluations/linear.json' cannot be read"))
    }

    // MARK: - Parts

    @Test func aTableKeepsWhatIsWholeAndFinite() throws {
        let path = folder + "/metrics.csv"
        try write("step,loss,knn\n1,0.5,\n2,nan,0.25\n3,0.25,0.5\n4,0.1", path)
        let table = try CurveTable(csv: path)
        #expect(table.names == ["loss", "knn"])
        #expect(table["loss"].map(\.value) == [0.5, 0.25])
        #expect(table["knn"].map(\.step) == [2, 3])
        #expect(table["other"].isEmpty)
        try write("a,b\n1,2\n", path)
        #expect(throws: PipelineError.self) { try CurveTable(csv: path) }
    }

    @Test func aChartNeedsPointsAndSurvivesACurveThatDoesNotMove() throws {
        let empty = Chart("Loss", help: "", [.init("loss", colour: 0, points: [])])
        #expect(empty == nil)
        let flat = try #require(
            Chart(
                "Loss & more", help: "<help>",
                [
                    .init(
                        "loss", colour: 7,
                        points: [.init(step: 0, value: 0), .init(step: 1, value: 0)],
                        baseline: 0)
                ]))
        #expect(HTMLCheck(flat.html).complaints.isEmpty)
        #expect(!flat.html.contains("nan") && !flat.html.contains("inf"))
        #expect(flat.html.contains("Loss &amp; more"))
    }
}

/// Whether every tag of a page is closed in its order, and every attribute stands in quotes.
struct HTMLCheck {
    /// What is wrong.
    private(set) var complaints: [String] = []

    init(_ text: String) {
        var open: [String] = []
        // A style sheet has no tags; its '>' would be none.
        let markup = text.replacing(/<style>[^<]*<\/style>/, with: "")
        for match in markup.matches(of: /<(\/?)([A-Za-z!][A-Za-z0-9]*)([^<>]*?)(\/?)>/) {
            let (closes, name) = (!match.1.isEmpty, String(match.2))
            if name == "!DOCTYPE" { continue }
            let rest = match.3.replacing(/[A-Za-z0-9-]+="[^"<>]*"/, with: "")
            if !rest.allSatisfy(\.isWhitespace) { complaints.append("<\(name)\(match.3)>") }
            if closes {
                if open.popLast() != name { complaints.append("</\(name)> closes another tag") }
            } else if match.4.isEmpty {
                open.append(name)
            }
        }
        complaints += open.map { "<\($0)> is not closed" }
        let tags = markup.replacing(/<[^<>]*>/, with: "")
        if tags.contains("<") || tags.contains(">") {
            complaints.append("a bracket is not escaped")
        }
    }
}
