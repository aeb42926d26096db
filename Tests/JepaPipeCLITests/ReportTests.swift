import Foundation
import JepaCore
import JepaFormats
import JepaPipeCLI
import JepaStages
import JepaTestSupport
import Testing

/// The page about runs.
final class ReportTests {
    private let folder = TemporaryFolder()

    // MARK: - The page

    @Test func aRunEndsWithAPageThatNeedsNothingElse() throws {
        let run = try folder.train("one", "train.monitor.every_steps=1")
        let page = try folder.text(run + "/report.html")
        #expect(HTMLCheck(page).complaints.isEmpty, "\(HTMLCheck(page).complaints)")
        let verdict = try folder.text(run + "/verdict.json")
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
        let runs = [try folder.train("a"), try folder.train("b", "stages.optimizer.lr=0.5")]
        let html = try folder.page(runs)
        #expect(html.components(separatedBy: "<article class=\"verdict").count == 3)
        #expect(html.contains("<code>stages.optimizer.lr</code>"))
        #expect(!html.contains("<code>stages.optimizer.use</code>"))
        #expect(html.contains("<h3>a</h3>") && html.contains("<h3>b</h3>"))
        // What differs is told before what came of it, and not again.
        let titles = html.matches(of: /<h2>(.*?)<\/h2>/).map { String($0.1) }
        #expect(Array(titles.prefix(2)) == ["How the runs differ", "What was learnt"])
        #expect(html.count(of: "<code>stages.optimizer.lr</code>") == 1)
        // Another learning rate leaves the losses comparable: one chart.
        #expect(html.contains("<figcaption><b>Loss</b>") && !html.contains("<b>Loss of"))
        #expect(!html.contains("The losses or the targets of these runs differ"))
    }

