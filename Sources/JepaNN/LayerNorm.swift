public import JepaTensor

/// Normalisation over the last axis with a learned scale and shift.
public struct LayerNorm {
    /// The scale, `[D]`.
    public let weight: Weight
    /// The shift, `[D]`.
    public let bias: Weight
    /// Added to the variance; 1e-6 in the official networks.
    public let epsilon: Float

    /// Describes the weights `name.weight` and `name.bias`.
    public init(_ name: String, width: Int, epsilon: Float = 1e-6, isTrainable: Bool = true) {
        weight = Weight(
            "\(name).weight", shape: [width], initial: .constant(1), isTrainable: isTrainable)
        bias = Weight(
            "\(name).bias", shape: [width], initial: .constant(0), isTrainable: isTrainable)
        self.epsilon = epsilon
    }

    /// Weight, then bias.
    public var weights: [Weight] { [weight, bias] }

    /// `[..., D]` to `[..., D]`.
    public func callAsFunction(_ x: Variable, on tape: Tape) -> Variable {
        tape.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
    }
}
