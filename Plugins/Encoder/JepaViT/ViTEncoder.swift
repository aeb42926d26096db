public import JepaCore
import JepaNN
public import JepaTensor

/// A vision transformer without class token, with fixed sine-cosine positions.
///
/// `images [B, C, H, W]` become tokens: `[B, N, D]` of all patches; with `keep [B, K]` it sees only
/// those patches and gives `[B, K, D]`; with `gather [M, B, K]` it sees all patches and gives the
/// tokens of some, `[M*B, K, D]`, row `m*B + b` for block m of image b.
/// Source: I-JEPA, section 3; facebookresearch/ijepa, vision_transformer.py.
public final class ViTEncoder: Encoder {
    public static let descriptor = StageDescriptor(
        name: "vit",
        summary: "Vision transformer: patches in, one token per patch out.",
        source: "arXiv 2010.11929; arXiv 2301.08243",
        parameters: [
            .optionalChoice(
                "preset", of: ViTPreset.all.map(\.name),
                help: "Width, depth and heads by name; any of them can be set beside it."),
            .integer(
                "patch_size", in: 1...1024, default: 16, help: "The side of a patch.",
                unit: .pixels),
            .optionalInteger(
                "width", in: 4...65536, help: "The length of a token, D; a multiple of 4."),
            .optionalInteger("depth", in: 1...1000, help: "The number of transformer blocks."),
            .optionalInteger(
                "heads", in: 1...1024, help: "The attention heads of a block; they divide 'width'."
            ),
            .optionalReal(
                "mlp_ratio", in: 0.01...64,
                help: "The width of the hidden layer of a block relative to 'width'; 4 unless the "
                    + "preset has another."),
            .boolean(
                "scale_by_depth", default: false,
                help: "Divides the initial output weights of block l by sqrt(2 l). The official "
                    + "trainer undoes that division, so it is off."),
            .optionalSize(
                "interpolate_from", in: 1...1024,
                help: "The patch grid whose positions are interpolated, for weights trained with "
                    + "images of another size; if not set, positions are computed for the grid "
                    + "itself.", unit: .patches),
        ],
        links: [
            .init(
                "image_shape", from: "image", of: "images",
                help: "The size of the images, which decides the patch grid.")
        ])

    private let network: VisionTransformer
    private let gathers: Bool
    private let keeps: Bool

    public init(parameters: StageParameters) throws {
        keeps = parameters.isConnected("keep")
        gathers = parameters.isConnected("gather")
        if keeps && gathers {
            throw parameters.error(
                "'keep' masks the input and 'gather' the output; wire one of them")
        }
        network = VisionTransformer(try Self.configuration(parameters))
    }

    public var properties: [String: StageProperty] {
        let c = network.configuration
        var properties: [String: StageProperty] = [
            "grid": .grid(PatchGrid(height: c.gridHeight, width: c.gridWidth)),
            "width": .integer(c.width), "depth": .integer(c.depth), "heads": .integer(c.heads),
            "patch_size": .integer(c.patchSize),
        ]
        if let source = c.positionGrid {
            properties["interpolate_from"] = .grid(
                PatchGrid(height: source.height, width: source.width))
        }
        return properties
    }

    public var dimensions: [String: Dimension] {
        var dimensions: [String: Dimension] = [
            "D": Dimension(network.configuration.width), "R": gathers ? "M*B" : "B",
        ]
        if !keeps && !gathers { dimensions["K"] = Dimension(network.configuration.patchCount) }
        return dimensions
    }

    public var weights: [Weight] { network.weights }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        network.forward(
            inputs.variable("images"), keep: inputs.optionalMask("keep"),
            gather: inputs.optionalMask("gather"), on: tape, trace: inputs.trace)
    }

    public func multiplyAdds(for sizes: [String: Int]) -> Int {
        let c = network.configuration
        let tokens = keeps ? sizes["K"] ?? c.patchCount : c.patchCount
        let block = TransformerBlock.multiplyAdds(
            tokens: tokens, width: c.width, mlpWidth: c.mlpWidth)
        return dataMultiplyAdds(for: sizes) + (sizes["B"] ?? 1) * c.depth * block
    }

    public func dataMultiplyAdds(for sizes: [String: Int]) -> Int {
        let c = network.configuration
        return (sizes["B"] ?? 1) * c.patchCount * c.channels * c.patchSize * c.patchSize * c.width
    }

    public func keptNumbers(for sizes: [String: Int]) -> Int {
        let c = network.configuration
        let tokens = (sizes["B"] ?? 1) * (keeps ? sizes["K"] ?? c.patchCount : c.patchCount)
        let block = TransformerBlock.keptNumbers(width: c.width, mlpWidth: c.mlpWidth)
        return tokens * (c.width + c.depth * block)
    }

    private static func configuration(
        _ parameters: StageParameters
    ) throws -> VisionTransformer.Configuration {
        let preset = parameters.optionalText("preset").flatMap { name in
            ViTPreset.all.first { $0.name == name }
        }
        func size(_ name: String, _ value: Int?) throws -> Int {
            if let size = parameters.optionalInteger(name) ?? value { return size }
            throw parameters.error(
                "'\(name)' is not set and there is no 'preset' to take it from",
                notes: ["Presets: \(ViTPreset.all.map(\.name).joined(separator: ", "))."])
        }
        let width = try size("width", preset?.width)
        let heads = try size("heads", preset?.heads)
        let image = parameters.imageShape("image_shape")
        let patch = parameters.integer("patch_size")
        if width % 4 != 0 {
            throw parameters.error(
                "'width' is \(width); the positions need a multiple of 4", parameter: "width")
        }
        if width % heads != 0 {
            throw parameters.error(
                "'heads' is \(heads), which does not divide the width \(width)", parameter: "heads")
        }
        if image.height % patch != 0 || image.width % patch != 0 {
            throw parameters.error(
                "'patch_size' is \(patch), which does not divide the image size "
                    + "\(image.height)x\(image.width)", parameter: "patch_size")
        }
        return VisionTransformer.Configuration(
            channels: image.channels, gridHeight: image.height / patch,
            gridWidth: image.width / patch, patchSize: patch, width: width,
            depth: try size("depth", preset?.depth), heads: heads,
            mlpRatio: parameters.optionalReal("mlp_ratio") ?? preset?.mlpRatio ?? 4,
            scalesByDepth: parameters.boolean("scale_by_depth"),
            positionGrid: parameters.optionalSize("interpolate_from").map {
                PositionGrid(height: $0.height, width: $0.width)
            })
    }
}
