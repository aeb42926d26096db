public import JepaCore
public import JepaTensor

/// The mean squared distance of predictions and targets.
public struct ToyLoss: Loss {
    public static let descriptor = StageDescriptor(
        name: "toy_loss", summary: "The mean squared distance.")

    public init(parameters: StageParameters) throws {}

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.squaredError(inputs.variable("predictions"), inputs.variable("targets"))
    }

    public func comparedTargets(_ inputs: StageInputs, on tape: Tape) throws -> Variable? {
        inputs.variable("targets")
    }
}
