import Foundation
import JepaCore
import JepaEvaluation
import JepaInterop
import JepaTensor
import JepaTraining

/// Trains the whole encoder, or its last blocks, with a head on the labels.
///
/// Source: arXiv 2301.08243, appendix A (epochs, layer decay); the recipe (mixup, label smoothing,
/// drop path) is that of MAE, arXiv 2111.06377, table 9, without cut-mix and colour augmentation.
struct FineTuning {
    /// How it is done.
    struct Options {
        var epochs = 50
        var batchSize = 64
        /// For 256 images a batch.
        var rate = 1e-3
        var weightDecay = 0.05
        var layerDecay = 0.75
        /// The last blocks that are trained; nil for everything.
        var blocks: Int?
        var mixup = 0.8
        var smoothing = 0.1
        var dropPath = 0.1

        /// What a record says of it.
        var words: [String: String] {
            let part = blocks.map { "the last \($0) blocks and the norm" } ?? "the whole encoder"
            var words: [String: String] = [:]
            words["classifier"] = "a linear layer on the mean of the patches, trained with \(part)"
            words["training"] =
                "\(Quantities.count(epochs, "epoch")), batches of \(batchSize); AdamW, learning rate \(rate) for 256 "
                + "images, layer decay \(layerDecay), weight decay \(weightDecay), warm-up for a "
                + "tenth, then cosine to 0"
            words["augmentation"] =
                "mixup \(mixup), label smoothing \(smoothing), "
                + "drop path \(dropPath)"
            return words
        }
    }

    let evaluation: Evaluation
    let network: EvaluatedNetwork
    let options: Options
    let pass: EmbeddingPass

    /// Trains the network, and the same from before any training, and judges by the test images.
    func run() throws -> Evaluation.Outcome {
        var outcome = Evaluation.Outcome()
        outcome.notes = evaluation.data.notes
        // Which images can be read, and their classes.
        try evaluation.embed(pass)
        let subject = evaluation.subjects[0]
        let train = try evaluation.features(
            of: evaluation.data.train, subject, pass, &outcome.notes)
        let test = try evaluation.features(of: evaluation.data.test, subject, pass, &outcome.notes)
        (outcome.trainImages, outcome.testImages) = (train.indices.count, test.indices.count)
        let baseline = try LinearProbe(LogisticRegression())
            .baselines(train: train.set, test: test.set)["linear"]
        let own = try accuracy(of: network.model, "network", train, test)
        outcome.figures = [
            EvaluationRecord.Figure(
                "finetune", own, standardError: shareError(own, of: outcome.testImages),
                baseline: baseline)
        ]
        outcome.set(
            \.untrained, try accuracy(of: network.untrainedModel, "untrained", train, test),
            of: "finetune")
        return outcome
    }

    private typealias Images = (set: ProbeSet, indices: [Int])

    private func accuracy(
        of model: ModelWeights, _ words: String, _ train: Images, _ test: Images
    ) throws -> Double {
        let classes = test.set.classCount(with: train.set)
        let tuned = try FineTunedNetwork(
            model, encoder: network.encoder, classes: classes, blocks: options.blocks,
            layerDecay: options.layerDecay, dropPath: options.dropPath)
        try self.train(tuned, words, classes, train)
        return try judge(tuned, test)
    }

    private func train(
        _ tuned: FineTunedNetwork, _ words: String, _ classes: Int, _ images: Images
    ) throws {
        let order = ProbeOrder(
            images.indices, batchSize: options.batchSize, pieceSize: pass.batchSize,
            epochs: options.epochs)
        let loader = BatchLoader(
            evaluation.data.train.source, order: order, workers: threadCount)
        defer { loader.stop() }
        let labels = Dictionary(
            uniqueKeysWithValues: zip(images.indices, images.set.images.labels ?? []))
        let total = options.epochs * order.stepsPerEpoch
        let peak = options.rate * Double(order.batchSize) / 256
        let schedule = Schedule(from: peak, to: 0, .cosine, warmUpFrom: 0)
        var progress = StepProgress(words, total: total)
        let mixup = Mixup(alpha: options.mixup)
        for step in 0..<total {
            var loss = 0.0
            for piece in 0..<order.pieces {
                try pass.checkInterruption()
                let place = step * order.pieces + piece
                guard let batch = try loader.next(), let asked = order.requests(at: place) else {
                    fatalError("the images of a training ended before step \(step) of \(total)")
                }
                var random = StageRandom(seed: 0, purpose: "fine-tuning", step: place)
                let targets = Tape.targets(
                    classes: asked.map { labels[$0.index]! }, of: classes,
                    smoothing: Float(options.smoothing))
                let mixed = mixup.blend(batch.views[0], targets, using: &random)
                let tape = Tape()
                let share = Float(batch.count) / Float(order.batchSize)
                let result = tape.crossEntropy(
                    tuned.logits(
                        mixed.images, random: random.forPurpose("drop path"), on: tape),
                    targets: mixed.targets)
                tape.backward(from: [(result, share)])
                loss += Double(result.value.scalar * share)
            }
            guard loss.isFinite else {
                throw PipelineError(
                    .notFinite, "the loss of step \(step) is not finite; lower --lr")
            }
            tuned.update(
                learningRate: schedule.value(at: step, of: total, warmUp: total / 10, offset: 1),
                weightDecay: options.weightDecay, step: step + 1)
            progress.advance(loss: Float(loss))
        }
    }

    private func judge(_ tuned: FineTunedNetwork, _ images: Images) throws -> Double {
        let loader = BatchLoader(
            evaluation.data.test.source,
            order: EvaluationOrder(images.indices, batchSize: pass.batchSize),
            workers: threadCount)
        defer { loader.stop() }
        let labels = images.set.images.labels ?? []
        var (place, right) = (0, 0)
        while let batch = try loader.next() {
            try pass.checkInterruption()
            let logits = tuned.logits(
                batch.views[0], random: nil, on: Tape(recording: false)
            ).value
            right += zip(logits.largestColumns(), labels[place...]).count { $0 == $1 }
            place += batch.count
        }
        return Double(right) / Double(labels.count)
    }
}
