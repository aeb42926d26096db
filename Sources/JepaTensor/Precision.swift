import CKernels

/// How the operands of the matrix products of a tape's operations are rounded.
///
/// Everything else is float32 with either: the sums of the products, weights, gradients,
/// statistics, softmax and the optimizer. With `bf16` both operands of a product are rounded to
/// nearest on the way into it, forward and backward: linear maps, the patch embedding, and in
/// attention queries with keys and probabilities with values.
public enum Precision: String, CaseIterable, Codable, Sendable {
    /// Not at all.
    case float32
    /// To bfloat16: the exponent of float32 and 8 bits of its significand.
    case bf16

    /// Whether this processor has instructions for such products.
    public var isAvailable: Bool { self == .float32 || jk_multiplies_bf16() }

    /// The library that computes such products, in builds with the trait of its name; nil for our
    /// own kernel, or for OpenBLAS at levels that have none.
    public var library: String? {
        self == .bf16 ? jk_bf16_library().map { String(cString: $0) } : nil
    }
}
