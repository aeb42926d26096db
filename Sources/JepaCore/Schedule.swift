import Foundation

/// A number that changes with the training step.
public struct Schedule: Equatable, Sendable {
    /// The curve between the two ends.
    public enum Curve: String, CaseIterable, Sendable {
        /// A straight line.
        case linear
        /// Half a period of the cosine.
        case cosine
    }

    /// The value after warm-up.
    public let start: Double
    /// The value at the last step.
    public let end: Double
    /// The curve between them.
    public let curve: Curve
    /// The value warm-up begins at; nil for no warm-up.
    public let warmUpFrom: Double?

    /// A schedule.
    public init(from start: Double, to end: Double, _ curve: Curve, warmUpFrom: Double? = nil) {
        self.start = start
        self.end = end
        self.curve = curve
        self.warmUpFrom = warmUpFrom
    }

    /// The value at a fraction of the way, without warm-up.
    ///
    /// - Parameter progress: 0 at the start, 1 at the end; more is held at the end.
    public func value(at progress: Double) -> Double {
        let progress = min(max(progress, 0), 1)
        switch curve {
        case .linear: return start + (end - start) * progress
        case .cosine: return end + (start - end) * 0.5 * (1 + cos(.pi * progress))
        }
    }

    /// The value at step `index` (counted from 0) of `total`, the first `warmUp` of them rising
    /// linearly from `warmUpFrom` to `start`.
    ///
    /// - Parameter offset: What is added to the index: the official trainer moves its learning
    ///   rate and weight decay on before the first step (1), its momentum after it (0).
    ///   Source: facebookresearch/ijepa, `schedulers.py`.
    public func value(at index: Int, of total: Int, warmUp: Int = 0, offset: Int = 0) -> Double {
        let step = Double(index + offset)
        guard let warmUpFrom, warmUp > 0 else { return value(at: step / Double(max(total, 1))) }
        if step < Double(warmUp) {
            return warmUpFrom + (start - warmUpFrom) * step / Double(warmUp)
        }
        return value(at: (step - Double(warmUp)) / Double(max(1, total - warmUp)))
    }
}
