import Foundation
package import JepaCore
import JepaFormats
import JepaGraph
import JepaTensor
package import JepaTraining

/// Trains the runs of a sweep one after the other, each in a run folder of its own, and keeps
/// `sweep.json` and `sweep.md` beside them.
///
/// Runs that went to their end are not run again, and one that was interrupted goes on.
package struct SweepRunner {
    /// The sweep.
    let sweep: Sweep
    /// Where the folders of the runs are.
    let folder: String
    /// The stages there are.
    let registry: Registry
    /// Stops the run that is going on, and the sweep.
    let interruption: Interruption
    /// How the program was called, and would be called to go on with a run.
    let identity: RunIdentity

    private var failures: [String: String] = [:]

    /// A runner; nothing is begun.
    package init(
        _ sweep: Sweep, in folder: String, registry: Registry, interruption: Interruption,
        identity: RunIdentity
    ) {
        self.sweep = sweep
        self.folder = folder
        self.registry = registry
        self.interruption = interruption
        self.identity = identity
    }

    /// What there is in the folder now.
    package func results() throws -> SweepResults {
        try SweepResults(sweep, in: folder, failures: failures)
    }

    /// Whether a run came to numbers that are not finite.
    package var hasFailed: Bool { !failures.isEmpty }

    /// Trains whatever is left to be done.
    ///
    /// - Throws: `PipelineErrors` if runs that are there are not those of the sweep, before
    ///   anything is trained; whatever stops a run, except numbers that are not finite, which only
    ///   end that run.
    package mutating func run() throws {
        try checkFolders()
        let runs = sweep.runs
        let waiting = try runs.filter { try FinishedRun(path(of: $0)) == nil }
        if waiting.count < runs.count {
            JepaPipe.report(
                "done already: \(runs.count - waiting.count) of "
                    + Quantities.count(runs.count, "run"))
        }
        try write()
        let progress = SweepProgress(ConsoleReporter(interval: 30), runs: runs.count)
        for (index, run) in waiting.enumerated() where interruption.signal == nil {
            let later = waiting[(index + 1)...].reduce(0) { $0 + (sweep.rows[$1.row].steps ?? 0) }
            progress.next(runs.count - waiting.count + index + 1, run, laterSteps: later)
            try train(run, progress)
            StoragePool.shared.trim()
            try write()
        }
    }

    private func path(of run: Sweep.Run) -> String { "\(folder)/\(run.folder)" }

    private mutating func train(_ run: Sweep.Run, _ progress: SweepProgress) throws {
        let loaded = try LoadedPipeline(root: run.root, registry: registry)
        var identity = identity
        identity.pipelineText = GraphWriter.text(of: run.root)
        let trainer = try Trainer(
            loaded.pipeline, settings: loaded.settings, identity: identity, reporter: progress,
            interruption: interruption)
        let (place, isBegun) = try RunFolder.openOrCreate(at: path(of: run))
        do {
            let outcome = try trainer.run(in: place, from: isBegun ? place.path : nil)
            if outcome.signal == nil {
                progress.finished(steps: outcome.step, seconds: trainer.state.seconds)
            }
        } catch let error as PipelineError where error.code == .notFinite {
            JepaPipe.report(error.description)
            failures[run.folder] = error.message
        }
    }

    /// Refuses runs that were made with another configuration.
    private func checkFolders() throws {
        var errors: [PipelineError] = []
        for run in sweep.runs {
            guard let changes = try run.changes(in: folder), !changes.isEmpty else { continue }
            errors.append(
                PipelineError(
                    .configuration,
                    "'\(path(of: run))' was made with another configuration of row '\(run.name)'",
                    notes: changes + ["Give --out another folder, or remove that one."]))
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
    }

    /// Writes the table and the record of what there is.
    private func write() throws {
        let results = try results()
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try JepaTraining.write(json: SweepRecord(results), to: folder + "/sweep.json")
        try AtomicFile.write(SweepTable(results).markdown, to: folder + "/sweep.md")
    }
}
