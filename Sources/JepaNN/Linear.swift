public import JepaTensor

/// `x weight^T + bias`.
public struct Linear {
    /// `[out, in]`
    public let weight: Weight
    /// `[out]`
    public let bias: Weight?

    /// Describes the weights `name.weight` and `name.bias`.
    ///
    /// - Parameter deviation: Of the truncated normal distribution the weight is drawn from.
    public init(
        _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, deviation: Float = 0.02,
        isTrainable: Bool = true
    ) {
        weight = Weight(
            "\(name).weight", shape: [outputs, inputs],
            initial: .truncatedNormal(deviation: deviation), isTrainable: isTrainable)
        bias =
            hasBias
            ? Weight(
                "\(name).bias", shape: [outputs], initial: .constant(0), isTrainable: isTrainable)
            : nil
    }

    /// Weight, then bias.
    public var weights: [Weight] { [weight] + (bias.map { [$0] } ?? []) }

    /// `activation(x weight^T + bias) + residual`, `[..., in]` to `[..., out]`.
    ///
    /// - Parameter outputs: The outputs to compute; all by default.
    public func callAsFunction(
        _ x: Variable, on tape: Tape, activation: Activation = .none, residual: Variable? = nil,
        outputs: Range<Int>? = nil
    ) -> Variable {
        tape.linear(
            x, weight: weight, bias: bias, activation: activation, residual: residual,
            outputs: outputs)
    }
}
