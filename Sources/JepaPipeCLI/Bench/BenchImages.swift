import JepaCore
import JepaTensor
import JepaTraining

/// Where the batches of a measurement come from.
enum BenchImages {
    /// The data source of the graph, loaded ahead as in training.
    case source(any DataSource, BatchLoader, views: Int)
    /// One batch of random numbers, the same in every step, and why.
    case random(Batch, reason: String)

    /// Opens the data of a pipeline; random images stand in for what cannot be opened.
    init(_ pipeline: Pipeline, _ settings: TrainingSettings) {
        let (name, source) = pipeline.dataSource
        let views = pipeline.viewCount
        do {
            try source.open()
            let order = BenchOrder(
                count: source.count, batchSize: settings.batchSize, seed: pipeline.graph.seed,
                source: name)
            self = .source(
                source,
                BatchLoader(
                    source, views: views, order: order, workers: settings.workers ?? threadCount),
                views: views)
        } catch {
            let reason = PipelineErrors(error)?.errors.first?.message ?? "\(error)"
            self = .random(
                Self.noise(source.imageShape, count: settings.batchSize, views: views),
                reason: reason)
        }
    }

    /// The next batch.
    func next() throws -> Batch {
        switch self {
        case .random(let batch, _): return batch
        case .source(_, let loader, _):
            guard let batch = try loader.next() else {
                fatalError("an order without end has come to its end")
            }
            return batch
        }
    }

    /// Ends the threads that load.
    func stop() {
        if case .source(_, let loader, _) = self { loader.stop() }
    }

    /// Seconds of one core for loading an image, of up to 256 images in at most as many seconds as
    /// given; nil for random images, which are not loaded.
    func secondsPerImage(atMost limit: Double = 0.5) throws -> Double? {
        guard case .source(let source, _, let viewCount) = self else { return nil }
        let places = Tensor(uninitialized: [source.imageShape.count])
        let views = UnsafeMutableBufferPointer(
            start: places.mutablePointer, count: places.count)
        func load(_ image: Int) throws {
            let random = StageRandom(seed: 0, purpose: "loading", sample: image)
            let request = SampleRequest(
                index: image % source.count, isAugmented: true, random: random)
            try withExtendedLifetime(places) {
                _ = try source.load(request, into: Array(repeating: views, count: viewCount))
            }
        }
        // What the first few need, such as memory, the others find.
        for image in 0..<8 { try load(image) }
        let start = ProcessFigures.threadSeconds
        var (images, seconds) = (0, 0.0)
        repeat {
            try load(8 + images)
            images += 1
            seconds = ProcessFigures.threadSeconds - start
        } while images < 256 && seconds < limit
        return seconds / Double(images)
    }

    private static func noise(_ shape: ImageShape, count: Int, views: Int) -> Batch {
        let images = (0..<views).map { view in
            let weight = Weight(
                "images", shape: [count, shape.channels, shape.height, shape.width],
                initial: .truncatedNormal(deviation: 1))
            weight.materialise(key: UInt64(view + 1))
            return weight.value
        }
        return Batch(views: images, labels: Array(repeating: -1, count: count))
    }
}

/// All images one after the other, over and over.
private struct BenchOrder: BatchOrder {
    let count: Int
    let batchSize: Int
    let seed: UInt64
    let source: String

    func requests(at batch: Int) -> [SampleRequest]? {
        (0..<batchSize).map { place in
            let index = (batch * batchSize + place) % count
            return SampleRequest(
                index: index, isAugmented: true,
                random: StageRandom(seed: seed, purpose: source, step: batch, sample: index))
        }
    }
}
