import JepaCore
public import JepaFormats
import JepaNN
import JepaTensor

/// The weights of a model from whatever file: complete, checked, and under official names.
///
/// Every network holds all its tensors and nothing else, in the official order with the positions
/// last, in the type and to the bit of the file they come from.
/// Source of the names: facebookresearch/ijepa.
public struct ModelWeights: Sendable {
    /// The file or folder they come from.
    public let path: String
    /// What that is: `a Hugging Face folder`.
    public let origin: String
    /// The sizes of the networks.
    public private(set) var sizes: ModelSizes
    /// The tensors of each network by its own names: `blocks.0.norm1.weight`.
    public private(set) var networks: [ModelNetwork: [StoredTensor]]
    /// What was assumed or left out, in sentences.
    public internal(set) var remarks: [String]

    /// Checks the tensors of networks.
    ///
    /// - Parameters:
    ///   - networks: Tensors by official names; positions may be missing if `hasPositions` is not
    ///     set, and are computed then.
    ///   - unexpected: Names in the file that belong to no network.
    /// - Throws: `file` with every missing, unexpected and mis-shaped tensor, or with positions
    ///   that are not those of the formula; nothing is loaded then.
    public init(
        _ networks: [ModelNetwork: [StoredTensor]], from path: String, origin: String,
        hints: ModelHints, hasPositions: Bool, unexpected: [String] = [], remarks: [String] = []
    ) throws {
        var remarks = remarks
        self.path = path
        self.origin = origin
        sizes = try ModelSizes(of: networks, hints, path: path, remarks: &remarks)
        var differences = unexpected.map { "unexpected: \($0)" }
        var checked: [ModelNetwork: [StoredTensor]] = [:]
        for network in ModelNetwork.allCases {
            guard let found = networks[network] else { continue }
            let isComputed = !hasPositions || hints.recomputesPositions
            checked[network] = Self.ordered(
                found, of: network, sizes, positionsAreComputed: isComputed, &differences)
        }
        guard differences.isEmpty else {
            throw PipelineError(
                .file,
                "the tensors of \(quoted(path)) are not those of the model it seems to be; "
                    + "nothing was loaded",
                notes: Self.shortened(differences) + ["It seems to be \(sizes.text)."]
                    + Self.advice(on: differences))
        }
        if hints.recomputesPositions && hasPositions {
            remarks.append("Positions were computed; those of the file were not used.")
        }
        self.networks = checked
        self.remarks = remarks
        try checkPositions()
    }

    /// The number of elements of a network without its positions, which are no weights.
    public func weightCount(of network: ModelNetwork) -> Int {
        (networks[network] ?? []).filter { $0.name != network.positionName }
            .reduce(0) { $0 + $1.count }
    }

    /// The tensors of a network that has to be there.
    ///
    /// - Throws: `missing`, naming those that there are.
    public func tensors(of network: ModelNetwork) throws -> [StoredTensor] {
        if let tensors = networks[network] { return tensors }
        let names = ModelNetwork.allCases.filter { networks[$0] != nil }.map(\.words)
        throw PipelineError(
            .missing, "\(quoted(path)) has no \(network.words)",
            notes: ["It has: \(names.joined(separator: ", "))."])
    }

    /// The same weights for images of another size.
    ///
    /// - Parameter interpolating: Whether positions are interpolated from those of the grid they
    ///   were made for, or computed for the new one.
    /// - Throws: `value` if patches do not fill such images.
    public func resized(
        height: Int, width: Int, interpolating: Bool = false
    ) throws -> ModelWeights {
        let side = sizes.patchSize
        guard height > 0, width > 0, height % side == 0, width % side == 0 else {
            throw PipelineError(
                .value,
                "images of \(height)x\(width) cannot be cut into the patches of \(side) pixels "
                    + "of \(quoted(path))")
        }
        var result = self
        result.sizes.gridHeight = height / side
        result.sizes.gridWidth = width / side
        let source =
            sizes.positionGrid ?? PositionGrid(height: sizes.gridHeight, width: sizes.gridWidth)
        let isOwn = source.height == height / side && source.width == width / side
        result.sizes.positionGrid = interpolating && !isOwn ? source : nil
        guard result.sizes != sizes else { return self }
        for (network, tensors) in networks {
            result.networks[network] = tensors.map {
                $0.name == network.positionName ? Self.positions(of: network, result.sizes) : $0
            }
        }
        let origin =
            result.sizes.positionGrid.map { "interpolated from those of a \($0) grid" }
            ?? "computed"
        result.remarks.append(
            "Positions were \(origin) for images of \(height)x\(width) instead of "
                + "\(sizes.imageSize.height)x\(sizes.imageSize.width) pixels.")
        return result
    }

