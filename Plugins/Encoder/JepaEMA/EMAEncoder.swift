public import JepaCore
public import JepaTensor

/// An encoder that follows another one slowly and is never trained: the target encoder.
///
/// It has the shape of the encoder it follows and starts as its copy; after every update
/// `weight = m * weight + (1 - m) * followed`, on all parameters. The momentum `m` goes linearly
/// from its first to its last value over the steps of the schedule. Takes and gives what the
/// followed encoder does; nothing is recorded for a backward pass.
///
/// With `mask_at: input` the masks of `gather [M, B, K]` choose what the network sees, one target
/// block at a time, and not which of the tokens of all patches it gives: `[M*B, K, D]` still, but
/// no token has seen anything outside its block.
/// Source: I-JEPA, section 3, "Targets"; its ablation of where the target encoder is masked.
public final class EMAEncoder: Encoder {
    public static let descriptor = StageDescriptor(
        name: "ema",
        summary: "A copy of an encoder that follows its weights as an exponential moving average.",
        source: "arXiv 2301.08243, section 3",
        parameters: [
            .stage("of", role: .encoder, help: "The encoder to follow."),
            .pair(
                "momentum", in: 0...1, default: (0.996, 1.0),
                help: "The share of its own weights it keeps per step, from the first to the last."),
            .choice(
                "mask_at", of: MaskedPlace.self, default: .output,
                help: "What 'gather' masks: the output, whose tokens have seen the whole image, or "
                    + "the input, so that a target block sees only itself."),
        ])

    /// What the masks of `gather` choose from.
    private enum MaskedPlace: String, CaseIterable {
        case output
        case input
    }

    private let replica: any Encoder
    private let followed: any Encoder
    private let momentum: Schedule
    private let masksInput: Bool

    public init(parameters: StageParameters) throws {
        masksInput = parameters.choice("mask_at", as: MaskedPlace.self) == .input
        if masksInput && !parameters.isConnected("gather") {
            throw parameters.error(
                "'mask_at' is 'input', but 'gather', which has the masks, is open",
                parameter: "mask_at")
        }
        guard let followed = parameters.stage("of") as? any Encoder,
            let replica = try parameters.replica(
                of: "of", connecting: masksInput ? ["images", "keep"] : nil) as? any Encoder
        else { throw parameters.error("'of' has to name an encoder", parameter: "of") }
        if followed.weights.isEmpty {
            throw parameters.error("'of' names an encoder without weights", parameter: "of")
        }
        for weight in replica.weights { weight.isTrainable = false }
        self.followed = followed
        self.replica = replica
        let (first, last) = parameters.pair("momentum")
        momentum = Schedule(from: first, to: last, .linear)
    }

    public var properties: [String: StageProperty] { replica.properties }
    public var dimensions: [String: Dimension] {
        var dimensions = replica.dimensions
        if masksInput { dimensions["R"] = "M*B" }
        return dimensions
    }
    public var weights: [Weight] { replica.weights }

    public func prepare() throws {
        for (own, source) in zip(replica.weights, followed.weights) {
            own.value = source.value.copy()
        }
    }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        guard masksInput, let blocks = inputs.optionalMask("gather") else {
            return try replica.encode(inputs, on: tape)
        }
        // Row m*B + b of the images repeated is image b, as it is row m*B + b of the masks.
        let images = tape.repeatBatch(inputs.variable("images"), times: blocks.blocks)
        let kept = PatchIndices(
            blocks: 1, batch: blocks.blocks * blocks.batch, kept: blocks.kept,
            values: blocks.values)
        return try replica.encode(
            inputs.replacing(["images": .variable(images), "keep": .mask(kept)]), on: tape)
    }

    public func afterUpdate(_ step: StepInfo) throws -> [Figure] {
        // The official trainer rounds the length of the other two schedules, not of this one.
        let momentum = momentum.value(at: Double(step.index) / max(step.exactTotal, 1))
        for (own, source) in zip(replica.weights, followed.weights) {
            emaUpdate(target: own.value, source: source.value, momentum: momentum)
        }
        return [Figure("momentum", momentum)]
    }

    public func multiplyAdds(for sizes: [String: Int]) -> Int {
        guard masksInput else { return replica.multiplyAdds(for: sizes) }
        var sizes = sizes
        sizes["B"] = (sizes["M"] ?? 1) * (sizes["B"] ?? 1)
        return replica.multiplyAdds(for: sizes)
    }
}
