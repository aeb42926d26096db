import CKernels

/// A value on the tape, with the gradient that flows back to it.
public final class Variable {
    /// What was computed.
    public let value: Tensor
    /// Whether anything upstream of this value is being trained.
    public let requiresGradient: Bool
    private(set) var gradient: Tensor?

    /// A value that no operation made: an image batch, a constant, an input under test.
    ///
    /// - Parameter requiresGradient: Whether `gradient` is wanted after the backward pass.
    public init(_ value: Tensor, requiresGradient: Bool = false) {
        self.value = value
        self.requiresGradient = requiresGradient
    }

    /// The shape of the value.
    public var shape: [Int] { value.shape }

    /// The gradient of a leaf after the backward pass; nil where none arrived.
    public var receivedGradient: Tensor? { gradient }

    /// Adds to the gradient of this value; the first contribution is taken over without a copy.
    public func accumulate(_ contribution: Tensor) {
        guard requiresGradient else { return }
        precondition(
            contribution.count == value.count,
            "a gradient of shape \(contribution.shape) arrived at a value of shape \(value.shape)")
        guard var sum = gradient else {
            gradient = contribution
            return
        }
        gradient = nil
        sum.makeUnique()
        jk_add(sum.mutablePointer, contribution.pointer, sum.count)
        gradient = sum
    }

    /// Hands the gradient over and forgets it.
    func takeGradient() -> Tensor? {
        defer { gradient = nil }
        return gradient
    }
}
