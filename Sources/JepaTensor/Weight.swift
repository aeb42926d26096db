import CKernels

/// A named tensor of a network: what training changes, or what a stage keeps between steps.
///
/// A weight is described first and given memory later, so that a network of any size can be
/// assembled, checked and counted before anything is allocated.
public final class Weight {
    /// How the elements are drawn.
    public enum Initial: Equatable, Sendable {
        /// The same value everywhere.
        case constant(Float)
        /// A normal distribution of mean 0 cut at plus and minus 2 (absolute, not standard
        /// deviations), as `torch.nn.init.trunc_normal_` draws it.
        case truncatedNormal(deviation: Float)
    }

    /// The name within its stage, in the official code's spelling: `blocks.0.attn.qkv.weight`.
    public let name: String
    /// The length of each axis.
    public let shape: [Int]
    /// How the elements are drawn when the weight is materialised.
    public let initial: Initial
    /// Whether an optimizer may change it; a stage that moves its weights by a rule of its own
    /// switches this off before training.
    public var isTrainable: Bool
    private var storedValue: Tensor?
    /// The sum of the gradients since `clearGradient`; nil where none arrived.
    public private(set) var gradient: Tensor?

    /// Describes a weight without allocating it.
    public init(_ name: String, shape: [Int], initial: Initial, isTrainable: Bool = true) {
        self.name = name
        self.shape = shape
        self.initial = initial
        self.isTrainable = isTrainable
    }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Whether the weight has memory.
    public var isMaterialised: Bool { storedValue != nil }

    /// The elements. Traps if the weight has not been materialised.
    public var value: Tensor {
        get {
            guard let storedValue else { fatalError("weight '\(name)' has not been materialised") }
            return storedValue
        }
        set {
            precondition(
                newValue.shape == shape,
                "weight '\(name)' has the shape \(shape), not \(newValue.shape)")
            storedValue = newValue
        }
    }

    /// Allocates the weight and draws its elements.
    ///
    /// - Parameter key: Names the random sequence; the same key gives the same elements.
    public func materialise(key: UInt64) {
        switch initial {
        case .constant(let constant): storedValue = Tensor(repeating: constant, shape: shape)
        case .truncatedNormal(let deviation):
            let tensor = Tensor(uninitialized: shape)
            parallelElements(count) { part in
                jk_fill_truncated_normal(
                    tensor.mutablePointer + part.lowerBound, part.lowerBound, part.count, deviation,
                    key)
            }
            storedValue = tensor
        }
    }

    /// Adds to the gradient through a kernel that can accumulate: `body` gets the place and
    /// whether it must add to what is there (true) or overwrite it (false).
    public func accumulate(_ body: (UnsafeMutablePointer<Float>, _ adds: Bool) -> Void) {
        guard isTrainable else { return }
        if let gradient {
            body(gradient.mutablePointer, true)
        } else {
            let fresh = Tensor(uninitialized: shape)
            body(fresh.mutablePointer, false)
            gradient = fresh
        }
    }

    /// The same for a part of the elements, in row-major order.
    func accumulate(
        elements: Range<Int>, _ body: (UnsafeMutablePointer<Float>, _ adds: Bool) -> Void
    ) {
        guard elements.count != count else { return accumulate(body) }
        accumulate { place, adds in
            if !adds { jk_fill(place, 0, count) }
            body(place + elements.lowerBound, true)
        }
    }

    /// Forgets the gradient; its memory goes back to the pool.
    public func clearGradient() { gradient = nil }
}
