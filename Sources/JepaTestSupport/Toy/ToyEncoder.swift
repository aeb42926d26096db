public import JepaCore
public import JepaTensor

/// One linear map per patch: `images [B, C, H, W]` to tokens `[B, K, D]`, or `[M*B, K, D]` with
/// `gather`.
public final class ToyEncoder: Encoder {
    public static let descriptor = StageDescriptor(
        name: "toy_encoder", summary: "A linear map of every patch.",
        parameters: [
            .integer("patch_size", in: 1...64, default: 2, help: "The side.", unit: .pixels),
            .integer("width", in: 1...1024, default: 6, help: "The length of a token, D."),
        ],
        links: [
            .init("image_shape", from: "image", of: "images", help: "The size of the images.")
        ])

    public let weights: [Weight]
    private let patchSize: Int
    private let width: Int
    private let grid: PatchGrid
    private let keeps: Bool
    private let gathers: Bool

    public init(parameters: StageParameters) throws {
        let image = parameters.imageShape("image_shape")
        patchSize = parameters.integer("patch_size")
        width = parameters.integer("width")
        guard image.height % patchSize == 0, image.width % patchSize == 0 else {
            throw parameters.error("patches of \(patchSize) do not fill \(image)")
        }
        grid = PatchGrid(height: image.height / patchSize, width: image.width / patchSize)
        keeps = parameters.isConnected("keep")
        gathers = parameters.isConnected("gather")
        weights = [
            Weight(
                "weight", shape: [width, image.channels, patchSize, patchSize],
                initial: .truncatedNormal(deviation: 0.5)),
            Weight("bias", shape: [width], initial: .constant(0)),
        ]
    }

    public var properties: [String: StageProperty] {
        ["grid": .grid(grid), "width": .integer(width)]
    }

    public var dimensions: [String: Dimension] {
        var dimensions: [String: Dimension] = [
            "D": Dimension(width), "R": gathers ? "M*B" : "B",
        ]
        if !keeps && !gathers { dimensions["K"] = Dimension(grid.count) }
        return dimensions
    }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let tokens = tape.patchEmbedding(
            images: inputs.variable("images"), weight: weights[0], bias: weights[1],
            patchSize: patchSize, keep: inputs.optionalMask("keep"))
        return inputs.optionalMask("gather").map { tape.gather(tokens, $0) } ?? tokens
    }
}