    // MARK: - Checking

    /// The computed positions of a network as the tensor `[1, N, width]` of a checkpoint.
    static func positions(of network: ModelNetwork, _ sizes: ModelSizes) -> StoredTensor {
        let shape = sizes.positionShape(of: network)
        let table = SinCosPositions.table(
            rows: sizes.gridHeight, columns: sizes.gridWidth, width: shape[2],
            interpolatedFrom: sizes.positionGrid)
        return StoredTensor(network.positionName, table.reshaped(shape))
    }

    /// Names and shapes of the weights of a network, in the official order.
    static func expected(
        of network: ModelNetwork, _ sizes: ModelSizes
    ) -> [(name: String, shape: [Int])] {
        let weights =
            network == .predictor
            ? sizes.predictorConfiguration.map { PredictorNetwork($0).weights } ?? []
            : VisionTransformer(sizes.encoderConfiguration).weights
        return weights.map { ($0.name, $0.shape) }
    }

    /// The tensors in the official order; notes what is missing, mis-shaped or too many.
    private static func ordered(
        _ tensors: [StoredTensor], of network: ModelNetwork, _ sizes: ModelSizes,
        positionsAreComputed: Bool, _ differences: inout [String]
    ) -> [StoredTensor] {
        var rest: [String: StoredTensor] = [:]
        for tensor in tensors where rest.updateValue(tensor, forKey: tensor.name) != nil {
            differences.append("twice: \(network.rawValue).\(tensor.name)")
        }
        var expected = expected(of: network, sizes)
        if positionsAreComputed { rest[network.positionName] = positions(of: network, sizes) }
        expected.append((network.positionName, sizes.positionShape(of: network)))
        let ordered = expected.compactMap { name, shape -> StoredTensor? in
            let full = "\(network.rawValue).\(name)"
            guard let tensor = rest.removeValue(forKey: name) else {
                differences.append("missing: \(full) \(shape)")
                return nil
            }
            if tensor.shape != shape {
                differences.append("mis-shaped: \(full) is \(tensor.shape), not \(shape)")
            } else if !tensor.element.isFloatingPoint {
                differences.append("mistyped: \(full) holds \(tensor.element)")
            }
            return tensor
        }
        differences += rest.values.sorted { $0.name < $1.name }
            .map { "unexpected: \(network.rawValue).\($0.name) \($0.shape)" }
        return ordered
    }

    private static func shortened(_ lines: [String]) -> [String] {
        let more = lines.count - 40
        return lines.prefix(40).map { "  \($0)" } + (more > 0 ? ["  … and \(more) more"] : [])
    }

    /// How positions of another grid can be taken, if there are any.
    private static func advice(on differences: [String]) -> [String] {
        let isAnotherGrid = differences.contains {
            $0.hasPrefix("mis-shaped:") && $0.contains("pos_embed ")
        }
        return isAnotherGrid
            ? [
                "To adapt the positions to another image size, add --interpolate-positions or "
                    + "--recompute-positions to 'import --size'."
            ] : []
    }

    /// Compares positions with the computed ones, to within the rounding of their type.
    private func checkPositions() throws {
        for network in ModelNetwork.allCases {
            guard let stored = networks[network]?.last else { continue }
            let found = try stored.floats().elements
            let computed = try Self.positions(of: network, sizes).floats().elements
            let tolerance: Float =
                switch stored.element {
                case .bfloat16: 8e-3
                case .float16: 1e-3
                default: 1e-5
                }
            // A comparison that a NaN fails.
            guard
                let worst = found.indices.first(where: {
                    !(abs(found[$0] - computed[$0]) <= tolerance)
                })
            else { continue }
            let width = stored.shape[2]
            throw PipelineError(
                .file,
                "the positions of the \(network.words) of \(quoted(path)) are not the fixed "
                    + "sine-cosine ones of a \(sizes.gridHeight)x\(sizes.gridWidth) grid"
                    + (sizes.positionGrid.map { ", interpolated from a \($0) grid" } ?? "")
                    + ": patch "
                    + "\(worst / width), channel \(worst % width) is \(found[worst]), computed "
                    + "\(computed[worst])",
                notes: [
                    "They were learned, interpolated, or belong to another grid. "
                        + "--recompute-positions replaces them by computed ones."
                ])
        }
    }
}
