import JepaCore
import JepaTensor
import JepaTraining

/// A pipeline that takes steps to be measured.
final class BenchSession {
    /// What is measured.
    let loaded: LoadedPipeline
    /// Where the images come from.
    let images: BenchImages
    /// Seconds from the start of the process to the beginning of the first step.
    private(set) var startUp: Double?
    /// Requests of tensor memory to the system in steps after the second.
    private(set) var lateAllocations = 0
    private var step = 0

    /// Gives the weights memory and opens the data.
    init(_ loaded: LoadedPipeline) throws {
        self.loaded = loaded
        setThreadCount(loaded.settings.threads)
        try loaded.pipeline.materialise()
        images = BenchImages(loaded.pipeline, loaded.settings)
    }

    /// Images of a step.
    var batchSize: Int { loaded.settings.batchSize }

    /// Bytes of weights, gradients and moments: what training cannot do without.
    var stateBytes: Int {
        let trained = loaded.pipeline.trainedWeights.reduce(0) { $0 + $1.weight.count }
        let all = loaded.pipeline.allWeights.reduce(0) { $0 + $1.weight.count }
        return 4 * (all + trained)
    }

    /// What the next `count` steps will compute.
    func work(_ count: Int) throws -> [BenchWork] {
        try (step..<step + count).map {
            try BenchWork(loaded.pipeline, batchSize: batchSize, step: $0)
        }
    }

    /// Takes a step of a training that has a long way to go.
    func take(_ work: BenchWork) throws -> BenchStep {
        let (faults, requests) = (ProcessFigures.pageFaults, systemRequests)
        let start = ContinuousClock.now
        if step == 0 { startUp = ProcessFigures.age }
        let batch = try images.next()
        let loading = start.duration(to: .now) / .seconds(1)
        let info = StepInfo(
            index: step, total: 100_000, warmUp: 10_000, batchSize: batchSize,
            seed: loaded.graph.seed)
        let result = try loaded.pipeline.step(
            batch, at: info, options: loaded.settings.stepOptions)
        let seconds = start.duration(to: .now) / .seconds(1)
        step += 1
        let allocations = systemRequests - requests
        if step > 2 { lateAllocations += allocations }
        return BenchStep(
            seconds: seconds, phases: [Figure("data", loading)] + result.phases,
            pageFaults: ProcessFigures.pageFaults - faults, operations: work.operations)
    }

    private var systemRequests: Int { StoragePool.shared.usage.systemAllocations }
}
