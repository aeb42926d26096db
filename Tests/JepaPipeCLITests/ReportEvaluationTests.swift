import Foundation
import JepaEvaluation
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Evaluations on the page about runs.
final class ReportEvaluationTests {
    private let folder = TemporaryFolder()
    /// A run that has been trained; others are copies of it.
    private let run: String

    init() throws {
        run = try folder.train("one", "train.monitor.enabled=false")
    }

    /// A record of 2,000 test images, as `change` has it.
    private func record(
        _ task: String, _ figures: [EvaluationRecord.Figure],
        _ change: (inout EvaluationRecord) -> Void = { _ in }
    ) -> EvaluationRecord {
        var record = EvaluationRecord(
            task: task, time: "2026-01-31T14:25:00Z", command: "jepa-pipe eval one",
            version: "0.1.0", seconds: 1.5,
            encoder: .init(
                weights: "one", network: "target encoder", step: 2, checksum: "90ab", sizes: ""),
            data: .init(
                train: "photos/train, 8,000 images", test: "photos/test, 2,000 images",
                trainImages: 8000, testImages: 2000, classes: ["cat", "dog"],
                fingerprint: "train ab, test cd"),
            protocol: [
                "classifier": "k 20", "features": "the target encoder, frozen; last layer",
                "untrained": "the network the run's seed 5 draws",
            ], figures: figures, notes: [])
        change(&record)
        return record
    }

