/// A value on the tape, with the gradient that flows back to it.
public final class Variable {
    /// What was computed.
    public let value: Tensor
    /// Collects the gradient; nil where nothing upstream of this value is being trained.
    let slot: GradientSlot?
    /// The value once more for a backward pass: kept where it is dear, computed again from what
    /// is kept anyway where it is cheap.
    let recall: () -> Tensor

    /// A value that no operation made: an image batch, a constant, an input under test.
    ///
    /// - Parameter requiresGradient: Whether `receivedGradient` is wanted after the backward pass.
    public init(_ value: Tensor, requiresGradient: Bool = false) {
        self.value = value
        slot = requiresGradient ? GradientSlot(count: value.count) : nil
        recall = { value }
    }

    init(_ value: Tensor, slot: GradientSlot?, recall: (() -> Tensor)?) {
        self.value = value
        self.slot = slot
        self.recall = recall ?? { value }
    }

    /// The shape of the value.
    public var shape: [Int] { value.shape }

    /// Whether anything upstream of this value is being trained.
    public var requiresGradient: Bool { slot != nil }

    /// The gradient of a leaf after the backward pass; nil where none arrived.
    public var receivedGradient: Tensor? { slot?.gradient }

    /// Adds to the gradient of this value; the first contribution is taken over without a copy.
    public func accumulate(_ contribution: Tensor) { slot?.accumulate(contribution) }
}