    @Test func runsOfOnePipelineShareADrawing() throws {
        let one = try folder.train("one", "train.monitor.enabled=false")
        let other = try folder.train("b", "train.monitor.enabled=false", "stages.masks.min_keep=3")
        let html = try folder.page([one, try folder.copy(one, "again"), other])
        let names = html.section("Pipeline").matches(of: /<h3>(.*?)<\/h3>/).map { String($0.1) }
        #expect(names == ["one, again", "b"])
        let same = try folder.page([one, folder.path + "/again"])
        #expect(
            same.section("How the runs differ") == "<p>The settings of the runs are the same.</p>")
    }

    @Test func manyDifferencesAndVerdictsAreFolded() throws {
        let first = try folder.train("1")
        let runs = [first] + (try (2...4).map { try folder.copy(first, "\($0)") })
        let three = try folder.page(Array(runs.prefix(3)))
        #expect(!three.contains("<summary>Why</summary>"))
        try folder.write(
            (0..<17).map { "a\($0): \($0)\n" }.joined(), to: runs[3] + "/pipeline.yaml")
        let four = try folder.page(runs)
        #expect(four.count(of: "<details><summary>Why</summary><ul>") == 4)
        let differences = four.section("How the runs differ")
        #expect(differences.hasPrefix("<details><summary>"))
        #expect(differences.contains(" settings</summary><div class=\"scroll\">"))
        #expect(four.count(of: "class=\"badge\"") == 4)
    }

    @Test func lossesThatDoNotCompareHaveScalesOfTheirOwn() throws {
        let runs = [
            try folder.train("a"), try folder.train("beta", "stages.loss.beta=0.5"),
            try folder.train("cosine", "stages.loss.use=cosine"),
        ]
        let html = try folder.page(runs)
        for name in ["a", "beta", "cosine"] {
            #expect(html.contains("<figcaption><b>Loss of \(name)</b>"))
        }
        #expect(!html.contains("<figcaption><b>Loss</b>"))
        #expect(html.contains("losses compare only runs with the same losses and targets"))
        #expect(html.contains("The losses or the targets of these runs differ"))
        #expect(html.contains("cosine: Skill and variance of targets are not shown: "))
        #expect(!html.contains("beta: Skill"))
        let single = try folder.text(runs[2] + "/report.html")
        #expect(single.contains("<p class=\"help\">Skill and variance of targets are not shown: "))
        #expect(single.contains("which does not go with <code>loss</code> (cosine)."))
        #expect(!(try folder.text(runs[0] + "/report.html").contains("are not shown")))
    }

    @Test func targetsOfOtherStagesDoNotCompare() throws {
        let runs = [
            try folder.train("a"),
            try folder.train("b", "stages.target_encoder.momentum=[0.9, 0.9]"),
        ]
        #expect(try folder.page(runs).contains("<figcaption><b>Loss of b</b>"))
    }

    // MARK: - Pictures

    @Test(arguments: [
        ("masks", "Masks", "What the context encoder sees"),
        ("pca-tokens", "Tokens as colours", "Patches of one colour have similar tokens"),
        ("pca-tokens-context", "Tokens as colours", "Patches of one colour"),
        ("pca-foreground", "Tokens of the foreground", "part from the background"),
        ("attention-at-2,3", "Attention", "Where one patch looks"),
        ("predictions-1", "Predictions", "What the predictor expects"),
        ("segmentation", "Segmentation", "The class of each pixel"),
        ("depth", "Depth", "The distance of each pixel"),
    ])
    func aPictureIsExplained(_ name: String, _ title: String, _ help: String) throws {
        let run = try pictured([name])
        let html = try folder.page([run]).section("Pictures")
        #expect(html.contains("<h3>\(title)</h3><p class=\"help\">"))
        #expect(html.contains(help) && html.contains("<img alt=\"\(name)\""))
    }

    @Test func aPictureOfAnotherNameIsShownAsItIs() throws {
        let html = try folder.page([try pictured(["my & picture"])]).section("Pictures")
        #expect(html.contains("<h3>my &amp; picture</h3><div class=\"sheets\">"))
    }

    @Test func picturesOfOneKindStandTogether() throws {
        let run = try pictured(["predictions-1", "predictions-2", "masks"])
        let html = try folder.page([run, try folder.copy(run, "other")]).section("Pictures")
        let titles = html.matches(of: /<h3>(.*?)<\/h3>/).map { String($0.1) }
        #expect(titles == ["Masks", "Predictions"])
        #expect(html.count(of: "What the predictor expects") == 1)
        let captions = html.matches(of: /<figcaption>(.*?)<\/figcaption>/).map { String($0.1) }
        #expect(
            captions == [
                "one", "other", "one, predictions-1", "other, predictions-1", "one, predictions-2",
                "other, predictions-2",
            ])
        // The picture of a single run has all the width, and needs no name unless there are others.
        let single = try folder.page([run]).section("Pictures")
        #expect(single.count(of: "<figcaption>") == 2)
        #expect(html.contains("\"sheets small\"") && !single.contains("\"sheets small\""))
    }

    /// A run whose pictures have these names.
    private func pictured(_ names: [String]) throws -> String {
        let run = try folder.train("one", "train.monitor.enabled=false")
        let files = FileManager.default
        try files.moveItem(atPath: run + "/pictures/masks.png", toPath: run + "/masks")
        for name in names {
            try files.copyItem(atPath: run + "/masks", toPath: "\(run)/pictures/\(name).png")
        }
        return run
    }

    // MARK: - What is missing

    @Test func aRunThatGoesOnHasAPageToo() throws {
        let run = try folder.train("one")
        try FileManager.default.removeItem(atPath: run + "/summary.json")
        try #require(JepaPipe.run(["report", run]) == 0)
        #expect(try folder.text(run + "/report.html").contains("The run has not ended yet."))
    }

    @Test func withoutLabelsOrLooksThePageSaysSo() throws {
        let run = try folder.train("one", "train.monitor.enabled=false")
        let html = try folder.text(run + "/report.html")
        #expect(HTMLCheck(html).complaints.isEmpty)
        #expect(html.contains("no verdict"))
        #expect(!html.contains("What was learnt"))
    }

    @Test func withoutGraphvizThePipelineIsATree() throws {
        let run = try RunContents(try folder.train("one"))
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
        let error = #expect(throws: (any Error).self) { try RunContents(self.folder.path) }
        #expect("\(error!)".contains("holds no run: it has no 'run.json'"))
    }

    @Test func aDamagedEvaluationIsNamed() throws {
        let run = try folder.train("one")
        try folder.write("{", to: run + "/evaluations/linear.json")
        let error = #expect(throws: (any Error).self) { try RunContents(run) }
        #expect("\(error!)".contains("evaluations/linear.json' cannot be read"))
    }

    // MARK: - Parts

    @Test func aTableKeepsWhatIsWholeAndFinite() throws {
        let path = folder.path + "/metrics.csv"
        try folder.write("step,loss,knn\n1,0.5,\n2,nan,0.25\n3,0.25,0.5\n4,0.1", to: path)
        let table = try CurveTable(csv: path)
        #expect(table.names == ["loss", "knn"])
        #expect(table["loss"].map(\.value) == [0.5, 0.25])
        #expect(table["knn"].map(\.step) == [2, 3])
        #expect(table["other"].isEmpty)
        try folder.write("a,b\n1,2\n", to: path)
        #expect(throws: PipelineError.self) { try CurveTable(csv: path) }
    }

    @Test func aChartNeedsPointsAndSurvivesACurveThatDoesNotMove() throws {
        let empty = Chart("Loss", help: "", [.init("loss", look: .init(run: 0, of: 1), points: [])])
        #expect(empty == nil)
        let flat = try #require(
            Chart(
                "Loss & more", help: "<help>",
                [
                    .init(
                        "loss", look: .init(run: 1, of: 2),
                        points: [.init(step: 0, value: 0), .init(step: 1, value: 0)],
                        baseline: 0)
                ]))
        #expect(HTMLCheck(flat.html).complaints.isEmpty)
        #expect(!flat.html.contains("nan") && !flat.html.contains("inf"))
        #expect(flat.html.contains("Loss &amp; more"))
    }
}