    /// Puts records into the folder of a run, in their order.
    private func add(_ records: EvaluationRecord..., to run: String) throws {
        let folder = run + "/evaluations"
        let taken = (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
        for (index, record) in records.enumerated() {
            let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
            try self.folder.write(json, to: "\(folder)/\(record.task)-\(taken + index).json")
        }
    }

    private func evaluations(_ runs: [String]) throws -> String {
        try folder.page(runs).section("Evaluations")
    }

    /// The cells of the row of a figure, as HTML.
    private func cells(_ figure: String, in html: String) -> [String] {
        let row = html.components(separatedBy: "<tr><td>\(figure)</td>").dropFirst().first ?? ""
        return row.components(separatedBy: "</tr>")[0].matches(of: /<td>(.*?)<\/td>/)
            .map { String($0.1) }
    }

    @Test func aFigureStandsBetweenUntrainedAndItsError() throws {
        try add(
            record(
                "knn",
                [
                    .init(
                        "knn", 0.5125, standardError: 0.0112, untrained: 0.38, pixels: 0.409,
                        baseline: 0.1), .init("rankme", 0.2725),
                ]
            ) {
                $0.data.train = "photos <train>"
                $0.protocol["classifier"] = "a & b"
                $0.notes = ["A <note>."]
            }, to: run)
        let html = try evaluations([run])
        #expect(html.contains("<h3>k-NN</h3>"))
        #expect(html.contains("<tr><th>Figure</th><th>target encoder after step 2</th>"))
        // Rounded as in a verdict: 0.5125 is a little less in binary, 0.2725 a little more.
        #expect(
            cells("knn", in: html) == [
                "<span class=\"change\">0.380 → <b>0.512</b> <small>± 0.011</small></span>",
                "0.409", "0.100",
            ])
        #expect(
            cells("rankme", in: html)
                == ["<span class=\"change\"><b>0.273</b></span>", "–", "–"])
        #expect(
            html.contains("Fitted to photos &lt;train&gt;; judged on photos/test, 2,000 images."))
        #expect(html.contains("<dt>classifier</dt><dd>a &amp; b</dd>"))
        #expect(html.contains("<dt>made</dt><dd>2026-01-31 14:25 UTC</dd>"))
        #expect(html.contains("<p class=\"help\">A &lt;note&gt;.</p>"))
        #expect(html.contains(EvaluationWords.standardError))
        #expect(!html.contains("lower is better") && !html.contains(EvaluationWords.spread))
        #expect(!html.contains("Runs share a table"))
    }

    @Test func whatIsBetterLowerAndWhatSpreadsIsSaid() throws {
        try add(
            record(
                "low-shot",
                [
                    .init("linear, 1 %", 0.25, spread: 0.03),
                    .init("rmse", 2, isBetterHigher: false),
                ]),
            to: run)
        let html = try evaluations([run])
        #expect(html.contains("<td>rmse <small>lower is better</small></td>"))
        #expect(
            cells("linear, 1 %", in: html).first
                == "<span class=\"change\"><b>0.250</b></span> <small>spread 0.030</small>")
        #expect(html.contains(EvaluationWords.spread))
        #expect(!html.contains(EvaluationWords.standardError))
        // Nobody was asked without a network.
        #expect(!html.contains("<th>pixels</th>") && !html.contains("<th>without looking</th>"))
    }

    @Test(arguments: [
        ("knn", "k-NN"), ("low-shot", "Low-shot"), ("count", "Count"), ("distance", "Distance"),
        ("segmentation", "Segmentation"), ("depth", "Depth"),
    ])
    func whatIsFrozenIsSaidOfEveryTask(_ task: String, _ title: String) throws {
        try add(record(task, [.init(task, 0.5)]), to: run)
        let html = try evaluations([run])
        #expect(html.contains("<h3>\(title)</h3>"))
        #expect(html.contains("frozen network") || html.contains("network is frozen"))
    }

    @Test func fineTuningIsNotCalledFrozen() throws {
        try add(record("finetune", [.init("finetune", 0.5)]) { $0.protocol = [:] }, to: run)
        let html = try evaluations([run])
        #expect(html.contains("<h3>Fine-tuning</h3>"))
        #expect(html.contains("The network itself is trained on"))
        #expect(!html.contains("frozen"))
    }

    @Test func aTaskOfAnotherProgramKeepsItsName() throws {
        try add(record("odd <task>", [.init("odd", 0.5)]) { $0.task = "odd <task>" }, to: run)
        let html = try evaluations([run])
        #expect(html.contains("<h3>odd &lt;task&gt;</h3><p class=\"help\">Fitted to"))
    }

    @Test func protocolsOfALinearClassifierHaveTheirNames() throws {
        try add(
            record("linear", [.init("linear", 0.5)]),
            record("linear", [.init("linear", 0.6)]) { $0.protocol["training"] = "50 epochs" },
            to: run)
        let html = try evaluations([run])
        #expect(html.contains("<h3>Linear, quick protocol</h3>"))
        #expect(html.contains("<h3>Linear, the paper's protocol</h3>"))
        #expect(html.contains("trained step by step"))
    }

    @Test func tablesOfOneTaskSayInWhatTheyDiffer() throws {
        try add(
            record("knn", [.init("knn", 0.5)]),
            record("linear", [.init("linear", 0.7)]),
            record("knn", [.init("knn", 0.6)]) { $0.protocol["classifier"] = "k 5" }, to: run)
        let html = try evaluations([run])
        #expect(html.count(of: "<h3>") == 3)
        #expect(html.contains("judged on photos/test, 2,000 images; classifier: k 20.</p>"))
        #expect(html.contains("judged on photos/test, 2,000 images; classifier: k 5.</p>"))
        #expect(!html.contains("images; features"))
        // They stand together.
        let titles = html.matches(of: /<h3>(.*?)<\/h3>/).map { String($0.1) }
        #expect(titles == ["k-NN", "k-NN", "Linear, quick protocol"])
    }

    @Test func networksThatWereAskedTheSameShareATable() throws {
        let other = try folder.copy(run, "other")
        try add(
            record("knn", [.init("knn", 0.5, untrained: 0.3, pixels: 0.409)]) {
                $0.notes = ["Of both.", "Of one."]
            }, to: run)
        try add(
            record("knn", [.init("knn", 0.6, untrained: 0.4, pixels: 0.411)]) {
                // Another recipe, drawn by another seed.
                $0.encoder.network = "trained encoder"
                $0.encoder.checksum = "ef"
                $0.protocol["features"] = "the trained encoder, frozen; last layer"
                $0.protocol["untrained"] = "the network the run's seed 6 draws"
                $0.notes = ["Of both."]
            }, to: other)
        let html = try evaluations([run, other])
        #expect(html.count(of: "<table>") == 1)
        #expect(
            html.contains(
                "<th>one<small>target encoder after step 2</small></th>"
                    + "<th>other<small>trained encoder after step 2</small></th><th>pixels</th>"))
        #expect(
            cells("knn", in: html) == [
                "<span class=\"change\">0.300 → <b>0.500</b></span>",
                "<span class=\"change\">0.400 → <b>0.600</b></span>", "0.409 to 0.411",
            ])
        #expect(
            html.contains(
                "<dd>one, target encoder after step 2: the network the run's seed 5 draws; "
                    + "other, trained encoder after step 2: the network the run's seed 6 draws</dd>"
            ))
        #expect(html.contains("<dt>classifier</dt><dd>k 20</dd>"))
        #expect(html.contains("<p class=\"help\">Of both.</p>"))
        #expect(html.contains("<p class=\"help\">one, target encoder after step 2: Of one.</p>"))
        #expect(html.contains("Runs share a table"))
    }

    @Test(arguments: [
        "protocol", "fingerprint", "training images", "test images", "classes", "task",
    ])
    func whatWasAskedOtherwiseStandsApart(_ what: String) throws {
        let other = try folder.copy(run, "other")
        try add(record("knn", [.init("knn", 0.5)]), to: run)
        try add(
            record("knn", [.init("knn", 0.6)]) {
                switch what {
                case "protocol": $0.protocol["images"] = "64x64 pixels"
                case "fingerprint": $0.data.fingerprint = "train ab, test ce"
                case "training images": $0.data.train = "photos/train, 7,000 images"
                case "test images": $0.data.test = "photos/val, 2,000 images"
                case "classes": $0.data.classes = ["cat", "bird"]
                default: $0.task = "linear"
                }
            }, to: other)
        let html = try evaluations([run, other])
        #expect(html.count(of: "<table>") == 2)
        #expect(html.count(of: "<th>one<small>") == 1 && html.count(of: "<th>other<small>") == 1)
    }

    @Test func theSameNetworkAskedAgainHasTheNewerFigure() throws {
        try add(
            record("knn", [.init("knn", 0.25)]),
            record("knn", [.init("knn", 0.75)]) { $0.time = "2026-02-01T00:00:00Z" },
            // Another step is another network.
            record("knn", [.init("knn", 0.125)]) {
                ($0.encoder.step, $0.encoder.checksum) = (1, "a")
            },
            to: run)
        let html = try evaluations([run])
        #expect(
            cells("knn", in: html) == [
                "<span class=\"change\"><b>0.750</b></span>",
                "<span class=\"change\"><b>0.125</b></span>",
            ])
        #expect(
            html.contains(
                "<th>target encoder after step 2</th><th>target encoder after step 1</th>"))
    }
}

/// Sentences of the page that depend on its figures.
private enum EvaluationWords {
    static let standardError = "Behind ± is the standard error"
    static let spread = "The spread is the standard deviation"
}
