public import JepaCore
public import JepaTensor

/// The mean of `d^2 / (2 beta)` where `|d| < beta`, of `|d| - beta / 2` elsewhere.
///
/// Takes predictions and targets `[R, K, D]`. No gradient flows into the targets of an encoder
/// that is not trained.
/// Source: the official code of I-JEPA, which differs from the paper's squared L2 here.
public struct SmoothL1Loss: Loss {
    public static let descriptor = StageDescriptor(
        name: "smooth_l1",
        summary: "Smooth L1 distance of predictions to targets, averaged over everything.",
        source: "facebookresearch/ijepa, train.py",
        parameters: [
            .real(
                "beta", in: 1e-6...1e6, default: 1,
                help: "Where the square turns into a straight line."),
            .boolean(
                "normalize_targets", default: true,
                help: "Puts each target token through LayerNorm without affine first."),
        ])

    private let beta: Float
    private let normalizeTargets: Bool

    public init(parameters: StageParameters) throws {
        beta = Float(parameters.real("beta"))
        normalizeTargets = parameters.boolean("normalize_targets")
    }

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.smoothL1(inputs.variable("predictions"), targets(inputs, on: tape), beta: beta)
    }

    public func comparedTargets(_ inputs: StageInputs, on tape: Tape) throws -> Variable? {
        targets(inputs, on: tape)
    }

    private func targets(_ inputs: StageInputs, on tape: Tape) -> Variable {
        let targets = inputs.variable("targets")
        guard normalizeTargets else { return targets }
        // LayerNorm works token by token, so it may come after the gathering of tokens. Its
        // epsilon is the default of torch.nn.functional.layer_norm, not that of the networks.
        return tape.layerNorm(targets, weight: nil, bias: nil, epsilon: 1e-5)
    }
}
