package import JepaCore
import JepaLARS
import JepaNN
import JepaSGD
package import JepaTensor

/// Linear classifiers on the same features, one for every setting of a sweep, trained side by side.
///
/// Features are `[B, L * D]`, the last layer last; a classifier sees the last layer or several.
/// Batch normalisation has no weights of its own, so it is done once for all that want it.
package struct LinearHeads {
    /// How one classifier is trained.
    package struct Setting: Equatable {
        let layers: Int
        let isNormalised: Bool
        /// As the sweep lists it; see `Rule.factor`.
        let learningRate: Double
        let weightDecay: Double

        /// A way.
        package init(layers: Int, isNormalised: Bool, learningRate: Double, weightDecay: Double) {
            (self.layers, self.isNormalised) = (layers, isNormalised)
            (self.learningRate, self.weightDecay) = (learningRate, weightDecay)
        }

        /// What of it is no search: `4 layers, batch norm`.
        var form: String {
            (layers == 1 ? "last layer" : "\(layers) layers")
                + (isNormalised ? ", batch norm" : "")
        }

        /// All of it: `4 layers, batch norm, learning rate 0.05, weight decay 0.0`.
        var words: String { "\(form), learning rate \(learningRate), weight decay \(weightDecay)" }
    }

    /// Which optimizer trains them.
    package enum Rule: String, CaseIterable {
        case sgd, lars

        /// The learning rates of a sweep that names none: the paper's, and higher ones, because a few
        /// thousand images make a few hundred steps where the paper takes 3,900.
        ///
        /// The paper's are 0.001, 0.01 and 0.05 for 256 images a batch, which is 0.064, 0.64 and 3.2
        /// for LARS with its batches of 16384.
        package var standardRates: [Double] {
            switch self {
            case .sgd: [0.001, 0.01, 0.05, 0.25, 1]
            case .lars: [0.064, 0.64, 3.2, 10, 30, 100]
            }
        }

        /// What learning rates are multiplied by. Those of SGD are for 256 images a batch; those of
        /// LARS say how long a step is beside the weights, which no batch size changes.
        package func factor(batchSize: Int) -> Double {
            self == .sgd ? Double(batchSize) / 256 : 1
        }
    }

    /// How well a classifier does on some images.
    package struct Score {
        /// The share of images that it names correctly; of equal logits the lower class wins.
        package let accuracy: Double
        /// The mean of `-log p(label)`.
        package let loss: Double

        /// A score.
        package init(accuracy: Double, loss: Double) {
            (self.accuracy, self.loss) = (accuracy, loss)
        }
    }

    private struct Head {
        let setting: Setting
        let linear: Linear
        let optimizer: any Optimizer
        let trained: [NamedWeight]
    }

    /// In the order of losses and scores.
    var settings: [Setting] { heads.map(\.setting) }
    private let heads: [Head]
    /// The classes there are, with or without images.
    let classes: Int
    private let layerWidth: Int
    private var normalisation: BatchNormalisation

    /// Classifiers with small random weights (deviation 0.01) and zero biases.
    ///
    /// - Throws: what `optimizer` does.
    package init(
        _ settings: [Setting], rule: Rule, batchSize: Int, classes: Int, layerWidth: Int,
        layers: Int
    ) throws {
        self.classes = classes
        self.layerWidth = layerWidth
        normalisation = BatchNormalisation(width: layerWidth * layers)
        heads = try settings.map { setting in
            let linear = Linear(
                "head", inputs: layerWidth * setting.layers, outputs: classes, deviation: 0.01)
            let trained = linear.weights.map { NamedWeight(name: $0.name, weight: $0) }
            let optimizer = try Self.optimizer(rule, setting, batchSize: batchSize)
            optimizer.adopt(trained)
            for weight in linear.weights + optimizer.weights {
                weight.materialise(key: StageRandom(seed: 0, purpose: "probe \(weight.name)").key)
            }
            return Head(
                setting: setting, linear: linear, optimizer: optimizer, trained: trained)
        }
    }

    /// What trains a classifier: momentum 0.9, the learning rate divided by 10 every 0.3 of the
    /// training.
    ///
    /// - Throws: `usage` for a learning rate that comes to more than 1000.
    package static func optimizer(
        _ rule: Rule, _ setting: Setting, batchSize: Int
    ) throws -> any Optimizer {
        let rate = setting.learningRate * rule.factor(batchSize: batchSize)
        guard rate <= 1000 else {
            throw PipelineError(
                .usage,
                "the learning rate \(setting.learningRate) of '--lr' comes to \(rate) for "
                    + "\(batchSize) images a batch; allowed is 1000")
        }
        let values = JepaCore.Setting(
            .mapping([
                .init("lr", JepaCore.Setting(.real(rate))),
                .init("weight_decay", JepaCore.Setting(.real(setting.weightDecay))),
                .init("schedule", "steps"), .init("step_every", 0.3), .init("step_factor", 10.0),
            ]))
        switch rule {
        case .sgd: return try SGD(parameters: StageParameters(for: SGD.self, values))
        case .lars: return try LARS(parameters: StageParameters(for: LARS.self, values))
        }
    }

    /// One step of all classifiers.
    ///
    /// - Parameters:
    ///   - features: `[B, L * D]`, of augmented images.
    ///   - labels: B classes.
    /// - Returns: The loss of each classifier before the step.
    package mutating func step(
        _ features: Tensor, labels: [Int], at step: StepInfo
    ) throws -> [Float] {
        let targets = Tape.targets(classes: labels, of: classes)
        let input = inputs(features, normalised: normalisation.train(features))
        return try heads.map { head in
            let tape = Tape()
            let loss = tape.crossEntropy(
                head.linear(Variable(input(head.setting)), on: tape), targets: targets)
            tape.backward(from: [(loss, 1)])
            _ = try head.optimizer.update(head.trained, at: step)
            for item in head.trained { item.weight.clearGradient() }
            return loss.value.scalar
        }
    }

    /// Judges each classifier by images `[B, L * D]` that are not augmented.
    package func scores(_ features: Tensor, labels: [Int]) -> [Score] {
        let targets = Tape.targets(classes: labels, of: classes)
        let input = inputs(features, normalised: normalisation(features))
        return heads.map { head in
            let tape = Tape(recording: false)
            let logits = head.linear(Variable(input(head.setting)), on: tape)
            let right = zip(logits.value.largestColumns(), labels).count { $0 == $1 }
            return Score(
                accuracy: Double(right) / Double(labels.count),
                loss: Double(tape.crossEntropy(logits, targets: targets).value.scalar))
        }
    }

    /// What a classifier sees, made once for all of its form.
    private func inputs(_ plain: Tensor, normalised: Tensor) -> (Setting) -> Tensor {
        var made: [String: Tensor] = [:]
        for setting in settings where made[setting.form] == nil {
            made[setting.form] = (setting.isNormalised ? normalised : plain)
                .lastColumns(setting.layers * layerWidth)
        }
        return { made[$0.form]! }
    }
}
