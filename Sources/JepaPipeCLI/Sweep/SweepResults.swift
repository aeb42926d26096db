import JepaCore
import JepaTraining

/// What the runs of a sweep came to so far.
package struct SweepResults {
    /// One run.
    struct Entry {
        /// The run.
        let run: Sweep.Run
        /// What came out; nil if it has not gone to its end.
        let finished: FinishedRun?
        /// Why it cannot go to its end.
        let failure: String?

        /// The encoder that is judged, trained.
        var trained: EncoderReading? { finished?.summary.trained?.encoders.first }

        /// The same encoder before any training.
        var untrained: EncoderReading? {
            finished?.summary.untrained?.encoders.first { $0.encoder == trained?.encoder }
        }
    }

    /// The sweep.
    let sweep: Sweep
    /// Its runs, those of all rows, and finished ones with other seeds.
    let entries: [Entry]
    /// The seeds of the sweep, and others that the same rows were run with before.
    let seeds: [UInt64]

    /// Reads the folder of a sweep.
    ///
    /// - Parameter failures: Why runs failed, by their folders.
    init(_ sweep: Sweep, in folder: String, failures: [String: String] = [:]) throws {
        self.sweep = sweep
        func entry(_ run: Sweep.Run) throws -> Entry {
            Entry(
                run: run, finished: try FinishedRun("\(folder)/\(run.folder)"),
                failure: failures[run.folder])
        }
        let earlier = try sweep.allRuns(sweep.otherSeeds(in: folder))
            .filter { try $0.changes(in: folder)?.isEmpty == true }
            .map(entry).filter { $0.finished != nil }
        entries = try sweep.allRuns(sweep.seeds).map(entry) + earlier
        seeds = sweep.seeds + Set(earlier.map(\.run.seed)).sorted()
    }

    /// Runs that went to their end.
    var finished: [Entry] { entries.filter { $0.finished != nil } }

    /// How many runs went to their end.
    package var finishedCount: Int { finished.count }

    /// The runs of a row.
    func entries(of row: Int) -> [Entry] { entries.filter { $0.run.row == row } }

    /// The untrained network, one entry per seed: that of the first row that has it.
    var untrained: [Entry] {
        seeds.compactMap { seed in
            entries.first { $0.run.seed == seed && $0.untrained != nil }
        }
    }

    /// Rows whose untrained network is not the one that `untrained` shows for the same seed.
    var rowsWithAnotherStart: [String] {
        entries.filter { entry in
            guard let own = entry.untrained,
                let shown = untrained.first(where: { $0.run.seed == entry.run.seed })?.untrained
            else { return false }
            return (own.knn, own.linear) != (shown.knn, shown.linear)
                || abs(own.rankMe - shown.rankMe) > 1e-3 * shown.rankMe
        }.map(\.run.name).uniqued()
    }
}

/// Several values of one figure.
struct SweepFigure: Encodable {
    /// Their mean.
    let mean: Double
    /// Their standard deviation, with n - 1; nil for a single value.
    let deviation: Double?

    /// The figure of some values; nil if there is none.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }

    /// `0.363`, or `0.363 ± 0.008`.
    func text(_ digits: Int) -> String {
        decimal(mean, digits) + (deviation.map { " ± " + decimal($0, digits) } ?? "")
    }
}
