import Foundation
package import JepaCore
import JepaFormats
import JepaGraph
package import JepaTraining

/// Gives every row of a sweep so many steps that all rows train for about the same time.
///
/// The steps follow from the pace of a few steps, measured before the first run; schedules are laid
/// out over them. A row that has a run already keeps the steps of that run.
package struct SweepBudget {
    /// Minutes of one run.
    let minutes: Double
    /// Steps that are measured; the first few are slower and do not count.
    private static let measuredSteps = 12

    /// A budget of so many minutes for each run.
    package init(minutes: Double) { self.minutes = minutes }

    /// The sweep with the steps that the budget allows.
    ///
    /// - Parameter folder: The folder of the sweep, where runs may be already.
    /// - Throws: `PipelineErrors` if the file or the command line says how long a row trains, runs
    ///   that are there were given another time, or warm-up takes longer than the budget; whatever
    ///   stops a run.
    package func applied(
        to sweep: Sweep, _ options: Sweep.Options, in folder: String, registry: Registry,
        interruption: Interruption
    ) throws -> Sweep {
        try check(sweep, options)
        try checkRecord(in: folder)
        var sweep = sweep
        sweep.minutes = minutes
        let seeds = try sweep.seeds + sweep.otherSeeds(in: folder)
        for index in sweep.rows.indices where interruption.signal == nil {
            let row = sweep.rows[index]
            let steps: Int
            if let known = try Self.steps(
                of: sweep.allRuns(seeds).filter { $0.row == index }, in: folder)
            {
                steps = known
            } else if row.isChosen {
                let pace = try Self.secondsPerStep(row.root, in: folder, registry, interruption)
                guard let pace else { continue }
                steps = max(1, Int(60 * minutes / pace))
                JepaPipe.report(
                    "row '\(row.written.name)': \(steps) steps of "
                        + "\(decimal(pace * 1000, 0)) ms")
            } else {
                continue
            }
            let root = try Self.limited(row.root, to: steps)
            _ = try LoadedPipeline(root: root, registry: registry).plan()
            sweep.replace(row: index, by: root, steps: steps)
        }
        return sweep
    }

    private func check(_ sweep: Sweep, _ options: Sweep.Options) throws {
        var errors: [PipelineError] = []
        for path in ["train.steps", "train.epochs"] {
            let keys = path.split(separator: ".").map(String.init)
            if options.overrides.contains(where: { $0.path == keys }) {
                errors.append(
                    PipelineError(
                        .usage, "'--minutes' and '--set \(path)' both say how long to train"))
            }
            for row in sweep.rows where row.written.changes.collision(with: keys) != nil {
                errors.append(
                    PipelineError(
                        .usage,
                        "'--minutes' gives all rows the same time, but row '\(row.written.name)' "
                            + "sets '\(path)' itself"))
            }
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
    }

    /// Refuses a folder whose runs were given another time.
    private func checkRecord(in folder: String) throws {
        struct Record: Decodable { let minutes: Double? }
        let file = "\(folder)/sweep.json"
        guard let bytes = try File.contents(of: file),
            let given = try decodedJSON(Record.self, from: bytes, of: "'\(file)'").minutes,
            given != minutes
        else { return }
        let (old, new) = (given.formatted(), minutes.formatted())
        throw PipelineError(
            .usage, "the runs in '\(folder)' have \(old) minutes each, not \(new)",
            notes: ["Give --minutes \(old), or --out another folder."])
    }

    /// The steps of a run that is there.
    private static func steps(of runs: [Sweep.Run], in folder: String) throws -> Int? {
        for run in runs {
            guard
                case .integer(let steps)? = try run.recorded(in: folder)?["train"]?["steps"]?
                    .content
            else { continue }
            return steps
        }
        return nil
    }

    /// The graph with another length of training.
    private static func limited(_ root: Setting, to steps: Int) throws -> Setting {
        let shorter =
            root["train"]?["epochs"] == nil
            ? root : try root.removing("train.epochs", at: nil)
        return try shorter.applying([SettingOverride("train.steps=\(steps)")])
    }

    /// The median of some steps; nil if it was interrupted.
    ///
    /// - Parameter folder: Where there has to be room for checkpoints anyway.
    private static func secondsPerStep(
        _ root: Setting, in folder: String, _ registry: Registry, _ interruption: Interruption
    ) throws -> Double? {
        var trial = try limited(root, to: measuredSteps)
        if trial["train"]?["warmup_epochs"] != nil {
            trial = try trial.removing("train.warmup_epochs", at: nil)
        }
        trial = try trial.applying([
            SettingOverride("train.warmup_steps=0"), SettingOverride("train.monitor.enabled=false"),
        ])
        let folder = folder + "/.pace-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let loaded = try LoadedPipeline(root: trial, registry: registry)
        _ = try Trainer(
            loaded.pipeline, settings: loaded.settings,
            identity: RunIdentity(version: JepaPipe.version, command: "", resumeCommand: ""),
            interruption: interruption
        ).run(in: RunFolder.create(at: folder, pipeline: "pace"))
        return try FinishedRun(folder)?.secondsPerStep
    }
}
