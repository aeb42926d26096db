public import JepaCore
import JepaNN
public import JepaTensor

/// Embeds every patch by itself: a linear map, then a small network beside a residual path.
///
/// `images [B, C, H, W]` become `[B, N, D]`; with `keep [B, K]` some of the patches, `[B, K, D]`;
/// with `gather [M, B, K]` target blocks, `[M*B, K, D]`, row `m*B + b` for block m of image b.
public final class GlimpseEncoder: Encoder {
    public static let descriptor = StageDescriptor(
        name: "glimpse", summary: "Embeds every patch by itself.",
        parameters: [
            .integer("patch_size", in: 1...64, default: 8, help: "The side.", unit: .pixels),
            .integer("width", in: 4...4096, default: 64, help: "The length of a token, D."),
        ],
        links: [
            .init("image_shape", from: "image", of: "images", help: "The size of the images.")
        ])

    private let embedding: PatchEmbedding
    private let mlp: Mlp
    private let grid: PatchGrid
    private let width: Int
    private let isMasked: Bool
    private let gathers: Bool

    public init(parameters: StageParameters) throws {
        let (image, side) = (parameters.imageShape("image_shape"), parameters.integer("patch_size"))
        guard image.height % side == 0, image.width % side == 0 else {
            throw parameters.error(
                "patches of \(side) do not fill \(image)", parameter: "patch_size")
        }
        width = parameters.integer("width")
        grid = PatchGrid(height: image.height / side, width: image.width / side)
        gathers = parameters.isConnected("gather")
        isMasked = gathers || parameters.isConnected("keep")
        embedding = PatchEmbedding(
            "patch", channels: image.channels, patchSize: side, width: width, deviation: 0.1)
        mlp = Mlp("mlp", width: width, hidden: 2 * width)
    }

    public var weights: [Weight] { embedding.weights + mlp.weights }

    /// Others follow the width; `vit_predictor` takes its number of attention heads from here.
    public var properties: [String: StageProperty] {
        ["grid": .grid(grid), "width": .integer(width), "heads": .integer(4)]
    }

    public var dimensions: [String: Dimension] {
        let tokens: [String: Dimension] = ["D": Dimension(width), "R": gathers ? "M*B" : "B"]
        return isMasked ? tokens : tokens.merging(["K": Dimension(grid.count)]) { $1 }
    }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let patches = embedding(
            inputs.variable("images"), keep: inputs.optionalMask("keep"), on: tape)
        let tokens = mlp(patches, residual: patches, on: tape)
        return inputs.optionalMask("gather").map { tape.gather(tokens, $0) } ?? tokens
    }
}
