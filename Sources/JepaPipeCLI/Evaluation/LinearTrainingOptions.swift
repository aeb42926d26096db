/// The sweep of a linear evaluation that is trained step by step, and how long it takes.
package struct LinearTrainingOptions {
    package var epochs = 50
    package var batchSize = 256
    /// The learning rates; nil for those of the rule.
    package var rates: [Double]?
    package var decays = [0.0005, 0]
    package var rule = LinearHeads.Rule.sgd
    /// Whether classifiers see the features as they are, normalised, or one of each.
    package var normalisations = [false, true]

    /// The paper's, but for the optimizer and higher learning rates besides.
    package init() {}

    /// All classifiers of the sweep.
    ///
    /// - Parameter layers: How many of the last layers they see.
    package func settings(layers: [Int]) -> [LinearHeads.Setting] {
        layers.flatMap { count in
            normalisations.flatMap { isNormalised in
                (rates ?? rule.standardRates).flatMap { rate in
                    decays.map {
                        LinearHeads.Setting(
                            layers: count, isNormalised: isNormalised, learningRate: rate,
                            weightDecay: $0)
                    }
                }
            }
        }
    }

    /// What a record says of it.
    package var words: [String: String] {
        func list(_ values: [Double]) -> String {
            values.map { "\($0)" }.joined(separator: ", ")
        }
        let norms = normalisations.map { $0 ? "with" : "without" }.joined(separator: " and ")
        let scale = rule == .sgd ? "for 256 images a batch" : "whatever the batch"
        var words: [String: String] = [:]
        words["classifier"] = "a linear layer, \(rule.rawValue), momentum 0.9, \(norms) batch norm"
        words["training"] =
            "\(Quantities.count(epochs, "epoch")), batches of \(batchSize), learning rate divided "
            + "by 10 every 0.3 of the training"
        words["sweep"] =
            "learning rate \(list(rates ?? rule.standardRates)) \(scale), weight decay "
            + "\(list(decays)); chosen by a tenth of the training images, held out"
        return words
    }
}
