/// The sizes of the networks of the paper and of the usual smaller ones.
struct ViTPreset {
    let name: String
    let width: Int
    let depth: Int
    let heads: Int
    let mlpRatio: Double

    /// Every preset, from the smallest.
    /// Source: facebookresearch/ijepa, vision_transformer.py; tiny and small as in DeiT.
    static let all = [
        ViTPreset(name: "tiny", width: 192, depth: 12, heads: 3, mlpRatio: 4),
        ViTPreset(name: "small", width: 384, depth: 12, heads: 6, mlpRatio: 4),
        ViTPreset(name: "base", width: 768, depth: 12, heads: 12, mlpRatio: 4),
        ViTPreset(name: "large", width: 1024, depth: 24, heads: 16, mlpRatio: 4),
        ViTPreset(name: "huge", width: 1280, depth: 32, heads: 16, mlpRatio: 4),
        ViTPreset(name: "giant", width: 1408, depth: 40, heads: 16, mlpRatio: 48.0 / 11),
    ]
}
