public import JepaCore
import Synchronization

/// Which images make up which batch.
public protocol BatchOrder: Sendable {
    /// The images of a batch, nil after the last. Called in rising order.
    func requests(at batch: Int) -> [SampleRequest]?
}

/// The order of training: every epoch all images, in an order of its own or always in that of the
/// data source, without the remainder that does not fill a batch.
///
/// Batch and random numbers are functions of (seed, step), so training can begin anywhere.
public final class TrainingOrder: BatchOrder {
    private let plan: TrainingPlan
    private let seed: UInt64
    private let source: String
    private let shuffles: Bool
    private let current = Mutex<(epoch: Int, order: [Int])>((-1, []))

    /// An order.
    ///
    /// - Parameters:
    ///   - source: The name of the data source, whose random numbers the samples get.
    ///   - shuffles: Whether every epoch has an order of its own.
    public init(_ plan: TrainingPlan, seed: UInt64, source: String, shuffles: Bool = true) {
        self.plan = plan
        self.shuffles = shuffles
        self.seed = seed
        self.source = source
    }

    public func requests(at step: Int) -> [SampleRequest]? {
        guard step < plan.steps else { return nil }
        let start = step % plan.stepsPerEpoch * plan.batchSize
        let indices = current.withLock { current in
            let epoch = plan.epoch(of: step)
            if current.epoch != epoch {
                var random = StageRandom(seed: seed, purpose: "order", step: epoch)
                current = (
                    epoch,
                    shuffles ? random.permutation(of: plan.images) : Array(0..<plan.images)
                )
            }
            return current.order[start..<start + plan.batchSize]
        }
        return indices.map { index in
            SampleRequest(
                index: index, isAugmented: true,
                random: StageRandom(seed: seed, purpose: source, step: step, sample: index))
        }
    }
}

/// Given images in their order, plain as evaluation wants them; the last batch may be smaller.
public struct EvaluationOrder: BatchOrder {
    private let indices: [Int]
    private let batchSize: Int

    /// An order.
    public init(_ indices: [Int], batchSize: Int) {
        self.indices = indices
        self.batchSize = batchSize
    }

    public func requests(at batch: Int) -> [SampleRequest]? {
        let start = batch * batchSize
        guard start < indices.count else { return nil }
        return indices[start..<min(start + batchSize, indices.count)].map { index in
            SampleRequest(
                index: index, isAugmented: false,
                random: StageRandom(seed: 0, purpose: "evaluation", sample: index))
        }
    }
}
