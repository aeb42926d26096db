public import JepaCore
public import JepaTensor

/// Predicts every target token as a linear map of the token of the first context patch: just
/// enough to have a gradient everywhere.
public final class ToyPredictor: Predictor {
    public static let descriptor = StageDescriptor(
        name: "toy_predictor", summary: "A linear map of the first context token.",
        links: [.init("width", from: "width", of: "tokens", help: "The length of a token.")])

    public let weights: [Weight]

    public init(parameters: StageParameters) throws {
        let width = parameters.linkedInteger("width")
        weights = [
            Weight(
                "weight", shape: [width, width], initial: .truncatedNormal(deviation: 0.5)),
            Weight("bias", shape: [width], initial: .constant(0)),
        ]
    }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let targets = inputs.mask("targets")
        let batch = inputs.variable("tokens").shape[0]
        let first = tape.tokens(0..<1, of: inputs.variable("tokens"))
        let mapped = tape.linear(first, weight: weights[0], bias: weights[1])
        // The same prediction for every target patch of an image.
        let zeros = [Int32](repeating: 0, count: targets.blocks * batch * targets.kept)
        return tape.gather(
            mapped,
            PatchIndices(
                blocks: targets.blocks, batch: batch, kept: targets.kept, values: zeros))
    }
}
