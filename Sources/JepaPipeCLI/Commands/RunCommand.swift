import JepaCore
import JepaGraph
import JepaInterop
import JepaTraining

/// Trains the pipeline of a graph file.
enum RunCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "run", summary: "Trains the pipeline of a graph file and leaves a run folder.",
        arguments: [
            .init(
                name: "FILE",
                help: "A graph file; with --resume that of the run unless another is given.",
                isOptional: true)
        ],
        options: [
            .overrides, .plugins,
            .init(
                name: "--out", value: "DIR",
                help: "The run folder to make; runs/NAME-DATE-TIME if not given."),
            .init(
                name: "--resume", value: "DIR",
                help: "Goes on with a run: its folder, or one of its checkpoints."),
            .init(
                name: "--weights", value: "WEIGHTS",
                help: "Begins with other weights than random ones: imported ones, those of another "
                    + "run, or anything that 'features' takes."),
            .init(
                name: "--recompute-positions",
                help: "Takes --weights of another image size, with positions computed anew."),
            .init(
                name: "--allow-changed",
                help: "Goes on although pipeline, data or version are not those of the run."),
        ],
        notes: [
            "Ctrl-C, SIGTERM and the end of the terminal finish the step, save, say how to go on, "
                + "and end with 130, 143 or 129.",
            "A second Ctrl-C ends at once.",
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let resumed = arguments.value("--resume")
        try check(arguments, resumed)
        let file =
            try arguments.optionalArgument("FILE")
            ?? ModelLoading.pipelineFile(
                of: resumed ?? ".",
                remedy: "--resume takes the folder of a run, or one of its checkpoints.")
        let loaded = try LoadedPipeline(
            file: file, overrides: arguments.all("--set"), registry: registry)
        let initial = try arguments.value("--weights").map { path in
            try InitialWeights(sameStagesAs: path, for: loaded.pipeline, registry: registry)
                ?? InitialWeights(
                    ModelLoading(
                        path, pipelineFile: nil,
                        hints: ModelHints(likelyHeads: loaded.pipeline.encoderHeads),
                        registry: registry
                    ).model, for: loaded.pipeline,
                    recomputesPositions: arguments.isOn("--recompute-positions"))
        }
        for remark in loaded.remarks + (initial?.remarks ?? []) { JepaPipe.report(remark) }
        let interruption = Interruption()
        let listening = interruption.listen { _ in
            JepaPipe.report("\nFinishing this step and saving; once more ends at once.")
        }
        defer { listening.cancel() }
        let trainer = try Trainer(
            loaded.pipeline, settings: loaded.settings,
            identity: identity(arguments, of: loaded.graph.root),
            reporter: ConsoleReporter(interval: loaded.settings.logInterval),
            interruption: interruption)
        let folder =
            try resumed.map(RunFolder.open)
            ?? RunFolder.create(at: arguments.value("--out"), pipeline: loaded.graph.name)
        let outcome = try trainer.run(
            in: folder, from: resumed, allowingChanges: arguments.isOn("--allow-changed"),
            initialise: initial.map { weights in { try weights.load() } })
        print(outcome.text)
        if outcome.signal == nil && outcome.isNew {
            leaveReport(on: loaded, in: folder.path, registry)
        }
        return outcome.exitStatus
    }

    /// Makes the page about a run that has ended. What was learnt is safe already, so whatever is
    /// wrong here is told and no more.
    private static func leaveReport(
        on loaded: LoadedPipeline, in folder: String, _ registry: Registry
    ) {
        do {
            try RunPictures.write(
                of: loaded.pipeline, batchSize: loaded.settings.batchSize, into: folder)
        } catch {
            JepaPipe.report("There is no picture of the masks: \(error)")
        }
        do {
            let page = ReportCommand.file(of: folder)
            try ReportCommand.write([folder], to: page, registry: registry)
            print("The report is \(page)")
        } catch {
            JepaPipe.report("There is no report: \(error)")
        }
    }

    private static func check(_ arguments: CommandLineArguments, _ resumed: String?) throws {
        if resumed == nil && arguments.optionalArgument("FILE") == nil {
            throw PipelineError(
                .usage, "missing argument FILE: a graph file, such as pipelines/ijepa.yaml",
                notes: descriptor.usageNotes)
        }
        if resumed != nil && arguments.value("--out") != nil {
            throw PipelineError(
                .usage, "'--out' makes a new run and '--resume' goes on with one; give one of them")
        }
        if resumed != nil && arguments.value("--weights") != nil {
            throw PipelineError(
                .usage, "'--weights' begins a new run and '--resume' goes on with one; give one")
        }
        if arguments.isOn("--recompute-positions") && arguments.value("--weights") == nil {
            throw PipelineError(.usage, "'--recompute-positions' goes with '--weights'")
        }
        if resumed == nil && arguments.isOn("--allow-changed") {
            throw PipelineError(.usage, "'--allow-changed' goes with '--resume'")
        }
    }

    /// How the program was called, for the record and for the advice how to go on.
    static func identity(
        _ arguments: CommandLineArguments, of root: Setting? = nil
    ) -> RunIdentity {
        let words = CommandLine.arguments.map(shellQuoted)
        let plugins = arguments.all("--plugin").map { "--plugin \(shellQuoted($0)) " }.joined()
        return RunIdentity(
            version: JepaPipe.version, command: words.joined(separator: " "),
            resumeCommand: "\(words.first ?? "jepa-pipe") run \(plugins)--resume",
            pipelineText: root.map { GraphWriter.text(of: $0) })
    }
}
