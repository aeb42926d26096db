/// The operations of one forward pass, in order, each with its way back.
///
/// A step is a few hundred coarse operations, so the tape is a plain array of closures. What an
/// operation needs on the way back is captured by its closure and freed as soon as that has run.
public final class Tape {
    private struct Node {
        let slot: GradientSlot
        let backward: (Tensor) -> Void
    }

    private var nodes: [Node] = []
    /// Whether operations are recorded; without, nothing is kept and no gradient flows.
    public let isRecording: Bool
    /// How the operands of matrix products are rounded, forward and backward.
    public let precision: Precision

    /// An empty tape. Traps if this processor cannot compute with the precision.
    public init(recording: Bool = true, precision: Precision = .float32) {
        precondition(precision.isAvailable, "this processor has no instructions for \(precision)")
        isRecording = recording
        self.precision = precision
    }

    /// The number of operations recorded.
    public var count: Int { nodes.count }

    /// Whether an operation on these inputs has to keep what its backward pass needs.
    public func keeps(_ inputs: Variable?..., weights: [Weight?] = []) -> Bool {
        isRecording
            && (inputs.contains { $0?.requiresGradient == true }
                || weights.contains { $0?.isTrainable == true })
    }

    /// Adds an operation.
    ///
    /// - Parameters:
    ///   - value: The result of the forward pass.
    ///   - keeps: What `keeps(_:weights:)` said of the inputs.
    ///   - backward: Takes the gradient of `value` and passes contributions to the inputs with
    ///     `Variable.accumulate` and `Weight.accumulate`.
    public func record(
        _ value: Tensor, keeps: Bool, backward: @escaping (Tensor) -> Void
    ) -> Variable {
        record(value, keeps: keeps, recall: nil, backward: backward)
    }

    /// The same, for a result that the backward passes of others compute again with `recall`
    /// instead of keeping it; `recall` is called only before this operation's own `backward`.
    func record(
        _ value: Tensor, keeps: Bool, recall: (() -> Tensor)?,
        backward: @escaping (Tensor) -> Void
    ) -> Variable {
        guard keeps else { return Variable(value) }
        let slot = GradientSlot(count: value.count)
        nodes.append(Node(slot: slot, backward: backward))
        return Variable(value, slot: slot, recall: recall)
    }

    /// Runs all operations backwards from scalar results and empties the tape.
    ///
    /// - Parameter losses: The scalars to differentiate, each with the factor it enters with.
    public func backward(from losses: [(loss: Variable, weight: Float)]) {
        for (loss, weight) in losses {
            loss.accumulate(Tensor(repeating: weight, shape: loss.shape))
        }
        while let node = nodes.popLast() {
            if let gradient = node.slot.take() { node.backward(gradient) }
        }
    }
}
