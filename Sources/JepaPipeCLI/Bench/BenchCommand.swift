import Foundation
import JepaCore
import JepaGraph
import JepaTensor
import JepaTraining

/// Measures training steps.
enum BenchCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "bench",
        summary: "Measures training steps: time by phase, rate, memory; beside another program.",
        arguments: [
            .init(
                name: "FILE", help: "A graph file; a ViT-S/16 on 224 pixels if not given.",
                isOptional: true)
        ],
        options: [
            .overrides, .plugins,
            .init(
                name: "--steps", value: "N", range: 1...100_000, standard: "10",
                help: "Steps of a run that count."),
            .init(
                name: "--warm-up", value: "N", range: 0...100_000, standard: "2",
                help: "Steps before them that do not."),
            .init(
                name: "--runs", value: "N", range: 1...1000,
                help: "Runs, one after the other; 3 beside a peer, 1 if not given."),
            .init(
                name: "--peer", value: "COMMAND",
                help: "A line of shell that does the same work; it is started after every run."),
            .init(name: "--json", help: "Prints JSON lines instead of a report."),
        ],
        notes: [
            "Images that cannot be opened are replaced by random ones of the same shape, which are "
                + "made beforehand and cost no time. Nothing is saved.",
            "Operations are those of the method as published, so that work saved counts as speed. "
                + "They are set against plain matrix products computed between the steps, by this "
                + "program's kernel or OpenBLAS, whichever is faster.",
            "A peer prints lines of JSON: {\"program\": \"...\", \"batch_size\": 16} at first, and "
                + "{\"step_seconds\": 3.2} after each step, those that warm up among them; other "
                + "lines and keys are passed over. \(BenchPeer.variable) in its environment tells "
                + "it, as JSON, warm_up, steps, threads, batch_size, image, and the context and "
                + "target patches of each step. What --json prints is of this form, so this "
                + "program can be a peer of itself. Ratios above 1 mean that the peer is slower.",
        ],
        examples: [
            .init(
                "bench --peer 'python3 Tests/Peers/ijepa_step.py --bench'",
                help: "ViT-S/16 beside PyTorch, three runs each.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let session = try BenchSession(loaded(arguments, registry))
        defer { session.images.stop() }
        let printsJSON = arguments.isOn("--json")
        let peer = arguments.value("--peer").map { BenchPeer(command: $0) }
        let warmUp = arguments.integer("--warm-up")
        let steps = arguments.integer("--steps")
        if printsJSON { try announce(session) }
        var (runs, peers, work): ([BenchRun], [BenchPeer.Run], [BenchWork]) = ([], [], [])
        // Matrix products, which need memory of their own, are measured after the first step that
        // counts.
        var (peakBytes, isSettled) = (0, false)
        for _ in 0..<(arguments.optionalInteger("--runs") ?? (peer == nil ? 1 : 3)) {
            let task = try session.work(warmUp + steps)
            let run = try BenchRun(session, task, warmUp: warmUp) { step, warmsUp in
                if !isSettled { peakBytes = max(peakBytes, ProcessFigures.peakBytes) }
                isSettled = isSettled || !warmsUp
                if printsJSON { print(step, warmsUp: warmsUp) }
            }
            runs.append(run)
            work += task.dropFirst(warmUp)
            if let peer { peers.append(try peer.run(session.task(task, warmUp: warmUp))) }
        }
        let result = try BenchResult(
            session, runs: runs, work: work, peakBytes: peakBytes, peers: peers)
        print(
            printsJSON
                ? try JSONLine.text(result) : BenchReport(result).lines.joined(separator: "\n"))
        return JepaPipe.ExitStatus.done
    }

    private static func loaded(
        _ arguments: CommandLineArguments, _ registry: Registry
    ) throws -> LoadedPipeline {
        let overrides = arguments.all("--set")
        if let file = arguments.optionalArgument("FILE") {
            return try LoadedPipeline(file: file, overrides: overrides, registry: registry)
        }
        let root = try GraphReader.read(text: StandardBench.text, file: StandardBench.name)
        return try LoadedPipeline(
            root: root.applying(overrides.map { try SettingOverride($0) }), registry: registry)
    }

    private struct Announcement: Encodable {
        let program: String
        let batchSize: Int
    }

    private struct StepLine: Encodable {
        let stepSeconds: Double
        let warmsUp: Bool
        let phases: [String: Double]
        let operations: Double
        let pageFaults: Int
    }

    private static func announce(_ session: BenchSession) throws {
        let line = Announcement(
            program: "jepa-pipe \(JepaPipe.version), "
                + "\(Quantities.count(threadCount, "thread")) with \(vectorLevel)",
            batchSize: session.batchSize)
        print(try JSONLine.text(line))
    }

    private static func print(_ step: BenchStep, warmsUp: Bool) {
        let phases = step.phases.map { ($0.name, $0.value) }
        let line = StepLine(
            stepSeconds: step.seconds, warmsUp: warmsUp,
            phases: Dictionary(phases) { $0 + $1 }, operations: step.operations,
            pageFaults: step.pageFaults)
        // Every value is finite, which is all that JSON asks for.
        if let text = try? JSONLine.text(line) { print(text) }
    }

    /// Prints a line at once: whoever reads it may be waiting.
    private static func print(_ text: String) {
        Swift.print(text)
        fflush(nil)
    }
}

extension BenchSession {
    /// What a peer is to do.
    func task(_ work: [BenchWork], warmUp: Int) -> BenchPeer.Task {
        let shape = loaded.pipeline.dataSource.source.imageShape
        return BenchPeer.Task(
            warmUp: warmUp, steps: work.count - warmUp, threads: threadCount,
            batchSize: batchSize, image: [shape.channels, shape.height, shape.width],
            context: work.map(\.contextPatches), blocks: work.map(\.targetBlocks),
            targets: work.map(\.targetPatches))
    }
}
