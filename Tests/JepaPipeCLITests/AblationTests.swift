import Foundation
import JepaCore
import JepaGraph
import JepaPipeCLI
import JepaStages
import JepaTestSupport
import JepaTraining
import Testing

/// The ablations that come with the package.
@Suite struct AblationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "pipelines/ablations").path

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.hasSuffix(".yaml") && $0 != "base.yaml" }.sorted()

    private static var registry: Registry {
        get throws {
            var registry = Registry()
            try BuiltInStages.register(into: &registry)
            return registry
        }
    }

    @Test func allAreThere() {
        #expect(
            Self.names == [
                "compact.yaml", "context-scale.yaml", "equal-time.yaml", "masking.yaml",
                "predictor-depth.yaml", "predictor-width.yaml", "regulariser.yaml",
                "target-masking.yaml", "target-scale.yaml", "target-space.yaml", "targets.yaml",
                "weight-decay.yaml",
            ])
    }

    @Test(arguments: names)
    func rowsAreValidAsTheyAre(name: String) throws {
        let sweep = try Sweep(
            SweepFile(path: "\(Self.folder)/\(name)"), Sweep.Options(opensData: false),
            registry: Self.registry)
        #expect(sweep.runs.count >= 2)
    }

    /// The header says how the file is run.
    @Test(arguments: names)
    func theHeaderHasTheCommand(name: String) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
        #expect(text.contains("#   jepa-pipe sweep pipelines/ablations/\(name)\n"))
        #expect(text.contains("images/s"))
    }

    /// Everything small but what the rows change, on rendered images of the same size.
    private static let small = [
        "stages.data={use: scenes, count: 16, size: 32, samples: 1}",
        "stages.held_out={use: scenes, count: 8, size: 32, samples: 1, split: test}",
        "stages.context_encoder.width=16", "stages.context_encoder.depth=1",
        "stages.context_encoder.heads=2", "train.batch_size=4", "train.steps=2",
        "train.monitor.images=8", "train.monitor.queries=8",
    ]

    @Test(arguments: names)
    func everyRowTakesTwoSteps(name: String) throws {
        let scratch = TemporaryFolder()
        let options = Sweep.Options(
            overrides: try Self.small.map { try SettingOverride($0) }, seeds: [0])
        let sweep = try Sweep(
            SweepFile(path: "\(Self.folder)/\(name)"), options, registry: Self.registry)
        var runner = SweepRunner(
            sweep, in: scratch.file("out"), registry: try Self.registry,
            interruption: Interruption(),
            identity: RunIdentity(version: "1.0", command: "", resumeCommand: ""))
        try runner.run()
        #expect(!runner.hasFailed)
        #expect(try runner.results().finishedCount == sweep.runs.count)
    }
}
