public import JepaCore
public import JepaTensor

/// The pixels of each patch as a token: targets for a loss in pixel space.
///
/// `images [B, C, H, W]` become tokens of width `D = C * patch_size^2`, pixels row by row with the
/// channels last: `[B, N, D]`, or only those of `keep [B, K]` or `gather [M, B, K]`, in the order
/// of the other encoders. With `normalize` each token has its own mean taken away and is divided by
/// `sqrt(variance + 1e-6)`, the variance unbiased. There are no weights and no gradient.
/// Source: MAE, arXiv 2111.06377, section 3, "Reconstruction target".
public struct PixelsEncoder: Encoder {
    public static let descriptor = StageDescriptor(
        name: "pixels",
        summary: "The pixels of each patch as a token, for losses in pixel space.",
        source: "arXiv 2111.06377",
        parameters: [
            .integer(
                "patch_size", in: 1...1024, default: 16,
                help: "The side of a patch, that of the encoder whose tokens are predicted.",
                unit: .pixels),
            .boolean(
                "normalize", default: true,
                help: "Gives each patch the mean 0 and the variance 1."),
        ],
        links: [
            .init("image_shape", from: "image", of: "images", help: "The size of the images.")
        ])

    private let image: ImageShape
    private let patchSize: Int
    private let grid: PatchGrid
    private let normalizes: Bool
    private let keeps: Bool
    private let gathers: Bool

    public init(parameters: StageParameters) throws {
        image = parameters.imageShape("image_shape")
        patchSize = parameters.integer("patch_size")
        normalizes = parameters.boolean("normalize")
        keeps = parameters.isConnected("keep")
        gathers = parameters.isConnected("gather")
        guard image.height % patchSize == 0, image.width % patchSize == 0 else {
            throw parameters.error(
                "'patch_size' is \(patchSize), which does not divide the image size "
                    + "\(image.height)x\(image.width)", parameter: "patch_size")
        }
        if keeps && gathers {
            throw parameters.error("'keep' and 'gather' both choose patches; wire one of them")
        }
        grid = PatchGrid(height: image.height / patchSize, width: image.width / patchSize)
    }

    private var width: Int { image.channels * patchSize * patchSize }

    public var properties: [String: StageProperty] {
        ["grid": .grid(grid), "width": .integer(width), "patch_size": .integer(patchSize)]
    }

    public var dimensions: [String: Dimension] {
        var dimensions: [String: Dimension] = ["D": Dimension(width), "R": gathers ? "M*B" : "B"]
        if !keeps && !gathers { dimensions["K"] = Dimension(grid.count) }
        return dimensions
    }

    public func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let images = inputs.variable("images").value
        let batch = images.shape[0]
        let wanted =
            inputs.optionalMask("gather") ?? inputs.optionalMask("keep")
            ?? .all(batch: batch, patches: grid.count)
        let tokens = Tensor(uninitialized: [wanted.blocks * batch, wanted.kept, width])
        for (row, patch) in wanted.values.enumerated() {
            let image = row / wanted.kept % batch
            let token = UnsafeMutableBufferPointer(
                start: tokens.mutablePointer + row * width, count: width)
            copy(patch: Int(patch), of: images.pointer + image * self.image.count, into: token)
            if normalizes { normalize(token) }
        }
        return Variable(tokens)
    }

    /// Copies a patch, channels last.
    private func copy(
        patch: Int, of image: UnsafePointer<Float>, into token: UnsafeMutableBufferPointer<Float>
    ) {
        let (top, left) = (patch / grid.width * patchSize, patch % grid.width * patchSize)
        let plane = self.image.height * self.image.width
        var place = 0
        for y in top..<top + patchSize {
            for x in left..<left + patchSize {
                for channel in 0..<self.image.channels {
                    token[place] = image[channel * plane + y * self.image.width + x]
                    place += 1
                }
            }
        }
    }

    private func normalize(_ token: UnsafeMutableBufferPointer<Float>) {
        let count = Double(token.count)
        let mean = token.reduce(0.0) { $0 + Double($1) } / count
        let squares = token.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let scale = 1 / (squares / max(count - 1, 1) + 1e-6).squareRoot()
        for i in token.indices { token[i] = Float((Double(token[i]) - mean) * scale) }
    }
}
