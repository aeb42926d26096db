public import JepaTensor

/// A pre-norm transformer block: `y = x + attention(norm1(x))`, then `y + mlp(norm2(y))`.
public struct TransformerBlock {
    /// Before attention.
    public let norm1: LayerNorm
    /// Across tokens.
    public let attention: Attention
    /// Before the MLP.
    public let norm2: LayerNorm
    /// Within a token.
    public let mlp: Mlp

    /// Describes the weights of block `index`, from 0, under `name`: `name.norm1.weight`, …
    ///
    /// - Parameter scalesByDepth: Whether the maps that write to the residual stream start smaller
    ///   by `sqrt(2 (index + 1))`.
    public init(
        _ name: String, index: Int, width: Int, heads: Int, mlpWidth: Int, qkvBias: Bool = true,
        deviation: Float = 0.02, scalesByDepth: Bool = false, isTrainable: Bool = true
    ) {
        let projectionDeviation =
            scalesByDepth ? deviation / (2 * Float(index + 1)).squareRoot() : deviation
        norm1 = LayerNorm("\(name).norm1", width: width, isTrainable: isTrainable)
        attention = Attention(
            "\(name).attn", width: width, heads: heads, qkvBias: qkvBias,
            deviation: deviation, projectionDeviation: projectionDeviation,
            isTrainable: isTrainable)
        norm2 = LayerNorm("\(name).norm2", width: width, isTrainable: isTrainable)
        mlp = Mlp(
            "\(name).mlp", width: width, hidden: mlpWidth,
            deviation: deviation, projectionDeviation: projectionDeviation,
            isTrainable: isTrainable)
    }

    /// In the official order.
    public var weights: [Weight] {
        norm1.weights + attention.weights + norm2.weights + mlp.weights
    }

    /// `[R, N, D]` to `[R, N, D]`.
    ///
    /// - Parameter traceAttention: Gets what attention adds to x.
    public func callAsFunction(
        _ x: Variable, on tape: Tape, traceAttention: ((Tensor) -> Void)? = nil
    ) -> Variable {
        guard let traceAttention else {
            return finish(attention(norm1(x, on: tape), residual: x, on: tape), on: tape)
        }
        let change = attention(norm1(x, on: tape), residual: nil, on: tape)
        traceAttention(change.value)
        return finish(tape.add(x, change), on: tape)
    }

    /// The block's results for some tokens only; all tokens are attended to, so these are the
    /// same numbers.
    ///
    /// - Parameters:
    ///   - some: `[M*B, K, D]`: tokens of x; row `m*B + b` belongs to image b.
    ///   - x: `[B, N, D]`
    /// - Returns: `[M*B, K, D]`
    public func callAsFunction(only some: Variable, of x: Variable, on tape: Tape) -> Variable {
        let change = attention(
            queries: norm1(some, on: tape), to: norm1(x, on: tape), residual: some, on: tape)
        return finish(change, on: tape)
    }

    /// The block's results for rows that share tokens: norm and qkv of those are computed once.
    ///
    /// - Parameters:
    ///   - shared: `[B, K, D]`: the first tokens of every row of image b.
    ///   - table: `[1, N, D]`: what the other tokens are taken from.
    ///   - indices: `[M, B, L]`: which tokens of the table follow in row `m*B + b`.
    /// - Returns: `[M*B, K + L, D]`
    public func callAsFunction(
        shared: Variable, table: Variable, indices: PatchIndices, on tape: Tape
    ) -> Variable {
        let all = PatchIndices(
            blocks: indices.blocks * indices.batch, batch: 1, kept: indices.kept,
            values: indices.values)
        let tableQKV = attention.qkv(norm1(table, on: tape), on: tape)
        let qkv = tape.concatenate(
            attention.qkv(norm1(shared, on: tape), on: tape), tape.gather(tableQKV, all))
        let x = tape.concatenate(shared, tape.gather(table, all))
        return finish(attention.attend(qkv: qkv, residual: x, on: tape), on: tape)
    }

    /// Multiply-adds of one forward pass over a row of tokens, by the plain arithmetic.
    public static func multiplyAdds(tokens: Int, width: Int, mlpWidth: Int) -> Int {
        tokens * width * (4 * width + 2 * mlpWidth) + 2 * tokens * tokens * width
    }

    /// Numbers kept for the way back per token: the input, qkv, attention's result, the sum after
    /// it, and the hidden layer.
    public static func keptNumbers(width: Int, mlpWidth: Int) -> Int { 6 * width + mlpWidth }

    private func finish(_ y: Variable, on tape: Tape) -> Variable {
        mlp(norm2(y, on: tape), residual: y, on: tape)
    }
}
