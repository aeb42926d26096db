public import JepaCore
import JepaTensor

/// Trains a pipeline and leaves a run folder.
///
/// A run is a function of pipeline, data and seed: interrupted and resumed, by whatever number of
/// loading threads, it comes to the same weights, bit for bit on the same machine.
public final class Trainer {
    /// The training in numbers of steps.
    public let plan: TrainingPlan
    /// Everything a checkpoint holds besides tensors.
    public private(set) var state: TrainingState
    private let pipeline: Pipeline
    private let settings: TrainingSettings
    private let identity: RunIdentity
    private let reporter: any ProgressReporter
    private let interruption: Interruption
    private let workers: Int
    private let data: (name: String, source: any DataSource)
    private let monitor: Monitor
    private var pace = Pace()
    /// How many unusable images of each data source have been told.
    private var reportedRejections: [String: Int] = [:]

    /// Opens the data and checks that the settings go with it; no weight gets memory yet.
    ///
    /// - Parameter identity: How the program was called, and would be called to resume.
    /// - Throws: `PipelineError` if the data cannot be used or the settings do not go with it.
    public init(
        _ pipeline: Pipeline, settings: TrainingSettings, identity: RunIdentity,
        reporter: any ProgressReporter = SilentReporter(),
        interruption: Interruption = Interruption()
    ) throws {
        (self.pipeline, self.settings, self.identity) = (pipeline, settings, identity)
        (self.reporter, self.interruption) = (reporter, interruption)
        try pipeline.openData()
        data = pipeline.dataSource
        plan = try TrainingPlan(settings, images: data.source.count)
        try pipeline.check(settings.stepOptions, batchSize: plan.batchSize)
        setThreadCount(settings.threads)
        workers = settings.workers ?? threadCount
        monitor = try Monitor(pipeline, settings, workers: workers)
        state = TrainingState(
            origin: RunOrigin(
                pipeline, plan, data: try data.source.fingerprint(), version: identity.version))
    }

    /// Trains to the end, or until someone interrupts.
    ///
    /// - Parameters:
    ///   - folder: A folder that has just been made, or opened to go on.
    ///   - start: Where to go on from: the run folder for its newest checkpoint, or a checkpoint;
    ///     nil to begin.
    ///   - allowingChanges: Whether the run may go on with another pipeline, data or version.
    ///   - initialise: Gives a new run other weights than random ones, which are looked at first;
    ///     not called to go on.
    /// - Throws: `PipelineError`: a checkpoint that is damaged or belongs to something else;
    ///   `notFinite` with the step and the stage; errors of the data and of the file system. It
    ///   says where the run can be resumed.
    public func run(
        in folder: RunFolder, from start: String? = nil, allowingChanges: Bool = false,
        initialise: (() throws -> Void)? = nil
    ) throws -> TrainingOutcome {
        try pipeline.materialise()
        if let start {
            try resume(folder, from: start, allowingChanges: allowingChanges)
            if isComplete, folder.holdsSummary {
                reporter.say("nothing is left to do: all \(plan.steps) steps have been taken")
                return outcome(in: folder, isNew: false)
            }
        }
        var journal = try RunJournal(folder, settings, identity, after: state)
        try journal.begin(pipeline, plan, state)
        sayIfThreadsTakeTurns()
        reporter.begin(plan, from: state.step, in: folder.path)
        defer { reporter.end() }
        do {
            if start == nil, let initialise { try replaceWeights(initialise, &journal) }
            // A run can be resumed from its first moment on, and a disk that is too small for
            // checkpoints is found out now.
            try journal.save(pipeline, state)
            try look(&journal)
            try train(&journal)
            try journal.save(pipeline, state)
        } catch let error as PipelineError {
            throw journal.withResumption(error)
        }
        let outcome = outcome(in: folder, isNew: true)
        if outcome.signal == nil { try write(json: outcome.summary, to: folder.summaryFile) }
        return outcome
    }

    /// Threads that wait for one another spin, which costs much where they have to take turns.
    private func sayIfThreadsTakeTurns() {
        let cores = Machine.current.cores
        guard let threads = settings.threads, threads > cores else { return }
        reporter.say(
            "train.threads is \(threads), but there \(cores == 1 ? "is 1 core" : "are \(cores) cores")"
                + ": they take turns and wait for one another")
    }

    /// Takes over what a checkpoint holds.
    private func resume(_ folder: RunFolder, from start: String, allowingChanges: Bool) throws {
        let checkpoints = CheckpointFolder(path: folder.checkpointFolder)
        let checkpoint = try checkpoints.checkpoint(
            start.hasSuffix(".safetensors") ? start : nil, identity: identity)
        let changes = checkpoint.state.origin.changes(to: state.origin)
        guard changes.isEmpty || allowingChanges else {
            throw PipelineError(
                .configuration, "the run in '\(folder.path)' was not made with this",
                notes: changes + ["Add --allow-changed to go on all the same."])
        }
        try checkpoint.load(into: pipeline)
        let (before, now) = (checkpoint.state.origin.arithmetic, state.origin.arithmetic)
        if before != now {
            reporter.say("computing with \(now), before with \(before): the same up to rounding")
        }
        state = checkpoint.state.moved(to: state.origin)
        for change in changes { reporter.say("changed: \(change)") }
        for name in try checkpoints.setAside(after: state.step) {
            reporter.say("set aside, since the run goes on from before it: \(name)")
        }
        // With its checkpoint set aside, the best so far is looked for anew.
        if !checkpoints.holdsBest { state.best = nil }
    }

