public import JepaTensor

/// Multi-head attention with its two linear maps, and the residual connection around it.
public struct Attention {
    /// `D -> 3D`: queries, keys, values, each head after head.
    public let qkv: Linear
    /// `D -> D`
    public let projection: Linear
    /// A divisor of D.
    public let heads: Int
    private let width: Int

    /// Describes the weights `name.qkv.*` and `name.proj.*`.
    ///
    /// - Parameter projectionDeviation: Initial deviation of the map to the residual stream.
    public init(
        _ name: String, width: Int, heads: Int, qkvBias: Bool = true, deviation: Float = 0.02,
        projectionDeviation: Float = 0.02, isTrainable: Bool = true
    ) {
        precondition(width % heads == 0, "\(heads) heads do not divide the width \(width)")
        qkv = Linear(
            "\(name).qkv", inputs: width, outputs: 3 * width, hasBias: qkvBias,
            deviation: deviation, isTrainable: isTrainable)
        projection = Linear(
            "\(name).proj", inputs: width, outputs: width, deviation: projectionDeviation,
            isTrainable: isTrainable)
        self.heads = heads
        self.width = width
    }

    /// In the official order.
    public var weights: [Weight] { qkv.weights + projection.weights }

    /// Attention of all tokens to all tokens of a row, plus `residual`; `[R, N, D]` throughout.
    public func callAsFunction(_ x: Variable, residual: Variable?, on tape: Tape) -> Variable {
        attend(qkv: qkv(x, on: tape), residual: residual, on: tape)
    }

    /// The same from queries, keys and values `[R, N, 3D]` that are there already.
    func attend(qkv: Variable, residual: Variable?, on tape: Tape) -> Variable {
        projection(tape.attention(qkv: qkv, heads: heads), on: tape, residual: residual)
    }

    /// Attention of some tokens to all tokens of their image, plus `residual`.
    ///
    /// - Parameters:
    ///   - queries: `[M*B, K, D]`; row `m*B + b` belongs to image b.
    ///   - x: `[B, N, D]`
    ///   - residual: `[M*B, K, D]`
    public func callAsFunction(
        queries: Variable, to x: Variable, residual: Variable?, on tape: Tape
    ) -> Variable {
        let keysValues = qkv(x, on: tape, outputs: width..<3 * width)
        let queries = qkv(queries, on: tape, outputs: 0..<width)
        return projection(
            tape.attention(queries: queries, keysValues: keysValues, heads: heads), on: tape,
            residual: residual)
    }
}
