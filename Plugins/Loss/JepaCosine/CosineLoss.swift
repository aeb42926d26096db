public import JepaCore
public import JepaTensor

/// The negative cosine of the angle between predictions and targets, `[R, K, D]` each, averaged
/// over all tokens: from -1, the same direction, to 1.
///
/// Gradients flow into both unless a `stop_gradient` stage stands before the targets.
/// Source: SimSiam, arXiv 2011.10566, equation 1.
public struct CosineLoss: Loss {
    public static let descriptor = StageDescriptor(
        name: "cosine",
        summary: "Negative cosine similarity of predictions and targets, averaged over tokens.",
        source: "arXiv 2011.10566, equation 1")

    public init(parameters: StageParameters) throws {}

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.scale(
            tape.cosineSimilarity(inputs.variable("predictions"), inputs.variable("targets")),
            by: -1)
    }
}
