import Foundation
import JepaFormats
import JepaPipeCLI
import JepaTestSupport
import Testing

/// `bench`: what it prints, and how it deals with a peer.
struct BenchTests {
    /// The last line of `--json`, as far as these tests look at it.
    private struct Result: Decodable {
        struct Spread: Decodable { let median, lowest, highest: Double }
        struct Phase: Decodable { let name: String, seconds: Spread }
        struct Peer: Decodable {
            let program: String
            let ratio: Double
            let ratios, own, peers: [Double]
        }
        let steps, batchSize, peakBytes, stateBytes, allocationsAfterSecondStep: Int
        let stepSeconds, imagesPerSecond, shareOfCeiling: Spread
        let phases: [Phase]
        let operationsPerImage, contextPatches, targetPatches: Double
        let startUpSeconds: Double?
        let randomImages: String?
        let peer: Peer?
    }

    private struct Step: Decodable { let stepSeconds: Double, warmsUp: Bool }

    private struct Task: Decodable {
        let warmUp, steps, threads, batchSize: Int
        let image, context, blocks, targets: [Int]
    }

    /// Runs a line of shell beside a tiny pipeline; `look` sees the folder afterwards.
    private func run(
        _ line: String, graph: String = TinyPipeline.text, look: (String) throws -> Void = { _ in }
    ) throws -> Program.Outcome {
        let scratch = TemporaryFolder()
        try scratch.write(graph, to: "tiny.yaml")
        let outcome = try Program.run(line, in: scratch.path)
        try look(scratch.path)
        return outcome
    }

    private func decode<Value: Decodable>(_ line: Substring, as type: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(line.utf8))
    }

    private func result(_ outcome: Program.Outcome) throws -> Result {
        try #require(outcome.status == 0, "\(outcome.output)")
        return try decode(
            try #require(outcome.output.split(separator: "\n").last), as: Result.self)
    }

    @Test func theStandardGraphIsTheOneInTheFolder() throws {
        let file = MistakeCase.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "pipelines/bench/vit-s16.yaml")
        #expect(try String(contentsOf: file, encoding: .utf8) == StandardBench.text)
    }

    @Test(.enabled(if: Program.isBuilt)) func measuresEveryPhaseOfTheStepsThatCount() throws {
        let outcome = try run("jepa-pipe bench tiny.yaml --steps 3 --warm-up 2 --json")
        let result = try result(outcome)
        let lines = outcome.output.split(separator: "\n")
        let steps = try lines.dropFirst().dropLast().map { try decode($0, as: Step.self) }
        #expect(steps.map(\.warmsUp) == [true, true, false, false, false])
        let counted = steps.suffix(3).map(\.stepSeconds).sorted()
        #expect(result.steps == 3)
        #expect(
            [result.stepSeconds.lowest, result.stepSeconds.median, result.stepSeconds.highest]
                == counted)
        #expect(abs(result.imagesPerSecond.median * counted[1] - 8) < 1e-9)
        #expect(
            Set(result.phases.map(\.name)).isSuperset(of: [
                "data", "masks", "target_encoder", "context_encoder", "predictor", "loss",
                "backward", "optimizer",
            ]))
        let phases = result.phases.reduce(0) { $0 + $1.seconds.lowest }
        #expect(phases <= result.stepSeconds.highest, "phases are parts of a step")
        #expect(result.allocationsAfterSecondStep == 0)
        #expect(result.shareOfCeiling.median > 0 && result.shareOfCeiling.median < 1)
        #expect(result.peakBytes > result.stateBytes)
        #expect(try #require(result.startUpSeconds) > 0)
        #expect(result.randomImages == nil)
    }

    @Test(.enabled(if: Program.isBuilt)) func theReportNamesWhatMatters() throws {
        let outcome = try run("jepa-pipe bench tiny.yaml --steps 1")
        #expect(outcome.status == 0)
        for word in [
            "Pipeline 'tiny': 8 images a step", "those of the graph", "GFLOP an image",
            "target_encoder", "images/s", "OpenBLAS", "page faults a step",
        ] {
            #expect(outcome.output.contains(word), "\(word) is not in \(outcome.output)")
        }
    }

    @Test(.enabled(if: Program.isBuilt)) func randomImagesStandInForMissingOnes() throws {
        let graph = TinyPipeline.text.replacing(
            "{use: scenes, count: 16, size: 16, samples: 1}",
            with: "{use: image_folder, path: nowhere, size: 16}")
        let result = try result(run("jepa-pipe bench tiny.yaml --steps 1 --json", graph: graph))
        #expect(try #require(result.randomImages).contains("folder 'nowhere' does not exist"))
        #expect(result.operationsPerImage > 0)
    }

    /// The peer takes half a second for each of its steps after the first.
    private static let peer = """
        echo "$JEPA_PIPE_BENCH" >> task
        echo a line that is no JSON
        echo '{"program": "snail", "batch_size": 4}'
        echo '{"step_seconds": 9}'
        echo '{"step_seconds": 0.5, "whatever": [1]}'
        echo '{"step_seconds": 0.5}'
        """

    @Test(.enabled(if: Program.isBuilt)) func comparesWithAPeerRunByRun() throws {
        var tasks: [Task] = []
        let line =
            "jepa-pipe bench tiny.yaml --steps 2 --warm-up 1 --runs 2 --json --peer 'sh peer'"
        let outcome = try run("cat > peer <<'END'\n\(Self.peer)\nEND\n\(line)") { folder in
            let text = try String(contentsOfFile: folder + "/task", encoding: .utf8)
            tasks = try text.split(separator: "\n").map { try decode($0, as: Task.self) }
        }
        let peer = try #require(try result(outcome).peer)
        #expect(peer.program == "snail")
        #expect(peer.peers == [8, 8])
        #expect(peer.ratios == peer.own.map { $0 / 8 })
        #expect(peer.ratio >= peer.ratios.min()! / 1.5 && peer.ratio <= peer.ratios.max()! * 1.5)
        #expect(tasks.count == 2)
        for task in tasks {
            #expect(task.warmUp == 1 && task.steps == 2 && task.batchSize == 8)
            #expect(task.image as [Int] == [3, 16, 16])
            #expect(task.context.count == 3 && task.context.allSatisfy { $0 > 0 && $0 <= 16 })
            #expect(task.targets.count == 3 && task.targets.allSatisfy { $0 > 0 && $0 <= 16 })
            #expect(task.blocks as [Int] == [4, 4, 4])
        }
    }

    @Test(
        .enabled(if: Program.isBuilt),
        arguments: [
            ("exit 3", "ended with the status 3"),
            ("echo hello", "printed the time of 0 steps, 2 of which only warm up"),
        ])
    func aPeerThatFailsIsNamed(command: String, complaint: String) throws {
        let outcome = try run("jepa-pipe bench tiny.yaml --steps 1 --peer '\(command)'")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("error: the peer '\(command)' \(complaint)"))
    }
}
