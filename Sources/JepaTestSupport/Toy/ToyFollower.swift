public import JepaCore
public import JepaTensor

/// A copy of another encoder that moves a tenth of the way to it after every step.
public final class ToyFollower: Encoder {
    public static let descriptor = StageDescriptor(
        name: "toy_follower", summary: "A slow copy of another encoder.",
        parameters: [.stage("of", role: .encoder, help: "The encoder to follow.")])

    private let replica: any Encoder
    private let followed: any Stage

    public init(parameters: StageParameters) throws {
        followed = parameters.stage("of")
        guard let replica = try parameters.replica(of: "of") as? any Encoder else {
            throw parameters.error("'of' has to name an encoder", parameter: "of")
        }
        for weight in replica.weights { weight.isTrainable = false }
        self.replica = replica
    }

    public var properties: [String: StageProperty] { replica.properties }
    public var dimensions: [String: Dimension] { replica.dimensions }
    public var weights: [Weight] { replica.weights }

    public func prepare() throws {
        for (own, source) in zip(weights, followed.weights) { own.value = source.value.copy() }
    }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        try replica.encode(inputs, on: tape)
    }

    public func afterUpdate(_ step: StepInfo) throws -> [Figure] {
        for (own, source) in zip(weights, followed.weights) {
            emaUpdate(target: own.value, source: source.value, momentum: 0.9)
        }
        return [Figure("momentum", 0.9)]
    }
}
