import JepaCore
import JepaLARS
import JepaNN
import JepaSGD
package import JepaTensor

/// Linear classifiers on the same features, one for every setting of a sweep, trained side by side.
///
/// Features are `[B, L * D]`, the last layer last; a classifier sees the last layer or several.
/// Batch normalisation has no weights of its own, so it is done once for all that want it: by the
/// batch in training, by running means (momentum 0.1) in evaluation, epsilon 1e-6.
package struct LinearHeads {
    /// How one classifier is trained.
    package struct Setting: Equatable {
        let layers: Int
        let isNormalised: Bool
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
    }

    /// Which optimizer trains them.
    package enum Rule: String, CaseIterable { case sgd, lars }

    private struct Head {
        let setting: Setting
        let linear: Linear
        let optimizer: any Optimizer
        let trained: [NamedWeight]
    }

    /// In the order of the accuracies.
    var settings: [Setting] { heads.map(\.setting) }
    /// The lowest loss of a classifier in the last step.
    private(set) var lowestLoss = Float.infinity
    private let heads: [Head]
    private let classes: Int
    private let layerWidth: Int
    private var mean: [Double]
    private var variance: [Double]

    /// Classifiers with small random weights (deviation 0.01) and zero biases.
    ///
    /// - Throws: what the optimizer says of the settings.
    package init(
        _ settings: [Setting], rule: Rule, classes: Int, layerWidth: Int, layers: Int
    ) throws {
        self.classes = classes
        self.layerWidth = layerWidth
        mean = Array(repeating: 0, count: layerWidth * layers)
        variance = Array(repeating: 1, count: layerWidth * layers)
        heads = try settings.map { setting in
            let linear = Linear(
                "head", inputs: layerWidth * setting.layers, outputs: classes, deviation: 0.01)
            let trained = linear.weights.map { NamedWeight(name: $0.name, weight: $0) }
            let optimizer = try Self.optimizer(rule, setting)
            optimizer.adopt(trained)
            for weight in linear.weights + optimizer.weights {
                weight.materialise(key: StageRandom(seed: 0, purpose: "probe \(weight.name)").key)
            }
            return Head(
                setting: setting, linear: linear, optimizer: optimizer, trained: trained)
        }
    }

    private static func optimizer(_ rule: Rule, _ setting: Setting) throws -> any Optimizer {
        let values = JepaCore.Setting(
            .mapping([
                .init("lr", JepaCore.Setting(.real(setting.learningRate))),
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
    mutating func step(_ features: Tensor, labels: [Int], at step: StepInfo) throws {
        let targets = Tape.targets(classes: labels, of: classes)
        let normal = normalisedByBatch(features)
        let input = inputs(features, normalised: normal)
        lowestLoss = .infinity
        for head in heads {
            let tape = Tape()
            let loss = tape.crossEntropy(
                head.linear(Variable(input(head.setting)), on: tape), targets: targets)
            tape.backward(from: [(loss, 1)])
            _ = try head.optimizer.update(head.trained, at: step)
            for item in head.trained { item.weight.clearGradient() }
            if loss.value.scalar < lowestLoss { lowestLoss = loss.value.scalar }
        }
    }

    /// The share of images that each classifier names correctly; of equal logits the lower class
    /// wins.
    package func accuracies(_ features: Tensor, labels: [Int]) -> [Double] {
        let input = inputs(features, normalised: normalised(features, mean, variance))
        return heads.map { head in
            let logits = head.linear(
                Variable(input(head.setting)), on: Tape(recording: false)
            ).value
            let right = zip(logits.largestColumns(), labels).count { $0 == $1 }
            return Double(right) / Double(labels.count)
        }
    }

    // MARK: - Inputs

    /// What a classifier sees, made once for all of its form.
    private func inputs(_ plain: Tensor, normalised: Tensor) -> (Setting) -> Tensor {
        var made: [String: Tensor] = [:]
        for setting in settings where made[setting.form] == nil {
            made[setting.form] = (setting.isNormalised ? normalised : plain)
                .lastColumns(setting.layers * layerWidth)
        }
        return { made[$0.form]! }
    }

    /// Normalises by the batch, and moves the running means towards it.
    private mutating func normalisedByBatch(_ rows: Tensor) -> Tensor {
        let (count, width) = (rows.shape[0], rows.shape[1])
        guard count > 1 else { return normalised(rows, mean, variance) }
        var batchMean = Array(repeating: 0.0, count: width)
        var batchVariance = batchMean
        for row in 0..<count {
            for i in 0..<width { batchMean[i] += Double(rows.pointer[row * width + i]) }
        }
        for i in 0..<width { batchMean[i] /= Double(count) }
        for row in 0..<count {
            for i in 0..<width {
                let distance = Double(rows.pointer[row * width + i]) - batchMean[i]
                batchVariance[i] += distance * distance / Double(count)
            }
        }
        for i in 0..<width {
            let unbiased = batchVariance[i] * Double(count) / Double(count - 1)
            mean[i] += 0.1 * (batchMean[i] - mean[i])
            variance[i] += 0.1 * (unbiased - variance[i])
        }
        return normalised(rows, batchMean, batchVariance)
    }

    private func normalised(_ rows: Tensor, _ mean: [Double], _ variance: [Double]) -> Tensor {
        let width = rows.shape[1]
        let scale = variance.map { 1 / ($0 + 1e-6).squareRoot() }
        let result = Tensor(uninitialized: rows.shape)
        for row in 0..<rows.shape[0] {
            for i in 0..<width {
                result.mutablePointer[row * width + i] = Float(
                    (Double(rows.pointer[row * width + i]) - mean[i]) * scale[i])
            }
        }
        return result
    }
}
