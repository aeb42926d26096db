public import JepaTensor

/// What arrives at the sockets of a stage in one step.
public struct StageInputs {
    /// What an edge carries.
    public enum Value {
        /// Images, tokens or a scalar.
        case variable(Variable)
        /// Patches that are kept.
        case mask(PatchIndices)
        /// Classes, -1 where unknown.
        case labels([Int32])
    }

    private let values: [String: Value]
    /// Where training stands; nil in an evaluation.
    public let step: StepInfo?
    /// Random numbers of this stage and step, the same for each part of a batch that is computed
    /// in parts: what an image is to have of its own comes from
    /// `random.forSample(firstImage + b)`.
    public let random: StageRandom
    /// The place in the batch of the first of these images; 0 unless the batch is computed in parts.
    public let firstImage: Int

    /// Receives intermediate results by name, to compare with another implementation; nil unless
    /// somebody looks.
    public let trace: ((_ name: String, _ value: Tensor) -> Void)?

    /// The inputs of a call.
    public init(
        _ values: [String: Value], step: StepInfo? = nil,
        random: StageRandom = StageRandom(seed: 0, purpose: ""), firstImage: Int = 0,
        trace: ((_ name: String, _ value: Tensor) -> Void)? = nil
    ) {
        self.values = values
        self.step = step
        self.random = random
        self.firstImage = firstImage
        self.trace = trace
    }

    /// The same call with other values at the sockets.
    public func replacing(_ values: [String: Value]) -> StageInputs {
        StageInputs(values, step: step, random: random, firstImage: firstImage, trace: trace)
    }

    /// Images, tokens or a scalar at a socket that is wired.
    public func variable(_ socket: String) -> Variable {
        guard let value = optionalVariable(socket) else {
            fatalError("nothing arrives at the socket '\(socket)'")
        }
        return value
    }

    /// Images, tokens or a scalar at a socket that may be open.
    public func optionalVariable(_ socket: String) -> Variable? {
        guard let arrived = values[socket] else { return nil }
        guard case .variable(let value) = arrived else {
            fatalError("no images, tokens or scalar arrive at the socket '\(socket)'")
        }
        return value
    }

    /// A mask at a socket that is wired.
    public func mask(_ socket: String) -> PatchIndices {
        guard let value = optionalMask(socket) else {
            fatalError("no mask arrives at the socket '\(socket)'")
        }
        return value
    }

    /// A mask at a socket that may be open.
    public func optionalMask(_ socket: String) -> PatchIndices? {
        guard let arrived = values[socket] else { return nil }
        guard case .mask(let value) = arrived else {
            fatalError("no mask arrives at the socket '\(socket)'")
        }
        return value
    }

    /// The labels at a socket that is wired.
    public func labels(_ socket: String) -> [Int32] {
        guard case .labels(let value) = values[socket] else {
            fatalError("no labels arrive at the socket '\(socket)'")
        }
        return value
    }
}
