public import JepaCore
public import JepaTensor

/// Maps every token by itself: what stands for a predictor that another stage names.
///
/// `tokens [R, K, D]` to `tokens [R, T, E]` of the same size.
public final class ToyProjector: Predictor {
    public static let descriptor = StageDescriptor(
        name: "toy_projector", summary: "A linear map of every token.",
        inputs: [Socket("tokens", .tokens, ["R", "K", "D"], help: "The tokens to map.")],
        outputs: [Socket("tokens", .tokens, ["R", "T", "E"], help: "As many tokens.")],
        links: [.init("width", from: "width", of: "tokens", help: "The length of a token.")])

    public let weights: [Weight]

    public init(parameters: StageParameters) throws {
        let width = parameters.linkedInteger("width")
        weights = [
            Weight("weight", shape: [width, width], initial: .truncatedNormal(deviation: 0.5)),
            Weight("bias", shape: [width], initial: .constant(0)),
        ]
    }

    public var dimensions: [String: Dimension] { ["T": "K", "E": "D"] }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.linear(inputs.variable("tokens"), weight: weights[0], bias: weights[1])
    }
}
