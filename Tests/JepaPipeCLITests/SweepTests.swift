import Foundation
import JepaCore
import JepaFormats
import JepaGraph
import JepaPipeCLI
import JepaStages
import JepaTestSupport
import JepaTraining
import Testing

/// Sweeps that are assembled, run, interrupted and gone on with.
final class SweepTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }
    private var out: String { folder + "/out" }

    init() throws {
        try scratch.write(Self.base, to: "base.yaml")
    }

    private static let base = TinyPipeline.text.replacing(
        "minimize: loss}",
        with: """
            minimize: {loss: 1, regulariser: 0.2}}
              regulariser: {use: variance_covariance, tokens: context_encoder.tokens}
            """)

    private static let rows = """
        rows:
          - {name: 4, paper: 54.2}
          - {name: 1, set: {stages.masks.target_blocks: 1}, paper: 9.0}
        """

    private static var registry: Registry {
        get throws {
            var registry = Registry()
            try BuiltInStages.register(into: &registry)
            return registry
        }
    }

    private func file(_ rows: String = rows, more: String = "") throws -> SweepFile {
        try SweepFile(
            GraphReader.read(
                text: "sweep: targets\nbase: base.yaml\nsource: a paper\n\(more)\n\(rows)",
                file: "targets.yaml"), path: folder + "/targets.yaml")
    }

    private func sweep(
        _ rows: String = rows, more: String = "", _ options: Sweep.Options = Sweep.Options()
    ) throws -> Sweep {
        try Sweep(file(rows, more: more), options, registry: Self.registry)
    }

    private func runner(
        _ sweep: Sweep, _ interruption: Interruption = Interruption()
    ) throws -> SweepRunner {
        SweepRunner(
            sweep, in: out, registry: try Self.registry, interruption: interruption,
            identity: RunIdentity(
                version: "1.0", command: "jepa-pipe sweep", resumeCommand: "jepa-pipe run --resume")
        )
    }

    private func contents(_ path: String) -> String {
        (try? String(contentsOfFile: "\(out)/\(path)", encoding: .utf8)) ?? "missing"
    }

    // MARK: - Assembly

    @Test func allRowsComeWithOneSeedBeforeTheNext() throws {
        let runs = try sweep(more: "seeds: [3, 1]").runs
        #expect(runs.map(\.folder) == ["4-seed-3", "1-seed-3", "4-seed-1", "1-seed-1"])
        #expect(try runs.map { try Graph($0.root).seed } == [3, 3, 1, 1])
    }

    @Test func withoutSeedsThatOfTheBaseHolds() throws {
        #expect(try sweep().runs.map(\.seed) == [5, 5])
    }

    @Test func aRowReplacesStagesAndDropsKeys() throws {
        let run = try #require(
            try sweep(
                """
                rows:
                  - name: pixels
                    drop: [stages.regulariser, train.monitor.queries]
                    set:
                      stages.target_encoder:
                        {use: pixels, patch_size: 4, images: data.images, gather: masks.targets}
                      stages.predictor.output_width: 48
                      stages.optimizer.minimize: loss
                """
            ).runs.first)
        let values = run.root.flattened()
        #expect(values["stages.target_encoder.use"] == "pixels")
        #expect(values["stages.target_encoder.momentum"] == nil)
        #expect(values["stages.regulariser.use"] == nil)
        #expect(values["train.monitor.queries"] == nil)
        #expect(values["train.monitor.images"] == "8")
    }

    @Test func theCommandLineComesAfterTheFileAndBeforeTheRows() throws {
        let options = Sweep.Options(
            overrides: [try SettingOverride("train.epochs=3")], seeds: [8], names: ["1"])
        let runs = try sweep(more: "set: {train.epochs: 2}", options).runs
        #expect(runs.map(\.folder) == ["1-seed-8"])
        #expect(runs[0].root.flattened()["train.epochs"] == "3")
    }

    struct Wrong: CustomStringConvertible, Sendable {
        let description: String
        var more = ""
        var rows = SweepTests.rows
        var overrides: [String] = []
        var names: [String] = []
        let message: String
    }

    static let wrong: [Wrong] = [
        Wrong(
            description: "a mistake of one row",
            rows: "rows: [{name: a}, {name: b, set: {stages.masks.target_blocks: 0}}]",
            message: """
                targets.yaml:5:63: error: 'target_blocks' of stage 'masks' is an integer in 1...64, \
                not 0
                rows: [{name: a}, {name: b, set: {stages.masks.target_blocks: 0}}]
                                                                              ^
                In row 'b'.
                """),
        Wrong(
            description: "a mistake of all rows", more: "set: {train.batch_size: 0}",
            message: """
                targets.yaml:4:25: error: 'batch_size' of 'train' is an integer in 1...1000000 \
                (images), not 0
                set: {train.batch_size: 0}
                                        ^
                """),
        Wrong(
            description: "a stage that is not there",
            rows: "rows: [{name: a}, {name: b, set: {stages.mask.target_blocks: 1}}]",
            message: """
                targets.yaml:5:42: error: there is no stage 'mask' in the graph; did you mean \
                'masks'?
                rows: [{name: a}, {name: b, set: {stages.mask.target_blocks: 1}}]
                                                         ^~~~
                Stages: data, masks, context_encoder, target_encoder, predictor, loss, \
                optimizer, regulariser.
                In row 'b'.
                """),
        Wrong(
            description: "a key to drop that is not there",
            rows: "rows: [{name: a}, {name: b, drop: [stages.regulariserr]}]",
            message: """
                targets.yaml:5:36: error: 'stages.regulariserr' cannot be dropped: there is no \
                'regulariserr'; did you mean 'regulariser'?
                rows: [{name: a}, {name: b, drop: [stages.regulariserr]}]
                                                   ^~~~~~~~~~~~~~~~~~~
                Keys there: data, masks, context_encoder, target_encoder, predictor, loss, \
                optimizer, regulariser.
                In row 'b'.
                """),
        Wrong(
            description: "two rows of one pipeline",
            rows: "rows: [{name: a}, {name: b, set: {train.epochs: 1}}]",
            message: """
                targets.yaml:5:26: error: row 'b' is the same pipeline as row 'a'
                rows: [{name: a}, {name: b, set: {train.epochs: 1}}]
                                         ^
                """),
        Wrong(
            description: "data that does not fill a batch",
            rows: "rows: [{name: a}, {name: b, set: {stages.data.count: 4}}]",
            message: """
                DIR/base.yaml:15:21: error: 'batch_size' is 8, but the data set has only 4 images
                train: {batch_size: 8, epochs: 1, monitor: {images: 8, queries: 8}}
                                    ^
                In row 'b'.
                """),
        Wrong(
            description: "a row that is not there", names: ["2"],
            message: """
                error: there is no row '2'; did you mean '1'?
                Rows: 4, 1.
                """),
        Wrong(
            description: "a change of what a row changes",
            rows: "rows: [{name: a}, {name: b, set: {stages.masks: {use: random}}}]",
            overrides: ["stages.masks.min_keep=3"],
            message: """
                error: '--set stages.masks.min_keep' is for all rows, but row 'b' changes \
                'stages.masks' itself
                """),
    ]

    @Test(arguments: wrong)
    func aWrongSweepIsExplainedBeforeAnythingRuns(_ wrong: Wrong) throws {
        let options = Sweep.Options(
            overrides: try wrong.overrides.map { try SettingOverride($0) }, names: wrong.names)
        let error = try #require(throws: PipelineErrors.self) {
            try sweep(wrong.rows, more: wrong.more, options)
        }
        #expect(error.description.replacing(folder, with: "DIR") == wrong.message)
    }

    // MARK: - Runs

    @Test func aSweepLeavesRunFoldersATableAndARecord() throws {
        var runner = try runner(sweep(more: "seeds: [0, 1]"))
        try runner.run()
        for name in ["4-seed-0", "1-seed-0", "4-seed-1", "1-seed-1"] {
            #expect(contents(name + "/summary.json") != "missing")
        }
        let table = SweepTable(try runner.results())
        let lines = table.text.split(separator: "\n").map(String.init)
        #expect(
            lines[0].split(separator: " ").map(String.init)
                == ["targets", "k-NN", "linear", "RankMe", "loss", "time", "paper"])
        #expect(lines[1].hasPrefix("untrained  0."))
        #expect(lines[2].hasPrefix("4  ") && lines[2].hasSuffix(" 54.2"))
        #expect(lines[3].hasPrefix("1  ") && lines[3].hasSuffix(" 9.0"))
        #expect(lines[3].contains(" ± "))
        #expect(table.notes[0] == "Mean ± standard deviation over the seeds 0, 1.")
        #expect(table.notes.contains("Paper: a paper."))
        #expect(contents("sweep.md") == table.markdown)
        #expect(contents("sweep.md").hasPrefix("| targets | k-NN | linear | RankMe |"))
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data(contents("sweep.json").utf8))
                as? [String: Any])
        let rows = try #require(record["rows"] as? [[String: Any]])
        #expect(rows.map { $0["name"] as? String } == ["untrained", "4", "1"])
        #expect((rows[2]["runs"] as? [Any])?.count == 2)
        #expect(record["runsLeft"] as? Int == 0)
    }

    @Test func finishedRunsStayAndAnInterruptedOneGoesOnToTheSameEnd() throws {
        var first = try runner(sweep())
        try first.run()
        let before = SweepTable(try first.results()).text
        let kept = contents("4-seed-5/run.json")
        // As if the second run had been killed after its first checkpoint.
        for name in ["summary.json", "checkpoints/step-000002.safetensors"] {
            try FileManager.default.removeItem(atPath: "\(out)/1-seed-5/\(name)")
        }
        var second = try runner(sweep())
        #expect(SweepTable(try second.results()).notes.last == "Still to be done: 1 of 2 runs.")
        try second.run()
        #expect(contents("4-seed-5/run.json") == kept)
        #expect(contents("1-seed-5/run.json").contains("\"fromStep\" : 0"))
        let after = SweepTable(try second.results()).text
        // Everything but the time is the same to the digit.
        #expect(
            after.replacing(#/ 0:0[0-9]/#, with: "") == before.replacing(#/ 0:0[0-9]/#, with: ""))
    }

    @Test func aRunThatSavedNothingBeginsAgain() throws {
        var first = try runner(sweep())
        try first.run()
        let run = out + "/1-seed-5"
        for name in ["summary.json", "checkpoints"] {
            try FileManager.default.removeItem(atPath: "\(run)/\(name)")
        }
        try FileManager.default.createDirectory(
            atPath: run + "/checkpoints", withIntermediateDirectories: true)
        var second = try runner(sweep())
        try second.run()
        #expect(try second.results().finishedCount == 2)
    }

    @Test func anInterruptedSweepTellsWhatIsLeft() throws {
        let interruption = Interruption()
        interruption.ask(SIGINT)
        var runner = try runner(sweep(), interruption)
        try runner.run()
        let table = SweepTable(try runner.results())
        #expect(table.notes.last == "Still to be done: 2 of 2 runs.")
        #expect(contents("sweep.md") == table.markdown)
        #expect(table.text.contains("4        to do"))
    }

    @Test func aRunOfAnotherConfigurationIsRefused() throws {
        var first = try runner(sweep(Self.rows, Sweep.Options(names: ["1"])))
        try first.run()
        let options = Sweep.Options(overrides: [try SettingOverride("train.epochs=2")])
        var second = try runner(sweep(Self.rows, options))
        let error = try #require(throws: PipelineErrors.self) { try second.run() }
        #expect(
            error.description.replacing(folder, with: "DIR") == """
                error: 'DIR/out/1-seed-5' was made with another configuration of row '1'
                train.epochs: was 1, is 2
                Give --out another folder, or remove that one.
                """)
        #expect(contents("4-seed-5/run.json") == "missing")
    }

    @Test func aRunThatIsNotFiniteDoesNotStopTheOthers() throws {
        let rows = """
            rows:
              - {name: diverges, set: {stages.optimizer.minimize: {loss: 1.0e+300}}}
              - {name: base}
            """
        var runner = try runner(sweep(rows))
        try runner.run()
        #expect(runner.hasFailed)
        let table = SweepTable(try runner.results())
        #expect(table.text.contains("diverges   failed"))
        #expect(table.notes.contains { $0.hasPrefix("Row 'diverges', seed 5, failed: ") })
        #expect(contents("base-seed-5/summary.json") != "missing")
    }

    @Test func aBudgetOfTimeSetsTheStepsOnce() throws {
        func limited(_ minutes: Double) throws -> Sweep {
            try SweepBudget(minutes: minutes).applied(
                to: sweep(), Sweep.Options(), in: out, registry: Self.registry,
                interruption: Interruption())
        }
        let first = try limited(0.001)
        let steps = try first.runs.map { try #require($0.root.flattened()["train.steps"]) }
        #expect(first.runs.allSatisfy { $0.root.flattened()["train.epochs"] == nil })
        var runner = try runner(first)
        try runner.run()
        // Another measurement would come to other steps; the runs that are there decide.
        let second = try limited(0.001)
        #expect(second.runs.map { $0.root.flattened()["train.steps"] } == steps)
        let error = try #require(throws: PipelineError.self) { _ = try limited(10) }
        #expect(
            error.message.replacing(folder, with: "DIR")
                == "the runs in 'DIR/out' have 0.001 minutes each, not 10")
    }

    @Test func runsWithOtherSeedsStayInTheTable() throws {
        var first = try runner(sweep(Self.rows, Sweep.Options(seeds: [8])))
        try first.run()
        var second = try runner(sweep(Self.rows, Sweep.Options(seeds: [3], names: ["1"])))
        try second.run()
        let notes = SweepTable(try second.results()).notes
        #expect(notes[0] == "Mean ± standard deviation over the seeds 3, 8.")
        #expect(notes.last == "Still to be done: 1 of 4 runs.")
        // Of another configuration, it says nothing about this one.
        let options = Sweep.Options(
            overrides: [try SettingOverride("train.epochs=2")], seeds: [2])
        let others = try runner(sweep(Self.rows, options)).results()
        #expect(SweepTable(others).notes[0] == "Seed 2 alone: small differences may be chance.")
    }

    @Test func aBudgetOfTimeAndALengthAreRefused() throws {
        let options = Sweep.Options(overrides: [try SettingOverride("train.epochs=2")])
        let error = try #require(throws: PipelineErrors.self) {
            try SweepBudget(minutes: 1).applied(
                to: sweep("rows: [{name: a}, {name: b, set: {train.steps: 3}}]", options),
                options, in: out, registry: Self.registry, interruption: Interruption())
        }
        #expect(
            error.errors.map(\.message) == [
                "'--minutes' gives all rows the same time, but row 'b' sets 'train.steps' itself",
                "'--minutes' and '--set train.epochs' both say how long to train",
            ])
    }

    @Test func theCommandValidatesAndRuns() throws {
        let path = folder + "/targets.yaml"
        try AtomicFile.write("sweep: targets\nbase: base.yaml\n" + Self.rows, to: path)
        #expect(JepaPipe.run(["validate", path]) == 0)
        #expect(JepaPipe.run(["sweep", path, "--out", out, "--rows", "1"]) == 0)
        #expect(contents("1-seed-5/summary.json") != "missing")
        #expect(contents("4-seed-5/run.json") == "missing")
        #expect(JepaPipe.run(["sweep", path, "--out", out, "--seeds", "x"]) == 2)
        #expect(JepaPipe.run(["sweep", path, "--out", out, "--seeds", "3,3"]) == 2)
        #expect(JepaPipe.run(["sweep", path, "--out", out, "--minutes", "0"]) == 2)
        #expect(JepaPipe.run(["validate", path, "--set", "stages.masks.target_blocks=2"]) == 2)
    }
}
