import JepaTraining

/// What `sweep.json` holds.
struct SweepRecord: Encodable {
    /// One run that went to its end.
    struct Run: Encodable {
        let seed: UInt64
        let folder: String
        let steps: Int
        let seconds: Double
        let loss: Double
        let untrained: MonitorReading?
        let trained: MonitorReading?
    }

    /// One row of the table.
    struct Row: Encodable {
        let name: String
        let paper: String?
        let knn: SweepFigure?
        let linear: SweepFigure?
        let rankMe: SweepFigure?
        let loss: SweepFigure?
        let seconds: SweepFigure?
        let runs: [Run]
    }

    /// What is varied.
    let sweep: String
    /// The sweep file.
    let file: String
    /// The graph file that is changed.
    let base: String
    /// Where the paper's figures are from.
    let source: String?
    /// The seeds of the runs.
    let seeds: [UInt64]
    /// What every run was given to train, if it was time.
    let minutes: Double?
    /// Runs that are still to be done.
    let runsLeft: Int
    /// The untrained network, and the rows.
    let rows: [Row]
    /// The machine that wrote this.
    let machine: Machine

    /// The record of what there is so far.
    init(_ results: SweepResults) {
        let sweep = results.sweep
        self.sweep = sweep.file.title
        file = sweep.file.path
        base = sweep.file.base
        source = sweep.file.source
        seeds = results.seeds
        minutes = sweep.minutes
        runsLeft = results.entries.count - results.finished.count
        machine = .current
        let start = Self.row(
            "untrained", nil, results.untrained.compactMap(\.untrained), runs: [])
        rows =
            [start]
            + sweep.rows.enumerated().map { index, row in
                let finished = results.entries(of: index).filter { $0.finished != nil }
                return Self.row(
                    row.written.name, row.written.paper, finished.compactMap(\.trained),
                    runs: finished.compactMap { entry in
                        entry.finished.map {
                            Run(
                                seed: entry.run.seed, folder: entry.run.folder,
                                steps: $0.summary.steps, seconds: $0.summary.seconds,
                                loss: $0.loss, untrained: $0.summary.untrained,
                                trained: $0.summary.trained)
                        }
                    })
            }
    }

    private static func row(
        _ name: String, _ paper: String?, _ readings: [EncoderReading], runs: [Run]
    ) -> Row {
        Row(
            name: name, paper: paper, knn: SweepFigure(readings.compactMap(\.knn)),
            linear: SweepFigure(readings.compactMap(\.linear)),
            rankMe: SweepFigure(readings.map(\.rankMe)), loss: SweepFigure(runs.map(\.loss)),
            seconds: SweepFigure(runs.map(\.seconds)), runs: runs)
    }
}
