package import JepaEvaluation

/// How a network is fine-tuned.
package struct FineTuningOptions {
    package var epochs = 50
    package var batchSize = 64
    /// For 256 images a batch.
    package var rate = 1e-3
    package var weightDecay = 0.05
    package var layerDecay = 0.75
    /// The last blocks that are trained; nil for everything.
    package var blocks: Int?
    /// Blends images by shares of Beta(mixup, mixup); 0 for none.
    package var mixup = 0.8
    /// The share of a label that all classes divide.
    package var smoothing = 0.1
    /// The share of a batch that skips a branch of the last block; the first drops none.
    package var dropPath = 0.1
    /// The parts of the training images that keep their label, one training each; empty for all.
    package var amounts: [LowShotProbe.Amount] = []
    /// Of the labels that are drawn, of the head, and of all that is random in the training.
    package var seeds: [UInt64] = [0]

    /// The recipe of MAE; the paper's number of epochs and layer decay.
    package init() {}

    /// What a record says of it.
    package var words: [String: String] {
        let part: String =
            switch blocks {
            case nil: "the whole encoder"
            case 1: "the last block and the norm"
            case let count?: "the last \(count) blocks and the norm"
            }
        var words: [String: String] = [:]
        if !amounts.isEmpty { words["labels"] = LowShotProbe.words(of: amounts) }
        if seeds.count > 1 {
            words["repetitions"] =
                "\(seeds.count) trainings with the seeds "
                + seeds.map(String.init).joined(separator: ", ")
        }
        words["classifier"] = "a linear layer on the mean of the patches, trained with \(part)"
        words["training"] =
            "\(Quantities.count(epochs, "epoch")), batches of \(batchSize); AdamW, learning rate "
            + "\(rate) for 256 images, layer decay \(layerDecay), weight decay \(weightDecay), "
            + "warm-up for a tenth, then cosine to 0"
        words["augmentation"] =
            "mixup \(mixup), label smoothing \(smoothing), drop path \(dropPath)"
        return words
    }
}
