public import JepaCore
public import JepaTensor

/// Another predictor once more, on other tokens: the projector of the second branch.
///
/// It computes with the weights of the predictor `of` names; the gradients of all branches add up.
/// Tokens `[R, K, D]` become `[R, T, E]`, as in a predictor that takes nothing but tokens and gives
/// `tokens`, such as `mlp`.
/// Source: the two branches of SimSiam, arXiv 2011.10566, and VICReg, arXiv 2105.04906.
public struct SharedPredictor: Predictor {
    public static let descriptor = StageDescriptor(
        name: "shared_predictor",
        summary: "Another predictor with the same weights, on other tokens; gradients add up.",
        source: "arXiv 2011.10566, arXiv 2105.04906",
        inputs: [Socket("tokens", .tokens, ["R", "K", "D"], help: "The tokens of this branch.")],
        outputs: [Socket("tokens", .tokens, ["R", "T", "E"], help: "What 'of' makes of them.")],
        parameters: [.stage("of", role: .predictor, help: "The predictor whose weights it has.")])

    private let original: any Predictor

    public init(parameters: StageParameters) throws {
        guard let original = parameters.stage("of") as? any Predictor else {
            throw parameters.error("'of' has to name a predictor", parameter: "of")
        }
        let other = type(of: original as any Stage).descriptor
        guard (other.inputs ?? Role.predictor.standardInputs).map(\.name) == ["tokens"],
            (other.outputs ?? Role.predictor.standardOutputs).map(\.name) == ["tokens"]
        else {
            throw parameters.error(
                "'of' names a '\(other.name)'; only a predictor that turns 'tokens' alone into "
                    + "'tokens' can be shared", parameter: "of")
        }
        self.original = original
    }

    public var properties: [String: StageProperty] { original.properties }
    public var dimensions: [String: Dimension] { original.dimensions }
    public var sharedWeights: [Weight] { original.weights + original.sharedWeights }
    public var stopsGradient: Bool { original.stopsGradient }
    public var couplesImages: Bool { original.couplesImages }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        try original.predict(inputs, on: tape)
    }

    public func multiplyAdds(for sizes: [String: Int]) -> Int { original.multiplyAdds(for: sizes) }
    public func dataMultiplyAdds(for sizes: [String: Int]) -> Int {
        original.dataMultiplyAdds(for: sizes)
    }
    public func keptNumbers(for sizes: [String: Int]) -> Int { original.keptNumbers(for: sizes) }
}
