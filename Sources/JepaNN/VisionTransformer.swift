public import JepaTensor

/// A vision transformer without class token: images to one token per patch.
///
/// Weights bear the names of the official checkpoints. Positions are fixed, so they are computed
/// and no weight.
///
/// Source: arXiv 2010.11929 with the changes of arXiv 2301.08243.
public final class VisionTransformer {
    /// The sizes of a network.
    public struct Configuration: Equatable, Sendable {
        /// Of the images, C.
        public var channels = 3
        /// Rows of the patch grid.
        public var gridRows: Int
        /// Columns of the patch grid.
        public var gridColumns: Int
        /// In pixels.
        public var patchSize: Int
        /// D, a multiple of 4 and of `heads`.
        public var width: Int
        /// Blocks, at least 1.
        public var depth: Int
        /// H
        public var heads: Int
        /// Hidden width of the MLP over D; the product is rounded down.
        public var mlpRatio = 4.0
        /// Whether queries, keys and values have a bias.
        public var qkvBias = true
        /// How weights are drawn.
        public var initialisation = Initialisation()

        /// The sizes, with the official choices for the rest.
        public init(
            gridRows: Int, gridColumns: Int, patchSize: Int, width: Int, depth: Int, heads: Int
        ) {
            self.gridRows = gridRows
            self.gridColumns = gridColumns
            self.patchSize = patchSize
            self.width = width
            self.depth = depth
            self.heads = heads
        }

        /// Patches of an image, N.
        public var patches: Int { gridRows * gridColumns }
    }

    /// The sizes it was made with.
    public let configuration: Configuration
    /// Pixels to tokens.
    public let patchEmbedding: PatchEmbedding
    /// In order.
    public let blocks: [TransformerBlock]
    /// After the last block.
    public let norm: LayerNorm
    /// The position vectors, `[N, D]`; computed when first asked for.
    public private(set) lazy var positions = SinCosPositions.table(
        rows: configuration.gridRows, columns: configuration.gridColumns,
        width: configuration.width)

    /// Describes the network; nothing is allocated.
    ///
    /// - Parameter isTrainable: Whether gradients are wanted; false for a target encoder.
    public init(_ configuration: Configuration, isTrainable: Bool = true) {
        precondition(configuration.depth >= 1, "an encoder of depth \(configuration.depth) is none")
        self.configuration = configuration
        patchEmbedding = PatchEmbedding(
            "patch_embed", channels: configuration.channels, patchSize: configuration.patchSize,
            width: configuration.width, deviation: configuration.initialisation.deviation,
            isTrainable: isTrainable)
        blocks = (0..<configuration.depth).map { index in
            TransformerBlock(
                "blocks.\(index)", index: index, width: configuration.width,
                heads: configuration.heads, mlpRatio: configuration.mlpRatio,
                qkvBias: configuration.qkvBias, initialisation: configuration.initialisation,
                isTrainable: isTrainable)
        }
        norm = LayerNorm("norm", width: configuration.width, isTrainable: isTrainable)
    }

    /// In the order of the official checkpoints.
    public var weights: [Weight] {
        patchEmbedding.weights + blocks.flatMap(\.weights) + norm.weights
    }

    /// Encodes images.
    ///
    /// With `gather` the last block computes only what the gathered tokens need; they are the
    /// same numbers.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`
    ///   - keep: `[1, B, K]`: the patches the network sees; nil shows all N.
    ///   - gather: `[M, B, L]`: the tokens wanted, as indices of those seen; nil wants all.
    ///   - trace: Gets intermediate results; `patch_embed` and so on.
    /// - Returns: `[B, K, D]`, or `[M*B, L, D]` with `gather`, row `m*B + b`
    public func forward(
        _ images: Variable, keep: PatchIndices? = nil, gather: PatchIndices? = nil,
        on tape: Tape, trace: Trace? = nil
    ) -> Variable {
        var x = embed(images, keep: keep, on: tape, trace: trace)
        for (index, block) in blocks.dropLast().enumerated() {
            x = run(block, index, x, on: tape, trace: trace)
        }
        let last = blocks[blocks.count - 1]
        var output: Variable
        switch GatherPlan(gather, tokens: x.shape[1]) {
        case .everything:
            output = norm(run(last, blocks.count - 1, x, on: tape, trace: trace), on: tape)
            if let gather { output = tape.gather(output, gather) }
        case .rows(let rows):
            output = norm(last(only: tape.gather(x, rows), of: x, on: tape), on: tape)
        case .union(let union, let places):
            let some = norm(last(only: tape.gather(x, union), of: x, on: tape), on: tape)
            output = tape.gather(some, places)
        }
        trace?("output", output.value)
        return output
    }

    /// The results of the last `count` blocks, each through the final norm, the last one last.
    ///
    /// - Parameter images: `[B, C, H, W]`
    /// - Returns: `count` times `[B, N, D]`
    public func lastLayers(_ count: Int, of images: Variable, on tape: Tape) -> [Variable] {
        precondition(
            (1...blocks.count).contains(count),
            "\(count) layers were asked of an encoder with \(blocks.count)")
        var x = embed(images, keep: nil, on: tape, trace: nil)
        var layers: [Variable] = []
        for (index, block) in blocks.enumerated() {
            x = block(x, on: tape)
            if index >= blocks.count - count { layers.append(norm(x, on: tape)) }
        }
        return layers
    }

    private func embed(
        _ images: Variable, keep: PatchIndices?, on tape: Tape, trace: Trace?
    ) -> Variable {
        let size = configuration.patchSize
        let expected = [configuration.gridRows * size, configuration.gridColumns * size]
        precondition(
            images.shape.count == 4 && images.shape[1] == configuration.channels
                && Array(images.shape[2...]) == expected,
            "images \(images.shape) do not fit \(configuration.channels) channels of \(expected)")
        let tokens = patchEmbedding(images, keep: keep, on: tape)
        trace?("patch_embed", tokens.value)
        let all = keep ?? .all(batch: images.shape[0], patches: configuration.patches)
        return tape.addPositions(tokens, table: positions, indices: all)
    }

    private func run(
        _ block: TransformerBlock, _ index: Int, _ x: Variable, on tape: Tape, trace: Trace?
    ) -> Variable {
        guard let trace else { return block(x, on: tape) }
        let y = block(x, on: tape) { trace("block\(index).attention", $0) }
        trace("block\(index)", y.value)
        return y
    }
}
