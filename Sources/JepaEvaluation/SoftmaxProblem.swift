import Foundation
import JepaTensor

/// The objective of multinomial logistic regression, divided by the number of images.
///
/// A point holds a row of C weights, one for each class, for each of D features, then the
/// intercepts, `[D + 1, C]`: they are the weights of a feature that is 1 everywhere.
struct SoftmaxProblem {
    /// What the images, or parts of them, are.
    enum Targets {
        /// The class of each.
        case labels([Int])
        /// The share of each that belongs to each class, `[n, C]`: an image counts as much as its
        /// shares come to together, which may be less than 1.
        case shares(Tensor)
    }

    /// `[n, D + 1]`.
    private let features: Tensor
    private let targets: Targets
    private let numClasses: Int
    /// The factor before `|W|^2 / 2`; the intercepts are free.
    private let penalty: Double
    private let curvature: CholeskyFactor

    /// A problem; `features` `[n, D + 1]`, the last one 1, and targets below `numClasses` for each
    /// row.
    init(features: Tensor, targets: Targets, numClasses: Int, penalty: Double) throws {
        let (count, width) = (features.shape[0], features.shape[1] - 1)
        self.features = features
        self.targets = targets
        self.numClasses = numClasses
        self.penalty = penalty
        // The Hessian of one class where all classes are equally likely. Features of a collapsed
        // network are nearly dependent; without this the search would need hundreds of steps.
        let share = 1 / Double(numClasses)
        var hessian = SymmetricMatrix(gramOf: features)
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
        let loss = descend(logits)
        let product = matmul(features, logits, transposeA: true)
        var gradient = (0..<point.count).map { Double(product.pointer[$0]) }
        var square = 0.0
        for i in 0..<(point.count - numClasses) {
            square += point[i] * point[i]
            gradient[i] += penalty * point[i]
        }
        return (loss + penalty / 2 * square, gradient)
    }

    /// Makes logits the gradient with respect to them, (p - target) / n.
    ///
    /// - Returns: The mean of the cross-entropy.
    private func descend(_ logits: Tensor) -> Double {
        let count = features.shape[0]
        var loss = 0.0
        let scale = 1 / Double(count)
        for row in 0..<count {
            let values = logits.mutablePointer + row * numClasses
            var largest = values[0]
            for c in 1..<numClasses where values[c] > largest { largest = values[c] }
            // How much the row counts; known before its logits are overwritten.
            var mass = 1.0
            switch targets {
            case .labels(let labels): loss -= Double(values[labels[row]] - largest)
            case .shares(let shares):
                let own = shares.pointer + row * numClasses
                mass = 0
                for c in 0..<numClasses {
                    mass += Double(own[c])
                    loss -= Double(own[c]) * Double(values[c] - largest)
                }
            }
            var sum = 0.0
            for c in 0..<numClasses {
                let power = exp(Double(values[c] - largest))
                sum += power
                values[c] = Float(power)
            }
            loss += mass * log(sum)
            let share = Float(mass * scale / sum)
            for c in 0..<numClasses { values[c] *= share }
            switch targets {
            case .labels(let labels): values[labels[row]] -= Float(scale)
            case .shares(let shares):
                let own = shares.pointer + row * numClasses
                for c in 0..<numClasses { values[c] -= Float(scale) * own[c] }
            }
        }
        return loss * scale
    }

    /// A gradient times the inverse of the curvature, class by class.
    func precondition(_ gradient: [Double]) -> [Double] {
        curvature.solve(gradient, columns: numClasses)
    }

    /// The mean of the cross-entropy, which is -log p(label), without the penalty.
    func logLoss(_ point: [Double]) -> Double {
        switch targets {
        case .labels(let labels): meanLogLoss(logits(point), labels)
        case .shares: descend(logits(point))
        }
    }

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
