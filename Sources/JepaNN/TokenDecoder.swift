public import JepaTensor

/// Turns a token back into the pixels of its patch, for looking at tokens.
///
/// A residual MLP on each token by itself, `D -> hidden -> hidden -> pixels`: what it shows of a
/// patch can only have been in the token of that patch.
///
/// Source: in the spirit of the decoders of I-JEPA, section 5 and figure 6, which are generative
/// and see all tokens of a block at once.
public final class TokenDecoder {
    /// D, the width of the tokens.
    public let inputs: Int
    /// The width of the hidden layers.
    public let hidden: Int
    /// The values of a patch: channels times its pixels.
    public let outputs: Int
    private let first: Linear
    private let norm: LayerNorm
    private let mlp: Mlp
    private let last: Linear

    /// Describes the network; nothing is allocated.
    public init(inputs: Int, hidden: Int, outputs: Int) {
        self.inputs = inputs
        self.hidden = hidden
        self.outputs = outputs
        // Some three times wider than in a transformer, since there is so little depth.
        first = Linear("first", inputs: inputs, outputs: hidden, deviation: 0.05)
        norm = LayerNorm("norm", width: hidden)
        mlp = Mlp("mlp", width: hidden, hidden: hidden, deviation: 0.05, projectionDeviation: 0.05)
        last = Linear("last", inputs: hidden, outputs: outputs, deviation: 0.02)
    }

    /// In the order of the computation.
    public var weights: [Weight] {
        first.weights + norm.weights + mlp.weights + last.weights
    }

    /// `[..., D]` to `[..., outputs]`: the pixels of each patch, row by row, channels last.
    public func forward(_ tokens: Variable, on tape: Tape) -> Variable {
        let wide = first(tokens, on: tape, activation: .gelu)
        return last(mlp(norm(wide, on: tape), residual: wide, on: tape), on: tape)
    }
}
