import Foundation
import JepaCore
import JepaTensor

/// The linear probe: multinomial logistic regression on frozen features.
///
/// Minimises `sum over images of -log p(label) + |W|^2 / (2 C)` over weights and free intercepts;
/// the same problem, and to 1e-4 the same loss, as scikit-learn's `LogisticRegression`.
/// Sums over images are float32 matrix products; losses and the search itself are double.
public struct LogisticRegression: Equatable, Sendable {
    /// scikit-learn's `C`: the inverse of the strength of the penalty on the weights.
    public var inverseRegularisation: Double
    /// Whether features are first brought to mean 0 and standard deviation 1 on the training images.
    public var standardise: Bool
    /// The search ends, if need be unconverged, after this many steps.
    public var maxIterations: Int

    /// A probe; the defaults are scikit-learn's, after standardising.
    ///
    /// - Throws: `value` unless `inverseRegularisation` and `maxIterations` are above 0.
    public init(
        inverseRegularisation: Double = 1, standardise: Bool = true, maxIterations: Int = 500
    ) throws {
        guard inverseRegularisation > 0, inverseRegularisation.isFinite else {
            throw PipelineError(
                .value,
                "the inverse regularisation is '\(inverseRegularisation)'; it has to be above 0")
        }
        guard maxIterations > 0 else {
            throw PipelineError(
                .value, "the number of iterations is '\(maxIterations)'; it is 1 or more")
        }
        self.inverseRegularisation = inverseRegularisation
        self.standardise = standardise
        self.maxIterations = maxIterations
    }

    /// The best classifier for these images.
    ///
    /// Classes without a training image are never predicted: their intercept would have no bound.
    ///
    /// - Throws: `missing` without labels; `data` if they are all the same.
    /// - Complexity: O(n D classes) per step of the search; some 50 to 200 steps.
    public func fit(_ train: FeatureSet) throws -> LinearClassifier {
        let labels = try train.requiredLabels(for: "logistic regression")
        let classes = train.classes
        guard classes.count > 1 else {
            throw PipelineError(
                .data,
                "all \(train.count) training images have the label '\(classes[0])'; "
                    + "logistic regression needs 2 classes or more")
        }
        let standardiser =
            standardise
            ? Standardiser(fitting: train) : Standardiser(identityOfWidth: train.width)
        let place = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
        let problem = SoftmaxProblem(
            features: standardiser.apply(to: train.features), labels: labels.map { place[$0]! },
            numClasses: classes.count, penalty: 1 / (inverseRegularisation * Double(train.count)))
        let search = LBFGS(maxIterations: maxIterations)
        let start = Array(repeating: 0.0, count: classes.count * (train.width + 1))
        let minimum = search.minimise(from: start, problem.evaluate)
        let weights = minimum.point.map { Float($0) }
        let split = classes.count * train.width
        return LinearClassifier(
            weights: Tensor(Array(weights[..<split]), shape: [classes.count, train.width]),
            bias: Array(weights[split...]), classes: classes, standardiser: standardiser,
            loss: problem.logLoss(minimum.point), iterations: minimum.iterations,
            converged: minimum.converged)
    }
}

/// The objective of logistic regression, divided by the number of images.
///
/// A point holds the weights `[C, D]`, then the intercepts `[C]`.
private struct SoftmaxProblem {
    /// `[n, D]`.
    let features: Tensor
    let labels: [Int]
    let numClasses: Int
    /// The factor before `|W|^2 / 2`.
    let penalty: Double

    /// The objective and its gradient.
    func evaluate(_ point: [Double]) -> LBFGS.Evaluation {
        let split = numClasses * features.shape[1]
        let logits = logits(point)
        var (loss, biasGradient) = (0.0, Array(repeating: 0.0, count: numClasses))
        let scale = 1 / Double(labels.count)
        // The logits become the gradient with respect to them: (p - one-hot) / n.
        for (row, label) in labels.enumerated() {
            let values = logits.mutablePointer + row * numClasses
            let logSum = logSumExp(values, numClasses)
            loss += logSum - Double(values[label])
            for c in 0..<numClasses {
                let target = c == label ? 1.0 : 0.0
                let slope = (exp(Double(values[c]) - logSum) - target) * scale
                biasGradient[c] += slope
                values[c] = Float(slope)
            }
        }
        let product = matmul(logits, features, transposeA: true, transposeB: false)
        var gradient = biasGradient
        gradient.insert(contentsOf: (0..<split).lazy.map { Double(product.pointer[$0]) }, at: 0)
        var square = 0.0
        for i in 0..<split {
            square += point[i] * point[i]
            gradient[i] += penalty * point[i]
        }
        return (loss * scale + penalty / 2 * square, gradient)
    }

    /// The mean of -log p(label), without the penalty.
    func logLoss(_ point: [Double]) -> Double {
        meanLogLoss(logits(point), labels)
    }

    private func logits(_ point: [Double]) -> Tensor {
        let split = numClasses * features.shape[1]
        let values = point.map { Float($0) }
        let weights = Tensor(Array(values[..<split]), shape: [numClasses, features.shape[1]])
        return linear(features, weights, Array(values[split...]))
    }
}

/// `x W^T + b`: `[n, D]`, `[C, D]`, `[C]` to `[n, C]`.
func linear(_ features: Tensor, _ weights: Tensor, _ bias: [Float]) -> Tensor {
    let result = matmul(features, weights, transposeA: false, transposeB: true)
    for row in 0..<result.shape[0] {
        let values = result.mutablePointer + row * bias.count
        for c in 0..<bias.count { values[c] += bias[c] }
    }
    return result
}

/// The mean of `-log softmax(logits)[label]`; `logits` is `[n, C]`.
func meanLogLoss(_ logits: Tensor, _ labels: [Int]) -> Double {
    var loss = 0.0
    for (row, label) in labels.enumerated() {
        let values = logits.pointer + row * logits.shape[1]
        loss += logSumExp(values, logits.shape[1]) - Double(values[label])
    }
    return loss / Double(labels.count)
}

private func logSumExp(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    var largest = values[0]
    for i in 1..<max(1, count) where values[i] > largest { largest = values[i] }
    var sum = 0.0
    for i in 0..<count { sum += exp(Double(values[i] - largest)) }
    return Double(largest) + log(sum)
}
