import JepaCore
import JepaTensor
import JepaTraining

/// What a measurement came to: the last line of `--json`, and what the report tells.
struct BenchResult: Encodable {
    /// A phase of a step.
    struct Phase: Encodable {
        let name: String
        let seconds: Spread
    }

    /// What matrix products reach, in operations per second.
    struct Ceiling: Encodable {
        let own: Double?
        let openblas: Double
    }

    /// What loading costs.
    struct Loading: Encodable {
        /// Of one core, for an image.
        let secondsPerImage: Double
        /// Of all cores over the time of a step.
        let share: Double
    }

    let program: String
    let pipeline: String
    let threads: Int
    let instructions: String
    let batchSize: Int
    let microBatch: Int?
    /// Why images are random numbers; nil if they are those of the graph.
    let randomImages: String?
    let startUpSeconds: Double?
    let steps: Int
    let stepSeconds: Spread
    let phases: [Phase]
    let imagesPerSecond: Spread
    /// Of context and target blocks, on average over the steps.
    let contextPatches: Double
    let targetPatches: Double
    let operationsPerImage: Double
    /// Of the median step of a run, over the runs.
    let operationsPerSecond: Spread
    let ceiling: Ceiling
    /// The rate of a run over the ceiling measured in it, over the runs.
    let shareOfCeiling: Spread
    let peakBytes: Int
    let stateBytes: Int
    /// Of a step.
    let pageFaults: Spread
    let allocationsAfterSecondStep: Int
    /// The share of all cores that other programs used meanwhile: far above 0, nothing was
    /// measured.
    let othersShare: Double?
    let loading: Loading?
    let peer: BenchComparison?

    init(
        _ session: BenchSession, runs: [BenchRun], work: [BenchWork], peakBytes: Int,
        peers: [BenchPeer.Run]
    ) throws {
        let steps = runs.flatMap(\.steps)
        let batchSize = session.batchSize
        program = "jepa-pipe \(JepaPipe.version)"
        pipeline = session.loaded.graph.name
        threads = threadCount
        instructions = vectorLevel
        self.batchSize = batchSize
        microBatch = session.loaded.settings.microBatch
        randomImages = if case .random(_, let reason) = session.images { reason } else { nil }
        startUpSeconds = session.startUp
        self.steps = steps.count
        stepSeconds = Spread(steps.map(\.seconds))
        phases = (steps.first?.phases ?? []).map { phase in
            let seconds = steps.compactMap { step in
                step.phases.first { $0.name == phase.name }?.value
            }
            return Phase(name: phase.name, seconds: Spread(seconds))
        }
        imagesPerSecond = Spread(steps.map { Double(batchSize) / $0.seconds })
        contextPatches = Self.mean(work.map { Double($0.contextPatches) })
        targetPatches = Self.mean(work.map { Double($0.targetPatches) })
        operationsPerImage = Self.mean(steps.map(\.operations)) / Double(batchSize)
        operationsPerSecond = Spread(runs.map(\.rate))
        ceiling = Ceiling(
            own: runs.compactMap(\.ownCeiling).max(), openblas: runs.map(\.blasCeiling).max() ?? 0)
        shareOfCeiling = Spread(runs.map { $0.rate / $0.ceiling })
        self.peakBytes = peakBytes
        stateBytes = session.stateBytes
        pageFaults = Spread(steps.map { Double($0.pageFaults) })
        allocationsAfterSecondStep = session.lateAllocations
        othersShare = runs.compactMap(\.othersShare).max()
        let coreSeconds = stepSeconds.median * Double(Machine.current.cores)
        loading = try session.images.secondsPerImage().map {
            Loading(secondsPerImage: $0, share: $0 * Double(batchSize) / coreSeconds)
        }
        peer = peers.isEmpty ? nil : BenchComparison(runs, peers, batchSize: batchSize)
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(values.count, 1))
    }
}

/// How much faster than another program, run by run.
struct BenchComparison: Encodable {
    let program: String
    /// The ratio of the medians of all steps, in images per second.
    let ratio: Double
    /// The same of each run.
    let ratios: [Double]
    /// Images per second of each run, by the median of its steps.
    let own: [Double]
    let peers: [Double]
    /// From its start to its first line.
    let startUpSeconds: Double
    let peakBytes: Int

    init(_ runs: [BenchRun], _ peers: [BenchPeer.Run], batchSize: Int) {
        program = peers[0].program
        own = runs.map { Double(batchSize) / $0.seconds.median }
        self.peers = peers.map { Double($0.batchSize) / $0.seconds.median }
        ratios = zip(own, self.peers).map { $0 / $1 }
        let all = Spread(runs.flatMap { $0.steps.map { $0.seconds / Double(batchSize) } })
        let others = Spread(
            peers.flatMap { run in
                run.steps.map { $0 / Double(run.batchSize) }
            })
        ratio = others.median / all.median
        startUpSeconds = Spread(peers.map(\.startUp)).median
        peakBytes = peers.map(\.peakBytes).max() ?? 0
    }
}
