public import JepaTensor

/// Patches of pixels as tokens: a convolution whose stride is its size.
public struct PatchEmbedding {
    /// `[D, C, patchSize, patchSize]`
    public let weight: Weight
    /// `[D]`
    public let bias: Weight
    /// In pixels.
    public let patchSize: Int

    /// Describes the weights `name.proj.weight` and `name.proj.bias`.
    public init(
        _ name: String, channels: Int, patchSize: Int, width: Int, deviation: Float = 0.02,
        isTrainable: Bool = true
    ) {
        weight = Weight(
            "\(name).proj.weight", shape: [width, channels, patchSize, patchSize],
            initial: .truncatedNormal(deviation: deviation), isTrainable: isTrainable)
        bias = Weight(
            "\(name).proj.bias", shape: [width], initial: .constant(0), isTrainable: isTrainable)
        self.patchSize = patchSize
    }

    /// Weight, then bias.
    public var weights: [Weight] { [weight, bias] }

    /// Images `[B, C, H, W]` to the tokens of the kept patches, `[B, K, D]`; nil keeps all.
    public func callAsFunction(
        _ images: Variable, keep: PatchIndices?, on tape: Tape
    ) -> Variable {
        tape.patchEmbedding(
            images: images, weight: weight, bias: bias, patchSize: patchSize, keep: keep)
    }
}
