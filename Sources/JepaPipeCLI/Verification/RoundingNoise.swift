import Foundation
import JepaCore
import JepaTensor

/// How far AdamW may carry weights apart because gradients are rounded.
///
/// A step divides the gradient by its own size, so an entry whose gradient is nothing but rounding
/// noise moves by up to the learning rate, in a direction that another order of summation turns
/// around. For each entry the sum over steps of `lr * min(1, delta / (sqrt(v) + epsilon))` is
/// kept, where `delta` is what the gradients of the tensor may differ by and `v` the corrected
/// second moment. For most entries that is far below what is allowed anyway.
struct RoundingNoise {
    /// What gradients may differ by, over the largest entry of the tensor.
    private static let gradientError = 5 * 4e-7
    private static let epsilon = 1e-8
    private static let beta2 = 0.999

    /// By official names, per entry in row-major order.
    private var distances: [String: [Double]] = [:]
    private var largestGradients: [String: Double] = [:]

    /// How far the entries of a weight may be apart; zero for a weight that has not moved.
    func distances(of name: String, count: Int) -> [Double] {
        distances[name] ?? Array(repeating: 0, count: count)
    }

    /// Takes note of the gradient of a weight before a step.
    mutating func see(gradient: Tensor?, of name: String) {
        largestGradients[name] = gradient?.elements.reduce(0) { max($0, Double(abs($1))) } ?? 0
    }

    /// Adds what a step did to a trained weight.
    ///
    /// - Parameters:
    ///   - secondMoment: Of the optimizer, after the step.
    ///   - steps: Taken, with this one.
    mutating func add(
        to name: String, secondMoment: Tensor, learningRate: Double, steps: Int
    ) {
        let correction = 1 - pow(Self.beta2, Double(steps))
        let delta = Self.gradientError * (largestGradients[name] ?? 0)
        var sums = distances(of: name, count: secondMoment.count)
        for (index, moment) in secondMoment.elements.enumerated() {
            let size = (Double(moment) / correction).squareRoot() + Self.epsilon
            sums[index] += learningRate * min(1, delta / size)
        }
        distances[name] = sums
    }

    /// Lets a weight follow another: `own = m * own + (1 - m) * followed`.
    mutating func follow(_ own: String, _ followed: String, momentum: Double) {
        guard let moved = distances[followed] else { return }
        let before = distances(of: own, count: moved.count)
        distances[own] = zip(before, moved).map { momentum * $0 + (1 - momentum) * $1 }
    }
}
