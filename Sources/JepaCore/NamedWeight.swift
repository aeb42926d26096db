public import JepaTensor

/// A weight with its name in the whole pipeline: `context_encoder.blocks.0.norm1.weight`.
public struct NamedWeight {
    /// The name of the stage, a dot, the name of the weight.
    public let name: String
    /// The weight.
    public let weight: Weight

    /// A named weight.
    public init(name: String, weight: Weight) {
        self.name = name
        self.weight = weight
    }

    /// Whether weight decay is meant for it: it has two or more axes and no `bias` in the weight's
    /// own name. Biases and norms are left alone, the mask token `[1, 1, P]` is not.
    ///
    /// Source: facebookresearch/ijepa.
    public var isDecayed: Bool { weight.shape.count > 1 && !weight.name.contains("bias") }

    /// What an optimizer keeps for it, of the same shape: zeros at first, never trained, and in
    /// checkpoints by the name `KEPT.NAME`.
    public func companion(_ kept: String) -> Weight {
        Weight(
            "\(kept).\(name)", shape: weight.shape, initial: .constant(0), isTrainable: false)
    }
}
