import JepaCore
import JepaFormats
import JepaNN

extension ModelSizes {
    /// The heads of the networks that people train, by width; of other widths nobody can know.
    /// Source: facebookresearch/ijepa, vision_transformer.py; tiny and small as in DeiT.
    private static let headsByWidth = [192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16, 1408: 16]

    /// Reads the sizes off the shapes of tensors with official names.
    ///
    /// - Parameter remarks: Gets what had to be assumed.
    /// - Throws: `file` with the tensor that is missing or has an impossible shape.
    init(
        of networks: [ModelNetwork: [StoredTensor]], _ hints: ModelHints, path: String,
        remarks: inout [String]
    ) throws {
        guard let encoder = networks[.targetEncoder] ?? networks[.contextEncoder] else {
            throw PipelineError(.file, "\(quoted(path)) holds no encoder")
        }
        func refused(_ message: String, _ notes: [String] = []) -> PipelineError {
            PipelineError(.file, "\(quoted(path)): \(message)", notes: notes)
        }
        func shape(_ name: String, in tensors: [StoredTensor], rank: Int) throws -> [Int] {
            guard let shape = tensors.first(where: { $0.name == name })?.shape else {
                let found = tensors.prefix(4).map(\.name).joined(separator: ", ")
                throw refused(
                    "its weights are not those of a vision transformer: no tensor \(quoted(name))",
                    ["Found \(tensors.count) tensors: \(found), …"])
            }
            guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
                throw refused("the tensor \(quoted(name)) cannot have the shape \(shape)")
            }
            return shape
        }
        let patches = try shape("patch_embed.proj.weight", in: encoder, rank: 4)
        guard patches[2] == patches[3] else {
            throw refused("patches of \(patches[2])x\(patches[3]) pixels are not square")
        }
        width = patches[0]
        channels = patches[1]
        patchSize = patches[2]
        depth = Self.depth("blocks", in: encoder)
        mlpWidth = try shape("blocks.0.mlp.fc1.weight", in: encoder, rank: 2)[0]
        guard width % 4 == 0 else {
            throw refused("positions need a width that is a multiple of 4, not \(width)")
        }
        let heads = try Self.heads(hints, width: width, path: path, remarks: &remarks)
        self.heads = heads
        (gridHeight, gridWidth) = try Self.grid(
            hints.imageSize, patchSize: patchSize,
            count: encoder.first { $0.name == "pos_embed" }?.shape.dropLast().last, path: path)
        positionGrid = hints.recomputesPositions ? nil : hints.positionGrid
        // Shapes that a damaged file claims are not worth allocating positions for.
        guard width <= 65536, gridHeight * gridWidth <= 1 << 30 / width else {
            throw refused("a width of \(width) on a \(gridHeight)x\(gridWidth) grid is too large")
        }
        if let source = positionGrid, source.height * source.width > 1 << 30 / width {
            throw refused("positions of a \(source) grid are too large for a width of \(width)")
        }
        predictor = try networks[.predictor].map { tensors in
            let width = try shape("predictor_embed.weight", in: tensors, rank: 2)[0]
            guard width % 4 == 0, width % heads == 0, width <= 65536 else {
                throw refused("\(heads) heads and a predictor of width \(width) do not go together")
            }
            return Predictor(
                width: width, depth: Self.depth("predictor_blocks", in: tensors),
                mlpWidth: try shape(
                    "predictor_blocks.0.mlp.fc1.weight", in: tensors, rank: 2)[0])
        }
    }

    /// The heads that networks of this width usually have, if there is such a number.
    public var usualHeads: Int? { Self.headsByWidth[width] }

    /// Pixels along a side, or patches of an image; more can only be a damaged file, which may
    /// claim any number where a tensor has no elements.
    private static let lengths = 1...1 << 30

    /// How many different blocks the names tell of; missing ones are found later.
    private static func depth(_ prefix: String, in tensors: [StoredTensor]) -> Int {
        let numbers = tensors.compactMap { tensor -> Substring? in
            let parts = tensor.name.split(separator: ".")
            return parts.count > 2 && parts[0] == prefix ? parts[1] : nil
        }
        return max(1, Set(numbers).count)
    }

    private static func heads(
        _ hints: ModelHints, width: Int, path: String, remarks: inout [String]
    ) throws -> Int {
        if let given = hints.heads {
            guard given > 0, width % given == 0 else {
                throw PipelineError(
                    .value, "\(given) heads do not divide the width \(width) of \(quoted(path))")
            }
            return given
        }
        if let likely = hints.likelyHeads, likely > 0, width % likely == 0 {
            remarks.append("\(likely) heads, as the pipeline has; the file does not say.")
            return likely
        }
        guard let heads = headsByWidth[width] else {
            let known = headsByWidth.keys.sorted().map(String.init).joined(separator: ", ")
            throw PipelineError(
                .value,
                "the tensors of \(quoted(path)) do not show how many attention heads there are",
                notes: [
                    "Give --heads N. Only for the widths \(known) there is a usual number; "
                        + "this one is \(width)."
                ])
        }
        remarks.append("\(heads) heads, as networks of width \(width) have; the file does not say.")
        return heads
    }

    private static func grid(
        _ size: (height: Int, width: Int)?, patchSize: Int, count: Int?, path: String
    ) throws -> (Int, Int) {
        if let size {
            guard lengths.contains(size.height), lengths.contains(size.width),
                size.height % patchSize == 0,
                size.width % patchSize == 0
            else {
                throw PipelineError(
                    .value,
                    "images of \(size.height)x\(size.width) cannot be cut into the patches of "
                        + "\(patchSize) pixels of \(quoted(path))")
            }
            return (size.height / patchSize, size.width / patchSize)
        }
        guard let count, lengths.contains(count) else {
            throw PipelineError(
                .file, "\(quoted(path)) has no positions, so its image size is unknown",
                notes: [
                    "'import --size PIXELS --recompute-positions' takes it over with computed ones."
                ])
        }
        let side = Int(Double(count).squareRoot().rounded())
        guard side * side == count else {
            throw PipelineError(
                .file,
                "\(quoted(path)) has positions of \(count) patches, which make no square grid",
                notes: [
                    "'import --size HEIGHTxWIDTH' takes it over, if these are its images. A class "
                        + "token would be one position more; networks with one cannot be used."
                ])
        }
        return (side, side)
    }
}
