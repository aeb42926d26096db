public import JepaTensor

/// A vision transformer without class token: images to one token per patch.
///
/// Weights bear the names of the official checkpoints. Positions are fixed, so they are computed
/// and no weight.
///
/// Source: arXiv 2010.11929 with the changes of arXiv 2301.08243.
public final class VisionTransformer {
    /// The sizes of a network and how its weights are drawn.
    public struct Configuration: Equatable, Sendable {
        /// Of the images, C.
        public var channels: Int
        /// Rows of the patch grid.
        public var gridHeight: Int
        /// Columns of the patch grid.
        public var gridWidth: Int
        /// In pixels.
        public var patchSize: Int
        /// D, a multiple of 4 and of `heads`.
        public var width: Int
        /// Blocks, at least 1.
        public var depth: Int
        /// H
        public var heads: Int
        /// Hidden width of the MLP over D.
        public var mlpRatio: Double
        /// Whether queries, keys and values have a bias.
        public var qkvBias: Bool
        /// The standard deviation that linear weights are drawn with; biases start at 0, norms at
        /// 1 and 0.
        public var deviation: Float
        /// Whether the maps that write to the residual stream, `attn.proj` and `mlp.fc2` of block
        /// i counted from 1, are divided by `sqrt(2 i)`. The official code divides, but its
        /// trainer draws all linear layers again afterwards; the paper is silent.
        public var scalesByDepth: Bool
        /// The grid whose positions are interpolated; nil if they are computed for the grid itself.
        public var positionGrid: PositionGrid?

        /// The sizes, with the official choices for the rest.
        public init(
            channels: Int = 3, gridHeight: Int, gridWidth: Int, patchSize: Int, width: Int,
            depth: Int, heads: Int, mlpRatio: Double = 4, qkvBias: Bool = true,
            deviation: Float = 0.02, scalesByDepth: Bool = false,
            positionGrid: PositionGrid? = nil
        ) {
            self.channels = channels
            self.gridHeight = gridHeight
            self.gridWidth = gridWidth
            self.patchSize = patchSize
            self.width = width
            self.depth = depth
            self.heads = heads
            self.mlpRatio = mlpRatio
            self.qkvBias = qkvBias
            self.deviation = deviation
            self.scalesByDepth = scalesByDepth
            self.positionGrid = positionGrid
        }

        /// Patches of an image, N.
        public var patchCount: Int { gridHeight * gridWidth }

        /// Hidden width of the MLP: the product, rounded down.
        public var mlpWidth: Int { Int(Double(width) * mlpRatio) }
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
        rows: configuration.gridHeight, columns: configuration.gridWidth,
        width: configuration.width, interpolatedFrom: configuration.positionGrid)

    /// Describes the network; nothing is allocated.
    ///
    /// - Parameter isTrainable: Whether gradients are wanted; false for a target encoder.
    public init(_ configuration: Configuration, isTrainable: Bool = true) {
        precondition(configuration.depth >= 1, "an encoder of depth \(configuration.depth) is none")
        self.configuration = configuration
        patchEmbedding = PatchEmbedding(
            "patch_embed", channels: configuration.channels, patchSize: configuration.patchSize,
            width: configuration.width, deviation: configuration.deviation,
            isTrainable: isTrainable)
        blocks = (0..<configuration.depth).map { index in
            TransformerBlock(
                "blocks.\(index)", index: index, width: configuration.width,
                heads: configuration.heads, mlpWidth: configuration.mlpWidth,
                qkvBias: configuration.qkvBias, deviation: configuration.deviation,
                scalesByDepth: configuration.scalesByDepth, isTrainable: isTrainable)
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

    func embed(
        _ images: Variable, keep: PatchIndices?, on tape: Tape, trace: Trace?
    ) -> Variable {
        let size = configuration.patchSize
        let expected = [configuration.gridHeight * size, configuration.gridWidth * size]
        guard
            images.shape.count == 4 && images.shape[1] == configuration.channels
                && Array(images.shape[2...]) == expected
        else {
            fatalError(
                "images \(images.shape) do not fit \(configuration.channels) channels of \(expected)"
            )
        }
        let tokens = patchEmbedding(images, keep: keep, on: tape)
        trace?("patch_embed", tokens.value)
        let all = keep ?? .all(batch: images.shape[0], patches: configuration.patchCount)
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
