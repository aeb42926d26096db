import Foundation
import JepaTensor

/// The objective of multinomial logistic regression, divided by the number of images.
///
/// A point holds a row of C weights, one for each class, for each of D features, then the
/// intercepts, `[D + 1, C]`: they are the weights of a feature that is 1 everywhere.
struct SoftmaxProblem {
    /// `[n, D + 1]`.
    private let features: Tensor
    private let labels: [Int]
    private let numClasses: Int
    /// The factor before `|W|^2 / 2`; the intercepts are free.
    private let penalty: Double
    private let curvature: CholeskyFactor

    /// A problem; `features` `[n, D]`, one label below `numClasses` for each row.
    init(features: Tensor, labels: [Int], numClasses: Int, penalty: Double) throws {
        let (count, width) = (features.shape[0], features.shape[1])
        let extended = Tensor(uninitialized: [count, width + 1])
        for row in 0..<count {
            let to = extended.mutablePointer + row * (width + 1)
            to.update(from: features.pointer + row * width, count: width)
            to[width] = 1
        }
        self.features = extended
        self.labels = labels
        self.numClasses = numClasses
        self.penalty = penalty
        // The Hessian of one class where all classes are equally likely. Features of a collapsed
        // network are nearly dependent; without this the search would need hundreds of steps.
        let share = 1 / Double(numClasses)
        var hessian = SymmetricMatrix(gramOf: extended)
        hessian.scale(by: share * (1 - share) / Double(count))
        let largest = (0...width).map { hessian[$0, $0] }.max() ?? 0
        hessian.addToDiagonal(max(penalty, 1e-9 * largest))
        curvature = try CholeskyFactor(hessian)
    }

    /// All weights zero.
    var start: [Double] { Array(repeating: 0, count: numClasses * width) }

    private var width: Int { features.shape[1] }

    /// The objective and its gradient.
    func evaluate(_ point: [Double]) -> LBFGS.Evaluation {
        let logits = logits(point)
        var loss = 0.0
        let scale = 1 / Double(labels.count)
        // The logits become the gradient with respect to them: (p - one-hot) / n.
        for (row, label) in labels.enumerated() {
            let values = logits.mutablePointer + row * numClasses
            var largest = values[0]
            for c in 1..<numClasses where values[c] > largest { largest = values[c] }
            loss -= Double(values[label] - largest)
            var sum = 0.0
            for c in 0..<numClasses {
                let power = exp(Double(values[c] - largest))
                sum += power
                values[c] = Float(power)
            }
            loss += log(sum)
            let share = Float(scale / sum)
            for c in 0..<numClasses { values[c] *= share }
            values[label] -= Float(scale)
        }
        let product = matmul(features, logits, transposeA: true)
        var gradient = (0..<point.count).map { Double(product.pointer[$0]) }
        var square = 0.0
        for i in 0..<(point.count - numClasses) {
            square += point[i] * point[i]
            gradient[i] += penalty * point[i]
        }
        return (loss * scale + penalty / 2 * square, gradient)
    }

    /// A gradient times the inverse of the curvature, class by class.
    func precondition(_ gradient: [Double]) -> [Double] {
        curvature.solve(gradient, columns: numClasses)
    }

    /// The mean of -log p(label), without the penalty.
    func logLoss(_ point: [Double]) -> Double { meanLogLoss(logits(point), labels) }

    /// The weights `[C, D]` and the intercepts `[C]` of a point.
    func split(_ point: [Double]) -> (weights: Tensor, bias: [Float]) {
        let weights = (0..<numClasses).flatMap { c in
            (0..<(width - 1)).map { Float(point[$0 * numClasses + c]) }
        }
        let bias = point.suffix(numClasses).map { Float($0) }
        return (Tensor(weights, shape: [numClasses, width - 1]), bias)
    }

    private func logits(_ point: [Double]) -> Tensor {
        matmul(features, Tensor(point.map { Float($0) }, shape: [width, numClasses]))
    }
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
    for i in 1..<count where values[i] > largest { largest = values[i] }
    var sum = 0.0
    for i in 0..<count { sum += exp(Double(values[i] - largest)) }
    return Double(largest) + log(sum)
}
