import Foundation
public import JepaCore
import JepaTensor

/// Loads batches on threads of its own, a few ahead of whoever uses them.
///
/// What a batch holds depends on its order alone, never on the number of threads or their
/// timing. Threads that have nothing to do sleep. An error of the data source is thrown when its
/// batch is asked for; of several in one batch, that of the first image.
public final class BatchLoader: Sendable {
    private let queue: Queue

    /// Starts loading.
    ///
    /// - Parameters:
    ///   - source: Where the images come from.
    ///   - views: Images the source gives per sample.
    ///   - order: Which images make up which batch.
    ///   - first: The batch to begin with.
    ///   - workers: Threads.
    ///   - ahead: Batches that may be in preparation at one time.
    public init(
        _ source: any DataSource, views: Int = 1, order: any BatchOrder, from first: Int = 0,
        workers: Int, ahead: Int = 3
    ) {
        let queue = Queue(source, views: views, order: order, from: first, ahead: ahead)
        self.queue = queue
        for number in 0..<workers {
            let thread = Thread { queue.work() }
            thread.name = "loader \(number)"
            queue.started()
            thread.start()
        }
    }

    deinit { queue.stop() }

    /// The next batch, as soon as it is complete; nil after the last.
    ///
    /// - Throws: What the data source threw; nothing more can be loaded then.
    public func next() throws -> Batch? { try queue.next() }

    /// Ends the threads and waits for them.
    public func stop() { queue.stop() }
}

/// Batches in preparation; what is mutable is guarded by `condition`.
private final class Queue: @unchecked Sendable {
    /// One batch in preparation.
    final class Preparation {
        let requests: [SampleRequest]
        let images: [Tensor]
        var labels: [Int32]
        var taken = 0
        var finished = 0
        var failure: (position: Int, error: any Error)?

        init(_ requests: [SampleRequest], shape: ImageShape, views: Int) {
            self.requests = requests
            images = (0..<views).map { _ in
                Tensor(uninitialized: [requests.count, shape.channels, shape.height, shape.width])
            }
            labels = Array(repeating: -1, count: requests.count)
        }

        var isComplete: Bool { finished == requests.count }
    }

    private let source: any DataSource
    private let views: Int
    private let order: any BatchOrder
    private let ahead: Int
    private let condition = NSCondition()
    private var preparations: [Preparation] = []
    private var nextBatch: Int
    private var isExhausted = false
    private var isStopped = false
    private var threads = 0

    init(
        _ source: any DataSource, views: Int, order: any BatchOrder, from first: Int, ahead: Int
    ) {
        self.source = source
        self.views = views
        self.order = order
        self.ahead = ahead
        nextBatch = first
    }

    func started() { condition.withLock { threads += 1 } }

    func next() throws -> Batch? {
        let done: Preparation? = condition.withLock {
            while preparations.first?.isComplete != true {
                if isStopped || isExhausted && preparations.isEmpty { return nil }
                condition.wait()
            }
            condition.broadcast()
            return preparations.removeFirst()
        }
        guard let done else { return nil }
        if let failure = done.failure {
            stop()
            throw failure.error
        }
        return Batch(views: done.images, labels: done.labels)
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
            while threads > 0 { condition.wait() }
            preparations = []
        }
    }

    /// What each thread does until there is nothing left.
    func work() {
        condition.lock()
        while let (preparation, position) = take() {
            condition.unlock()
            let result = Result { try load(position, of: preparation) }
            condition.lock()
            switch result {
            case .success(let label): preparation.labels[position] = label
            case .failure(let error):
                if position < preparation.failure?.position ?? .max {
                    preparation.failure = (position, error)
                }
            }
            preparation.finished += 1
            if preparation.isComplete { condition.broadcast() }
        }
        threads -= 1
        condition.broadcast()
        condition.unlock()
    }

    /// The next image to load; waits for room, and gives nil when there is no more to do.
    private func take() -> (Preparation, position: Int)? {
        while !isStopped {
            if let open = preparations.first(where: { $0.taken < $0.requests.count }) {
                open.taken += 1
                return (open, open.taken - 1)
            }
            if isExhausted { return nil }
            guard preparations.count < ahead else {
                condition.wait()
                continue
            }
            if let requests = order.requests(at: nextBatch) {
                preparations.append(
                    Preparation(requests, shape: source.imageShape, views: views))
                nextBatch += 1
                condition.broadcast()
            } else {
                isExhausted = true
                condition.broadcast()
            }
        }
        return nil
    }

    private func load(_ position: Int, of preparation: Preparation) throws -> Int32 {
        let count = source.imageShape.count
        let places = preparation.images.map {
            UnsafeMutableBufferPointer(start: $0.mutablePointer + position * count, count: count)
        }
        return try source.load(preparation.requests[position], into: places)
    }
}
