import JepaCore
import JepaTensor

/// The batches that a part of every look is made of, the same each time.
///
/// They are loaded once where they take little room, since to decode or render a small image takes
/// about as long as to embed it; large ones are loaded at every look.
final class MonitorBatches {
    /// Bytes of batches that are kept.
    static let room = 16 << 20

    /// Where the images come from.
    let source: any DataSource
    private let views: Int
    private let order: any BatchOrder
    private let workers: Int
    private let keeps: Bool
    private var kept: [Batch]?

    /// Batches that have not been loaded yet.
    ///
    /// - Parameters:
    ///   - views: Images the source gives per sample.
    ///   - samples: How many the order asks for.
    ///   - workers: Threads that load.
    init(
        _ source: any DataSource, views: Int, _ order: some BatchOrder, samples: Int, workers: Int
    ) {
        (self.source, self.views, self.order, self.workers) = (source, views, order, workers)
        let image = source.imageShape
        let numbers = samples * views * image.channels * image.height * image.width
        keeps = numbers * MemoryLayout<Float>.stride <= Self.room
    }

    /// Hands over one batch after the other.
    ///
    /// - Parameter isCancelled: Asked before each of them whether to give up.
    /// - Returns: Whether all were handed over.
    /// - Throws: What the data source or `body` throws.
    func each(
        unless isCancelled: () -> Bool = { false }, _ body: (Batch) throws -> Void
    ) throws -> Bool {
        if let kept {
            for batch in kept {
                if isCancelled() { return false }
                try body(batch)
            }
            return true
        }
        let loader = BatchLoader(source, views: views, order: order, workers: workers)
        defer { loader.stop() }
        var loaded: [Batch] = []
        while let batch = try loader.next() {
            if isCancelled() { return false }
            try body(batch)
            if keeps { loaded.append(batch) }
        }
        if keeps { kept = loaded }
        return true
    }
}
