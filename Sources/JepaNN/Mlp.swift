public import JepaTensor

/// Two linear maps with a GELU between them, and the residual connection around them.
public struct Mlp {
    /// `D -> hidden`
    public let first: Linear
    /// `hidden -> D`
    public let second: Linear

    /// Describes the weights `name.fc1.*` and `name.fc2.*`.
    ///
    /// - Parameter projectionDeviation: Initial deviation of the map to the residual stream.
    public init(
        _ name: String, width: Int, hidden: Int, deviation: Float = 0.02,
        projectionDeviation: Float = 0.02, isTrainable: Bool = true
    ) {
        first = Linear(
            "\(name).fc1", inputs: width, outputs: hidden, deviation: deviation,
            isTrainable: isTrainable)
        second = Linear(
            "\(name).fc2", inputs: hidden, outputs: width, deviation: projectionDeviation,
            isTrainable: isTrainable)
    }

    /// In the official order.
    public var weights: [Weight] { first.weights + second.weights }

    /// `[..., D]` to `[..., D]`.
    public func callAsFunction(_ x: Variable, residual: Variable?, on tape: Tape) -> Variable {
        tape.mlp(
            x, first: first.weight, firstBias: first.bias, second: second.weight,
            secondBias: second.bias, residual: residual)
    }
}
