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
/// Source: arXiv 2301.08243, appendix A: 50 epochs, learning rate divided by 10 every 15 (every 0.3 of whatever
/// number), learning rates 0.01, 0.05, 0.001 for 256 images a batch, weight decay 0.0005 and 0.
struct TrainedLinear {
    /// The sweep, and how long it takes.
    struct Options {
        var epochs = 50
        var batchSize = 256
        var rates = [0.01, 0.05, 0.001]
        var decays = [0.0005, 0]
        var rule = LinearHeads.Rule.sgd
        /// Whether classifiers see the features as they are, normalised, or one of each.
        var normalisations = [false, true]

        /// What a record says of it.
        var words: [String: String] {
            func list(_ values: [Double]) -> String {
                values.map { "\($0)" }.joined(separator: ", ")
            }
            let norms = normalisations.map { $0 ? "with" : "without" }.joined(separator: " and ")
            let factor = Double(batchSize) / 256
            var words: [String: String] = [:]
            words["classifier"] =
                "a linear layer, \(rule.rawValue), momentum 0.9, \(norms) batch norm"
            words["training"] =
                "\(Quantities.count(epochs, "epoch")), batches of \(batchSize), learning rate divided by 10 every 0.3 "
                + "of the training"
            words["sweep"] =
                "learning rate \(list(rates)) (times \(factor) for the batch), weight decay "
                + "\(list(decays)); chosen by a tenth of the training images, held out"
            return words
        }
    }

    let evaluation: Evaluation
    let options: Options
    let pass: EmbeddingPass

    /// One network with its classifiers and the features that were kept of it.
    private struct Candidate {
        let part: Evaluation.Subject.Part
        let embed: (Tensor) -> Tensor
        var heads: LinearHeads
        let train: (set: ProbeSet, indices: [Int])
        let test: (set: ProbeSet, indices: [Int])
    }

    /// Trains, and judges by the test images.
    func run() throws -> Evaluation.Outcome {
        var outcome = Evaluation.Outcome()
        outcome.notes = evaluation.data.notes
        try evaluation.embed(pass)
        var candidates = try evaluation.subjects.map { try candidate($0, &outcome.notes) }
        let baselines = try LinearProbe(LogisticRegression()).baselines(
            train: candidates[0].train.set, test: candidates[0].test.set)
        let labels = candidates[0].train.set.images.labels ?? []
        var random = StageRandom(seed: 0, purpose: "probe selection")
        let order = random.permutation(of: labels.count)
        let held = order.prefix(max(1, labels.count / 10)).sorted()
        let fitted = order.dropFirst(held.count).sorted()
        guard !fitted.isEmpty else {
            throw PipelineError(.data, "one training image is too few to hold some of them out")
        }
        try train(
            &candidates, on: fitted.map { candidates[0].train.indices[$0] },
            labels: Dictionary(
                uniqueKeysWithValues: zip(candidates[0].train.indices, labels)))
        (outcome.trainImages, outcome.testImages) = (
            labels.count, candidates[0].test.set.images.count
        )
        for candidate in candidates {
            try add(candidate, held: held, baseline: baselines["linear"], to: &outcome)
        }
        return outcome
    }

    private func candidate(
        _ subject: Evaluation.Subject, _ notes: inout [String]
    ) throws -> Candidate {
        let data = evaluation.data
        let layers = Set(evaluation.layers.map { min($0, subject.embedder.layers) }).sorted()
        let factor = Double(options.batchSize) / 256
        let settings = layers.flatMap { count in
            options.normalisations.flatMap { isNormalised in
                options.rates.flatMap { rate in
                    options.decays.map {
                        LinearHeads.Setting(
                            layers: count, isNormalised: isNormalised,
                            learningRate: rate * factor, weightDecay: $0)
                    }
                }
            }
        }
        let train = try evaluation.features(of: data.train, subject, pass, &notes)
        let test = try evaluation.features(of: data.test, subject, pass, &notes)
        return Candidate(
            part: subject.part, embed: try subject.embedder.load(),
            heads: try LinearHeads(
                settings, rule: options.rule, classes: test.set.classCount(with: train.set),
                layerWidth: subject.embedder.layerWidth, layers: subject.embedder.layers),
            train: train, test: test)
    }

    private func train(
        _ candidates: inout [Candidate], on indices: [Int], labels: [Int: Int]
    ) throws {
        let order = ProbeOrder(
            indices, batchSize: options.batchSize, pieceSize: pass.batchSize,
            epochs: options.epochs)
        let loader = BatchLoader(
            evaluation.data.train.source, order: order, workers: threadCount)
        defer { loader.stop() }
        let total = options.epochs * order.stepsPerEpoch
        var progress = StepProgress("lowest of all", total: total)
        let buffers = candidates.map {
            Tensor(uninitialized: [order.batchSize, $0.train.set.images.width])
        }
        let hasOwnLabels = evaluation.data.train.label != nil
        for step in 0..<total {
            var classes: [Int] = []
            for piece in 0..<order.pieces {
                try pass.checkInterruption()
                guard let batch = try loader.next() else {
                    fatalError("the images of a probe ended before step \(step) of \(total)")
                }
                for (buffer, candidate) in zip(buffers, candidates) {
                    let features = candidate.embed(batch.views[0])
                    (buffer.mutablePointer + classes.count * buffer.shape[1])
                        .update(from: features.pointer, count: features.count)
                }
                // Images that cannot be read are not among the indices, so nothing stands in.
                let asked = order.requests(at: step * order.pieces + piece) ?? []
                classes +=
                    hasOwnLabels
                    ? asked.map { labels[$0.index] ?? -1 } : batch.labels.map(Int.init)
            }
            let info = StepInfo(
                index: step, total: total, warmUp: 0, batchSize: order.batchSize, seed: 0)
            for place in candidates.indices {
                try candidates[place].heads.step(buffers[place], labels: classes, at: info)
            }
            progress.advance(loss: candidates[0].heads.lowestLoss)
        }
    }

    private func add(
        _ candidate: Candidate, held: [Int], baseline: Double?, to outcome: inout Evaluation.Outcome
    ) throws {
        let chosenBy = try candidate.train.set.images.selecting(held)
        let heldOut = candidate.heads.accuracies(
            chosenBy.features, labels: chosenBy.labels ?? [])
        let test = candidate.heads.accuracies(
            candidate.test.set.images.features, labels: candidate.test.set.images.labels ?? [])
        let settings = candidate.heads.settings
        // The first of equals, so that the choice does not depend on anything else.
        func best(_ places: [Int]) -> Int {
            places.reduce(places[0]) { heldOut[$1] > heldOut[$0] ? $1 : $0 }
        }
        let chosen = best(Array(settings.indices))
        var figures = [("linear", test[chosen])]
        var forms: [String] = []
        for setting in settings where !forms.contains(setting.form) { forms.append(setting.form) }
        for form in forms {
            let place = best(settings.indices.filter { settings[$0].form == form })
            figures.append(("linear, \(form)", test[place]))
        }
        switch candidate.part {
        case .network:
            let count = outcome.testImages
            outcome.figures = figures.map {
                EvaluationRecord.Figure(
                    $0.0, $0.1, standardError: shareError($0.1, of: count), baseline: baseline)
            }
            let setting = settings[chosen]
            outcome.notes.append(
                "Chosen for the network: \(setting.form), learning rate \(setting.learningRate), "
                    + "weight decay \(setting.weightDecay).")
        case .untrained: for (name, value) in figures { outcome.set(\.untrained, value, of: name) }
        case .pixels: for (name, value) in figures { outcome.set(\.pixels, value, of: name) }
        }
    }
}