    /// Looks at the random weights, beside which all figures stand, before others take their place,
    /// and at those.
    ///
    /// Neither look can be cut short: once the weights are replaced, nobody can make up for it.
    private func replaceWeights(
        _ initialise: () throws -> Void, _ journal: inout RunJournal
    ) throws {
        try look(&journal, isCancelled: { false })
        try initialise()
        guard plan.monitors(after: state.step) else { return }
        state.given = try monitor.reading(
            after: state.step, isThorough: true, isCancelled: { false })
        if let given = state.given {
            reporter.say(
                MonitorTable.line(given, untrained: state.untrained, place: "with weights given"))
        }
    }

    /// Takes steps, and between them a look at the features and a checkpoint where they are due.
    private func train(_ journal: inout RunJournal) throws {
        let batches = BatchLoader(
            data.source, views: pipeline.viewCount,
            order: TrainingOrder(
                plan, seed: pipeline.graph.seed, source: data.name, shuffles: settings.shuffles),
            from: state.step, workers: workers, ahead: batchesAhead)
        defer { batches.stop() }
        while state.step < plan.steps, interruption.signal == nil {
            try step(on: batches, &journal)
            try look(&journal)
            if shouldStop {
                reporter.say("stopped after step \(state.step): \(verdict.kind.rawValue)")
                return
            }
            if plan.saves(after: state.step) || journal.isSavingDue {
                try journal.save(pipeline, state)
            }
        }
    }

    /// Three batches, or fewer where they would take more than half a GiB.
    private var batchesAhead: Int {
        let bytes = plan.batchSize * data.source.imageShape.count * 4
        return min(max((1 << 29) / (bytes * pipeline.viewCount), 1), 3)
    }

    /// Takes one step and writes its row.
    private func step(on batches: BatchLoader, _ journal: inout RunJournal) throws {
        let start = ContinuousClock.now
        let batch = try saving(&journal) { try next(of: batches) }
        let loading = start.duration(to: .now) / .seconds(1)
        let result = try saving(&journal) {
            try pipeline.step(
                batch, at: plan.info(state.step, seed: pipeline.graph.seed),
                options: settings.stepOptions)
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        state.advance(loss: result.loss, seconds: seconds)
        pace.add(seconds)
        try journal.write(
            StepRow(result, step: state.step, plan, loading: loading, seconds: seconds))
        reporter.advance(state.progress(plan, pace))
    }

    /// The next batch.
    private func next(of batches: BatchLoader) throws -> Batch {
        defer { reportRejections() }
        guard let batch = try batches.next() else {
            fatalError("the batches ended before step \(state.step + 1) of \(plan.steps)")
        }
        return batch
    }

    /// What a part of a step comes to; if it fails, what the steps before have learnt is saved
    /// first.
    private func saving<Result>(
        _ journal: inout RunJournal, ifItFails body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch {
            do {
                try journal.save(pipeline, state)
            } catch let second as PipelineError {
                guard var first = error as? PipelineError else { throw error }
                first.notes.append("Nor could what has been learnt be saved: \(second.message)")
                throw first
            }
            throw error
        }
    }

    /// Judges the features if it is time to, and saves the weights if they are the best so far.
    private func look(
        _ journal: inout RunJournal, isCancelled: (() -> Bool)? = nil
    ) throws {
        defer { reportRejections() }
        let start = ContinuousClock.now
        guard isLookDue,
            let reading = try monitor.reading(
                after: state.step, isThorough: plan.looksThoroughly(after: state.step),
                isCancelled: isCancelled ?? { [interruption] in interruption.signal != nil })
        else { return }
        state.see(reading, seconds: start.duration(to: .now) / .seconds(1))
        try journal.write(reading)
        try JepaTraining.write(json: verdict, to: journal.folder.verdictFile)
        reporter.say(MonitorTable.line(reading, untrained: state.untrained))
        if state.isBest(by: settings.checkpoint.best) { try journal.saveBest(pipeline, state) }
    }

    /// Whether the features are to be looked at after this step and have not been.
    private var isLookDue: Bool {
        plan.monitors(after: state.step) && state.latest?.step != state.step
    }

    /// What the figures say so far.
    private var verdict: Verdict {
        Verdict.judging(state.readings, given: state.given, warmUp: plan.warmUpSteps)
    }

    /// Whether the newest look shows what training is to be ended at.
    private var shouldStop: Bool {
        guard let kind = settings.stopWhen, state.latest?.step == state.step else { return false }
        return verdict.kind == kind
    }

    private func reportRejections() {
        for (name, source) in pipeline.dataSources {
            let samples = source.rejected
            for sample in samples.dropFirst(reportedRejections[name] ?? 0) {
                let owner = name == data.name ? "" : " of '\(name)'"
                reporter.say("skipped '\(sample.name)'\(owner): \(sample.reason)")
            }
            reportedRejections[name] = samples.count
        }
    }

    /// Whether the run is at its end, which it is only with the last look: a signal cuts that short,
    /// too.
    private var isComplete: Bool { state.step == plan.steps && !isLookDue }

    private func outcome(in folder: RunFolder, isNew: Bool) -> TrainingOutcome {
        TrainingOutcome(
            state, plan, settings.monitor.isEnabled ? verdict : nil, folder: folder.path,
            signal: isComplete ? nil : interruption.signal, isNew: isNew,
            resumeCommand: identity.resumption(of: folder.path),
            rejected: pipeline.dataSources.flatMap(\.source.rejected),
            repaired: pipeline.dataSources.flatMap(\.source.repaired))
    }
}
