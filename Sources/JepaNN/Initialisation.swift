/// How the linear weights of a transformer are drawn.
///
/// Biases are 0 and norms 1 and 0 in any case.
public struct Initialisation: Equatable, Sendable {
    /// The standard deviation of the truncated normal distribution.
    public var deviation: Float
    /// Whether the maps that write to the residual stream, `attn.proj` and `mlp.fc2` of block
    /// `i` counted from 1, are divided by `sqrt(2 i)`.
    ///
    /// The official code divides, but its trainer draws all linear layers again afterwards, which
    /// undoes it; the paper is silent.
    public var dividesByDepth: Bool

    /// The official deviation, with the division that its code writes down.
    public init(deviation: Float = 0.02, dividesByDepth: Bool = true) {
        self.deviation = deviation
        self.dividesByDepth = dividesByDepth
    }

    /// The deviation in the maps that write to the residual stream of block `index`, from 0.
    func residualDeviation(block index: Int) -> Float {
        dividesByDepth ? deviation / (2 * Float(index + 1)).squareRoot() : deviation
    }
}
