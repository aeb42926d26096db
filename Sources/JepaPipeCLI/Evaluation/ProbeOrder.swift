import JepaCore
import JepaTraining
import Synchronization

/// The order in which a probe is trained: every epoch all images in an order of its own, augmented,
/// without the remainder that fills no batch.
///
/// A batch of the optimizer comes in pieces, so that memory does not depend on its size.
final class ProbeOrder: BatchOrder {
    /// Images of a batch, and the most of a piece.
    let batchSize: Int, pieceSize: Int
    /// Batches of an epoch.
    let stepsPerEpoch: Int
    private let indices: [Int]
    private let epochs: Int
    private let seed: UInt64
    private let current = Mutex<(epoch: Int, order: [Int])>((-1, []))

    init(_ indices: [Int], batchSize: Int, pieceSize: Int, epochs: Int, seed: UInt64 = 0) {
        self.indices = indices
        self.batchSize = min(batchSize, indices.count)
        self.pieceSize = min(pieceSize, self.batchSize)
        self.epochs = epochs
        self.seed = seed
        stepsPerEpoch = indices.count / self.batchSize
    }

    /// Pieces of a batch.
    var pieces: Int { (batchSize + pieceSize - 1) / pieceSize }

    func requests(at piece: Int) -> [SampleRequest]? {
        let step = piece / pieces
        let epoch = step / stepsPerEpoch
        guard epoch < epochs else { return nil }
        let start = step % stepsPerEpoch * batchSize
        let first = start + piece % pieces * pieceSize
        let places = first..<min(first + pieceSize, start + batchSize)
        let chosen = current.withLock { current in
            if current.epoch != epoch {
                var random = StageRandom(seed: seed, purpose: "probe order", step: epoch)
                current = (epoch, random.permutation(of: indices.count))
            }
            return places.map { indices[current.order[$0]] }
        }
        return chosen.map { index in
            SampleRequest(
                index: index, isAugmented: true,
                random: StageRandom(seed: seed, purpose: "probe", step: epoch, sample: index))
        }
    }
}
