public import JepaCore
public import JepaTensor

/// Tokens as they are, with no gradient back to where they come from.
///
/// `tokens [R, K, D]` to `tokens [R, K, D]`. Whatever depends on them takes them for constants;
/// other stages wired to the same tokens still pass their gradients back.
/// Source: SimSiam, arXiv 2011.10566, section 3: without it the embeddings collapse.
public struct StopGradient: Predictor {
    public static let descriptor = StageDescriptor(
        name: "stop_gradient",
        summary: "Passes tokens on and no gradient back.",
        source: "arXiv 2011.10566, section 3",
        inputs: [
            Socket("tokens", .tokens, ["R", "K", "D"], help: "The tokens to take for constants.")
        ],
        outputs: [Socket("tokens", .tokens, ["R", "K", "D"], help: "The same tokens.")])

    public init(parameters: StageParameters) throws {}

    public var stopsGradient: Bool { true }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        Variable(inputs.variable("tokens").value)
    }
}
