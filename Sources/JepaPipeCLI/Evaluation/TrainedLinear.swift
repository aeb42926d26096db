import JepaCore
import JepaEvaluation
import JepaTensor
import JepaTraining

/// The paper's linear evaluation: classifiers trained step by step on augmented images.
///
/// Every image is augmented anew in every epoch and embedded by the frozen network; classifiers for
/// all settings of the sweep learn from the same features, so a sweep costs hardly more than one.
/// A tenth of the training images is held out, and which setting counts is decided there, never by
/// the test images.
/// Source: arXiv 2301.08243, appendix A: 50 epochs, learning rate divided by 10 every 15 (every 0.3
/// of whatever number), weight decay 0.0005 and 0. The paper uses LARS with batches of 16384, larger
/// than most data sets here, so SGD is the standard; learning rates are those of
/// `LinearHeads.Rule`.
struct TrainedLinear {
    let evaluation: Evaluation
    let options: LinearTrainingOptions
    let pass: EmbeddingPass

    /// One network with its classifiers and the features that they are judged by.
    private struct Candidate {
        let part: Evaluation.Subject.Part
        let embed: (Tensor) -> Tensor
        var heads: LinearHeads
        let heldOut: FeatureSet
        let test: FeatureSet
        /// Of each classifier, the mean over the last epoch.
        var losses: [Double]
    }

    /// The images that are trained on, with their classes, and the majority's accuracy.
    private struct Known {
        let indices: [Int]
        let labels: [Int]
        let baseline: Double?
    }

    /// Trains, and judges by the test images.
    func run() throws -> Evaluation.Outcome {
        var outcome = Evaluation.Outcome()
        outcome.notes = evaluation.data.notes
        try evaluation.embed(pass)
        var candidates: [Candidate] = []
        var known: Known?
        for subject in evaluation.subjects {
            let train = try evaluation.features(
                of: evaluation.data.train, subject, pass, &outcome.notes)
            let test = try evaluation.features(
                of: evaluation.data.test, subject, pass, &outcome.notes)
            let tenth = try HeldOutTenth(of: train.indices.count)
            candidates.append(try candidate(subject, train.set, test.set, tenth))
            if known != nil { continue }
            let labels = train.set.images.labels ?? []
            known = Known(
                indices: tenth.fitted.map { train.indices[$0] },
                labels: tenth.fitted.map { labels[$0] },
                baseline: try LinearProbe(LogisticRegression())
                    .baselines(train: train.set, test: test.set)["linear"])
            (outcome.trainImages, outcome.testImages) = (train.indices.count, test.indices.count)
        }
        guard let known else { fatalError("an evaluation of no network") }
        try train(&candidates, known)
        for candidate in candidates { add(candidate, known, to: &outcome) }
        return outcome
    }

    private func candidate(
        _ subject: Evaluation.Subject, _ train: ProbeSet, _ test: ProbeSet, _ tenth: HeldOutTenth
    ) throws -> Candidate {
        let embedder = subject.embedder
        let layers = Set(evaluation.layers.map { min($0, embedder.layers) }).sorted()
        let settings = options.settings(layers: layers)
        return Candidate(
            part: subject.part, embed: try embedder.load(),
            heads: try LinearHeads(
                settings, rule: options.rule,
                batchSize: min(options.batchSize, tenth.fitted.count),
                classes: test.classCount(with: train), layerWidth: embedder.layerWidth,
                layers: embedder.layers),
            heldOut: try train.images.selecting(tenth.held), test: test.images,
            losses: Array(repeating: 0, count: settings.count))
    }

    private func train(_ candidates: inout [Candidate], _ known: Known) throws {
        let order = ProbeOrder(
            known.indices, batchSize: options.batchSize, pieceSize: pass.batchSize,
            epochs: options.epochs)
        let loader = BatchLoader(
            evaluation.data.train.source, order: order, workers: threadCount)
        defer { loader.stop() }
        let total = options.epochs * order.stepsPerEpoch
        var progress = StepProgress("lowest of all", total: total)
        let buffers = candidates.map {
            Tensor(uninitialized: [order.batchSize, $0.heldOut.width])
        }
        let labels = Dictionary(uniqueKeysWithValues: zip(known.indices, known.labels))
        for step in 0..<total {
            var classes: [Int] = []
            for piece in 0..<order.pieces {
                try pass.checkInterruption()
                let place = step * order.pieces + piece
                guard let batch = try loader.next(), let asked = order.requests(at: place) else {
                    fatalError("the images of a probe ended before step \(step) of \(total)")
                }
                for (buffer, candidate) in zip(buffers, candidates) {
                    let features = candidate.embed(batch.views[0])
                    (buffer.mutablePointer + classes.count * buffer.shape[1])
                        .update(from: features.pointer, count: features.count)
                }
                // Images that cannot be read are not among the indices, so nothing stands in.
                classes += asked.map { labels[$0.index]! }
            }
            let info = StepInfo(
                index: step, total: total, warmUp: 0, batchSize: order.batchSize, seed: 0)
            let isOfLastEpoch = step >= total - order.stepsPerEpoch
            var lowest = Float.infinity
            for place in candidates.indices {
                let losses = try candidates[place].heads.step(
                    buffers[place], labels: classes, at: info)
                if place == 0 { lowest = losses.min() ?? lowest }
                for (head, loss) in losses.enumerated() where isOfLastEpoch {
                    candidates[place].losses[head] += Double(loss) / Double(order.stepsPerEpoch)
                }
            }
            progress.advance(loss: lowest)
        }
    }

    private func add(
        _ candidate: Candidate, _ known: Known, to outcome: inout Evaluation.Outcome
    ) {
        let settings = candidate.heads.settings
        let choice = HeadChoice(
            settings,
            heldOut: candidate.heads.scores(
                candidate.heldOut.features, labels: candidate.heldOut.labels ?? []))
        let test = candidate.heads.scores(
            candidate.test.features, labels: candidate.test.labels ?? []
        ).map(\.accuracy)
        let figures =
            [("linear", test[choice.place])]
            + choice.forms.map { ("linear, \($0.name)", test[$0.place]) }
        switch candidate.part {
        case .network:
            let count = outcome.testImages
            outcome.figures = figures.map {
                EvaluationRecord.Figure(
                    $0.0, $0.1, standardError: shareError($0.1, of: count),
                    baseline: known.baseline)
            }
        case .untrained: for (name, value) in figures { outcome.set(\.untrained, value, of: name) }
        case .pixels: for (name, value) in figures { outcome.set(\.pixels, value, of: name) }
        }
        let words = candidate.part.words
        outcome.notes.append("Chosen for \(words): \(settings[choice.place].words).")
        let caution = LossCaution.text(
            loss: candidate.losses[choice.place], labels: known.labels,
            classes: candidate.heads.classes, of: "the classifier chosen for \(words)")
        if let caution {
            outcome.notes.append(caution)
        } else if let end = choice.end {
            outcome.notes.append(
                "That learning rate is the \(end == .highest ? "highest" : "lowest") of the sweep; "
                    + "\(end == .highest ? "higher" : "lower") ones (--lr) may do better.")
        }
    }
}

extension Evaluation.Subject.Part {
    /// `the untrained network`
    var words: String {
        switch self {
        case .network: "the network"
        case .untrained: "the untrained network"
        case .pixels: "the pixels"
        }
    }
}
