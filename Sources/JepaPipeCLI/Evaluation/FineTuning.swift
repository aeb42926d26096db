import Foundation
import JepaCore
import JepaEvaluation
import JepaInterop
import JepaTensor
import JepaTraining

/// Trains the whole encoder, or its last blocks, with a head on the labels of all training images or
/// of a part of them, drawn as in `LowShotProbe`.
///
/// Source: arXiv 2301.08243, appendix A (epochs, layer decay); the recipe (mixup, label smoothing,
/// drop path) is that of MAE, arXiv 2111.06377, table 9, without cut-mix and colour augmentation. On
/// 1 % of the labels the paper leaves out mixup and drop path.
struct FineTuning {
    let evaluation: Evaluation
    let network: EvaluatedNetwork
    let options: FineTuningOptions
    let pass: EmbeddingPass

    /// Some images, with their classes.
    private struct Images {
        let indices: [Int]
        let labels: [Int]
    }

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
        let classes = test.set.classCount(with: train.set)
        let judged = Images(indices: test.indices, labels: test.set.images.labels ?? [])
        let all = train.set.images.labels ?? []
        let amounts: [LowShotProbe.Amount?] = options.amounts.isEmpty ? [nil] : options.amounts
        for amount in amounts {
            let words = amount.map { " on \($0.words)" } ?? ""
            let parts = options.seeds.map { seed in
                let places =
                    amount.map { LowShotProbe.draw($0, from: all, seed: seed) }
                    ?? Array(all.indices)
                return Images(
                    indices: places.map { train.indices[$0] }, labels: places.map { all[$0] })
            }
            let own = try figure(
                of: network.model, "the network" + words, classes, parts, judged, &outcome.notes)
            let untrained = try figure(
                of: network.untrainedModel, "the untrained network" + words, classes, parts,
                judged, &outcome.notes)
            outcome.figures.append(
                EvaluationRecord.Figure(
                    amount.map { "finetune, \($0.words)" } ?? "finetune", own.value,
                    spread: own.spread,
                    standardError: own.standardError, untrained: untrained.value,
                    baseline: baseline))
        }
        return outcome
    }

    /// Trains a network once for each seed, on the images drawn with it.
    private func figure(
        of model: ModelWeights, _ words: String, _ classes: Int, _ parts: [Images],
        _ test: Images, _ notes: inout [String]
    ) throws -> ProbeFigure {
        var shares: [Double] = []
        var loss = 0.0
        for (seed, part) in zip(options.seeds, parts) {
            let tuned = try FineTunedNetwork(
                model, encoder: network.encoder, classes: classes, options, seed: seed)
            let title = parts.count > 1 ? "\(words), seed \(seed)" : words
            loss += try train(tuned, title, part, seed: seed) / Double(parts.count)
            shares.append(try judge(tuned, test))
        }
        let caution = LossCaution.text(
            loss: loss, labels: parts.flatMap(\.labels), classes: classes, of: words)
        notes += caution.map { [$0] } ?? []
        return ProbeFigure(words, shares: shares, of: test.indices.count)
    }

    /// Trains a network.
    ///
    /// - Returns: The mean loss of the last epoch.
    private func train(
        _ tuned: FineTunedNetwork, _ words: String, _ images: Images, seed: UInt64
    ) throws -> Double {
        let order = ProbeOrder(
            images.indices, batchSize: options.batchSize, pieceSize: pass.batchSize,
            epochs: options.epochs, seed: seed)
        let loader = BatchLoader(
            evaluation.data.train.source, order: order, workers: threadCount)
        defer { loader.stop() }
        let labels = Dictionary(uniqueKeysWithValues: zip(images.indices, images.labels))
        let total = options.epochs * order.stepsPerEpoch
        let peak = options.rate * Double(order.batchSize) / 256
        let schedule = Schedule(from: peak, to: 0, .cosine, warmUpFrom: 0)
        var progress = StepProgress(words, total: total)
        var lastEpoch = 0.0
        for step in 0..<total {
            var loss = 0.0
            for piece in 0..<order.pieces {
                try pass.checkInterruption()
                let place = step * order.pieces + piece
                guard let batch = try loader.next(), let asked = order.requests(at: place) else {
                    fatalError("the images of a training ended before step \(step) of \(total)")
                }
                loss += Double(
                    tuned.learn(
                        batch.views[0], labels: asked.map { labels[$0.index]! },
                        share: Float(batch.count) / Float(order.batchSize),
                        using: StageRandom(seed: seed, purpose: "fine-tuning", step: place)))
            }
            guard loss.isFinite else {
                throw PipelineError(
                    .notFinite, "the loss of step \(step) is not finite; lower --lr")
            }
            tuned.update(
                learningRate: schedule.value(at: step, of: total, warmUp: total / 10, offset: 1),
                step: step + 1)
            if step >= total - order.stepsPerEpoch {
                lastEpoch += loss / Double(order.stepsPerEpoch)
            }
            progress.advance(loss: Float(loss))
        }
        return lastEpoch
    }

    private func judge(_ tuned: FineTunedNetwork, _ images: Images) throws -> Double {
        let loader = BatchLoader(
            evaluation.data.test.source,
            order: EvaluationOrder(images.indices, batchSize: pass.batchSize),
            workers: threadCount)
        defer { loader.stop() }
        var (place, right) = (0, 0)
        while let batch = try loader.next() {
            try pass.checkInterruption()
            let logits = tuned.logits(
                batch.views[0], random: nil, on: Tape(recording: false)
            ).value
            right += zip(logits.largestColumns(), images.labels[place...]).count { $0 == $1 }
            place += batch.count
        }
        return Double(right) / Double(images.labels.count)
    }
}
