public import JepaCore
public import JepaTensor

/// Another encoder once more, on other images: the second branch of a joint embedding.
///
/// It computes with the weights of the encoder `of` names, so there is one network however often
/// it is shared; the gradients of all branches add up. Takes and gives what that encoder does,
/// with inputs of its own: `images [B, C, H, W]`, and `keep [B, K]` or `gather [M, B, K]` if wired.
/// Source: the two branches of SimSiam, arXiv 2011.10566, and VICReg, arXiv 2105.04906.
public struct SharedEncoder: Encoder {
    public static let descriptor = StageDescriptor(
        name: "shared",
        summary: "Another encoder with the same weights, on other images; gradients add up.",
        source: "arXiv 2011.10566, arXiv 2105.04906",
        parameters: [.stage("of", role: .encoder, help: "The encoder whose weights it has.")])

    private let original: any Encoder
    /// A description of the encoder wired as this one is; its weights never get memory.
    private let outline: any Encoder

    public init(parameters: StageParameters) throws {
        guard let original = parameters.stage("of") as? any Encoder,
            let outline = try parameters.replica(of: "of") as? any Encoder
        else { throw parameters.error("'of' has to name an encoder", parameter: "of") }
        self.original = original
        self.outline = outline
    }

    public var properties: [String: StageProperty] { outline.properties }
    public var dimensions: [String: Dimension] { outline.dimensions }
    public var sharedWeights: [Weight] { original.weights + original.sharedWeights }
    public var stopsGradient: Bool { original.stopsGradient }
    public var couplesImages: Bool { original.couplesImages }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        try original.encode(inputs, on: tape)
    }

    public func multiplyAdds(for sizes: [String: Int]) -> Int { outline.multiplyAdds(for: sizes) }
    public func dataMultiplyAdds(for sizes: [String: Int]) -> Int {
        outline.dataMultiplyAdds(for: sizes)
    }
    public func keptNumbers(for sizes: [String: Int]) -> Int { outline.keptNumbers(for: sizes) }
}
