import JepaCore
import JepaEvaluation
import JepaFormats
import JepaTensor
import JepaTraining

/// Embeds images with several networks at once and keeps the features.
///
/// Every image is loaded once for all networks, a few batches ahead; memory holds the features of
/// one part of the images, however many there are.
struct EmbeddingPass {
    /// Someone asked to stop; what was computed is kept.
    struct Interrupted: Error {
        /// SIGINT or SIGTERM.
        let signal: Int32
    }

    /// Where features are kept.
    let store: FeatureStore
    /// Images embedded at a time.
    let batchSize: Int
    /// Asked between batches.
    let interruption: Interruption
    /// Images of one file of the store, whose features are in memory together.
    var partSize = 1024

    /// Throws `Interrupted` if someone has asked to stop.
    func checkInterruption() throws {
        if let signal = interruption.signal { throw Interrupted(signal: signal) }
    }

    /// Computes what is not there yet.
    ///
    /// - Throws: `Interrupted`; `data` without images; what the data source throws; `file`.
    func run(_ images: EvaluationImages, with embedders: [Embedder]) throws {
        try images.checkSplit()
        let parts = parts(of: images)
        let missing = try parts.map { part in
            try embedders.filter { try !store.holds($0, images, part) }
        }
        let total = zip(parts, missing).reduce(0) { $0 + ($1.1.isEmpty ? 0 : $1.0.count) }
        guard total > 0 else { return }
        var loaded: [String: (Tensor) -> Tensor] = [:]
        var progress = Progress(words: images.words, total: total)
        for (part, embedders) in zip(parts, missing) where !embedders.isEmpty {
            for embedder in embedders where loaded[embedder.key] == nil {
                loaded[embedder.key] = try embedder.load()
            }
            try embed(part, of: images, embedders.map { ($0, loaded[$0.key]!) }, &progress)
        }
    }

    /// The features of images that `run` has been over, one network at a time.
    ///
    /// - Returns: The rows with the images they are of, and the images without one by the reason.
    func features(
        of images: EvaluationImages, by embedder: Embedder
    ) throws -> (rows: Tensor, indices: [Int], labels: [Int], omitted: [String: String]) {
        let parts = parts(of: images)
        let stored = try parts.map { try store.read(embedder, images, $0) }
        let count = stored.reduce(0) { $0 + $1.positions.count }
        let width = embedder.count
        let rows = Tensor(uninitialized: [count, width])
        var (filled, indices, labels) = (0, [Int](), [Int]())
        var omitted: [String: String] = [:]
        for (part, entry) in zip(parts, stored) {
            let values = try entry.features.floats()
            (rows.mutablePointer + filled).update(from: values.pointer, count: values.count)
            filled += values.count
            indices += entry.positions.map { part[$0] }
            labels += entry.labels
            omitted.merge(entry.omitted) { first, _ in first }
        }
        return (rows, indices, labels, omitted)
    }

    /// The images of each file of the store.
    func parts(of images: EvaluationImages) -> [[Int]] {
        stride(from: 0, to: images.indices.count, by: partSize).map {
            Array(images.indices[$0..<min($0 + partSize, images.indices.count)])
        }
    }

    private func embed(
        _ part: [Int], of images: EvaluationImages,
        _ embedders: [(embedder: Embedder, embed: (Tensor) -> Tensor)], _ progress: inout Progress
    ) throws {
        let loader = BatchLoader(
            images.source, order: EvaluationOrder(part, batchSize: batchSize),
            workers: threadCount)
        defer { loader.stop() }
        let all = embedders.map { entry in
            Tensor(uninitialized: [part.count, entry.embedder.count])
        }
        var labels: [Int] = []
        while let batch = try loader.next() {
            try checkInterruption()
            for (place, entry) in zip(all, embedders) {
                let features = entry.embed(batch.views[0])
                (place.mutablePointer + labels.count * place.shape[1])
                    .update(from: features.pointer, count: features.count)
            }
            labels += batch.labels.map(Int.init)
            progress.advance(by: batch.count)
        }
        // One that could not be read was stood in for by another.
        let bad = Dictionary(
            images.source.rejected.map { ($0.name, $0.reason) }, uniquingKeysWith: { a, _ in a })
        let positions = part.indices.filter { position in
            images.name.map { bad[$0(part[position])] == nil } ?? true
        }
        let names = Set(images.name.map { name in part.map(name) } ?? [])
        for (rows, entry) in zip(all, embedders) {
            try store.write(
                rows.rows(at: positions), positions: positions,
                labels: positions.map { labels[$0] },
                omitted: bad.filter { names.contains($0.key) },
                entry.embedder, images, part)
        }
    }

    /// Says now and then how far the pass is.
    private struct Progress {
        let words: String
        let total: Int
        private var clock = ProgressClock()
        private var done = 0

        init(words: String, total: Int) {
            self.words = words
            self.total = total
        }

        mutating func advance(by count: Int) {
            done += count
            guard let rest = clock.rest(done, of: total) else { return }
            JepaPipe.report(
                "\(words): \(grouped(done)) of \(grouped(total)) images embedded, "
                    + "\(rest) left")
        }
    }
}
