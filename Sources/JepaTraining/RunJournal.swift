import Foundation
import JepaCore
import JepaFormats

/// What a run leaves in its folder while it goes on: rows, checkpoints, and the record of who
/// made it.
struct RunJournal {
    /// The folder.
    let folder: RunFolder
    /// The step of the newest checkpoint; nil while there is none.
    private(set) var savedStep: Int?
    /// The step of the newest look that it knows of.
    private var savedLook: Int?
    private var savedTime = ContinuousClock.now
    private let checkpoints: CheckpointFolder
    private let settings: CheckpointSettings
    private let identity: RunIdentity
    private let metrics: MetricsTable
    private let monitor: MetricsTable
    private let curves: TensorBoardEvents?

    /// Opens the journal.
    ///
    /// - Parameters:
    ///   - state: Where training stands; the rows of later steps and looks are removed, since
    ///     they will be taken again.
    init(
        _ folder: RunFolder, _ settings: TrainingSettings, _ identity: RunIdentity,
        after state: TrainingState
    ) throws {
        (self.folder, self.settings, self.identity) = (folder, settings.checkpoint, identity)
        curves =
            settings.writesTensorBoard
            ? try TensorBoardEvents(
                folder: folder.tensorBoardFolder(), time: Date.now.timeIntervalSince1970) : nil
        checkpoints = CheckpointFolder(path: folder.checkpointFolder)
        metrics = try MetricsTable(folder.path + "/metrics", keeping: state.step)
        // The checkpoint of a step may have been written before the look after it.
        monitor = try MetricsTable(folder.path + "/monitor", keeping: state.latest?.step ?? -1)
        // None of this step if the best one, which is older than those that are kept, is gone on
        // from.
        let isSaved = FileManager.default.fileExists(atPath: checkpoints.file(for: state.step))
        savedStep = isSaved ? state.step : nil
        savedLook = state.latest?.step
    }

    /// Adds the row of a step.
    func write(_ row: StepRow) throws {
        try metrics.append(step: row.step, row.figures)
        try draw(row.figures, "train", step: row.step)
    }

    /// Adds the row of a look at the features.
    func write(_ reading: MonitorReading) throws {
        try monitor.append(step: reading.step, reading.figures)
        try draw(reading.figures, "monitor", step: reading.step)
    }

    /// Adds a point to each curve of a group: `train/loss`.
    private func draw(_ figures: [Figure], _ group: String, step: Int) throws {
        try curves?.add(
            figures.map { ("\(group)/\($0.name)", $0.value) }, step: step,
            time: Date.now.timeIntervalSince1970)
    }

    /// Records how this session was started, and what it runs.
    func begin(_ pipeline: Pipeline, _ plan: TrainingPlan, _ state: TrainingState) throws {
        if let text = identity.pipelineText { try folder.write(text, from: state.step) }
        // What came out of a shorter training says nothing of one that goes on.
        if state.step < plan.steps { try folder.removeSummary() }
        let session = RunRecord.Session(
            started: Date.now.ISO8601Format(), command: identity.command,
            version: identity.version, machine: .current,
            precision: state.origin.settings["train.precision"], fromStep: state.step)
        try RunRecord.add(session, to: folder, pipeline, plan, fingerprint: state.origin.data)
    }

    /// Whether the clock says that it is time for a checkpoint.
    var isSavingDue: Bool {
        guard let seconds = settings.seconds else { return false }
        return savedTime.duration(to: .now) / .seconds(1) >= seconds
    }

    /// Writes a checkpoint, unless there is one of this step and look, and removes the oldest.
    mutating func save(_ pipeline: Pipeline, _ state: TrainingState) throws {
        guard savedStep != state.step || savedLook != state.latest?.step else { return }
        // A row is never behind the checkpoint, or resuming would leave a gap.
        try metrics.sync()
        try monitor.sync()
        try Checkpoint.write(pipeline, state, to: checkpoints.file(for: state.step))
        try checkpoints.prune(keeping: settings.keep)
        (savedStep, savedLook, savedTime) = (state.step, state.latest?.step, .now)
    }

    /// Writes the checkpoint that is kept because it is the best so far.
    func saveBest(_ pipeline: Pipeline, _ state: TrainingState) throws {
        try Checkpoint.write(pipeline, state, to: checkpoints.bestFile)
    }

    /// The error, with where the run can be resumed.
    func withResumption(_ error: PipelineError) -> PipelineError {
        var error = error
        if let savedStep {
            error.notes.append("The last checkpoint is of step \(savedStep). To go on from it:")
            error.notes.append("  " + identity.resumption(of: folder.path))
        } else {
            error.notes.append("The run has not saved anything yet.")
        }
        return error
    }
}
