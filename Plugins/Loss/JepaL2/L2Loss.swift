public import JepaCore
public import JepaTensor

/// The mean squared difference of predictions and targets, `[R, K, D]` each.
///
/// The paper sums over the width of a token and averages over tokens; averaging over everything
/// differs by the constant factor `D`, which AdamW does not notice.
/// Source: I-JEPA, section 3, "Loss".
public struct L2Loss: Loss {
    public static let descriptor = StageDescriptor(
        name: "l2",
        summary: "Squared L2 distance of predictions to targets, averaged over everything.",
        source: "arXiv 2301.08243, section 3",
        parameters: [
            .boolean(
                "normalize_targets", default: true,
                help: "Puts each target token through LayerNorm without affine first.")
        ])

    private let normalizeTargets: Bool

    public init(parameters: StageParameters) throws {
        normalizeTargets = parameters.boolean("normalize_targets")
    }

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.squaredError(inputs.variable("predictions"), targets(inputs, on: tape))
    }

    public func comparedTargets(_ inputs: StageInputs, on tape: Tape) throws -> Variable? {
        targets(inputs, on: tape)
    }

    private func targets(_ inputs: StageInputs, on tape: Tape) -> Variable {
        let targets = inputs.variable("targets")
        guard normalizeTargets else { return targets }
        return tape.layerNorm(targets, weight: nil, bias: nil, epsilon: 1e-5)
    }
}
