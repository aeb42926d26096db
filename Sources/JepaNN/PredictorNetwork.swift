public import JepaTensor

/// The narrow transformer that predicts target tokens from context tokens.
///
/// Each target block is predicted by itself: the context tokens are joined by one mask token per
/// patch of the block, and the results at the mask tokens are the predictions.
///
/// Source: arXiv 2301.08243, section 3.
public final class PredictorNetwork {
    /// The sizes of a network and how its weights are drawn.
    public struct Configuration: Equatable, Sendable {
        /// Rows of the patch grid.
        public var gridHeight: Int
        /// Columns of the patch grid.
        public var gridWidth: Int
        /// D, the width of the tokens that come in.
        public var inputWidth: Int
        /// The width of the tokens predicted; D unless they are of another kind.
        public var outputWidth: Int
        /// P, a multiple of 4 and of `heads`.
        public var width: Int
        /// Blocks, at least 1.
        public var depth: Int
        /// H
        public var heads: Int
        /// Hidden width of the MLP over P.
        public var mlpRatio: Double
        /// Whether queries, keys and values have a bias.
        public var qkvBias: Bool
        /// The standard deviation that linear weights and the mask token are drawn with.
        public var deviation: Float
        /// Whether the maps that write to the residual stream are divided by `sqrt(2 i)` in block
        /// i, counted from 1.
        public var scalesByDepth: Bool
        /// The grid whose positions are interpolated; nil if they are computed for the grid itself.
        public var positionGrid: PositionGrid?

        /// The sizes, with the official choices for the rest.
        public init(
            gridHeight: Int, gridWidth: Int, inputWidth: Int, outputWidth: Int? = nil, width: Int,
            depth: Int, heads: Int,
            mlpRatio: Double = 4, qkvBias: Bool = true, deviation: Float = 0.02,
            scalesByDepth: Bool = false, positionGrid: PositionGrid? = nil
        ) {
            self.gridHeight = gridHeight
            self.gridWidth = gridWidth
            self.inputWidth = inputWidth
            self.outputWidth = outputWidth ?? inputWidth
            self.width = width
            self.depth = depth
            self.heads = heads
            self.mlpRatio = mlpRatio
            self.qkvBias = qkvBias
            self.deviation = deviation
            self.scalesByDepth = scalesByDepth
            self.positionGrid = positionGrid
        }

        /// Hidden width of the MLP: the product, rounded down.
        public var mlpWidth: Int { Int(Double(width) * mlpRatio) }
    }

    /// The sizes it was made with.
    public let configuration: Configuration
    /// `D -> P`
    public let embed: Linear
    /// `[1, 1, P]`, shared by all patches to predict.
    public let maskToken: Weight
    /// In order.
    public let blocks: [TransformerBlock]
    /// After the last block.
    public let norm: LayerNorm
    /// `P -> D`
    public let projection: Linear
    /// The position vectors, `[N, P]`; computed when first asked for.
    public private(set) lazy var positions = SinCosPositions.table(
        rows: configuration.gridHeight, columns: configuration.gridWidth,
        width: configuration.width, interpolatedFrom: configuration.positionGrid)

    /// Describes the network; nothing is allocated.
    public init(_ configuration: Configuration, isTrainable: Bool = true) {
        precondition(
            configuration.depth >= 1, "a predictor of depth \(configuration.depth) is none")
        self.configuration = configuration
        let (width, deviation) = (configuration.width, configuration.deviation)
        embed = Linear(
            "predictor_embed", inputs: configuration.inputWidth, outputs: width,
            deviation: deviation, isTrainable: isTrainable)
        maskToken = Weight(
            "mask_token", shape: [1, 1, width], initial: .truncatedNormal(deviation: deviation),
            isTrainable: isTrainable)
        blocks = (0..<configuration.depth).map { index in
            TransformerBlock(
                "predictor_blocks.\(index)", index: index, width: width,
                heads: configuration.heads, mlpWidth: configuration.mlpWidth,
                qkvBias: configuration.qkvBias, deviation: deviation,
                scalesByDepth: configuration.scalesByDepth, isTrainable: isTrainable)
        }
        norm = LayerNorm("predictor_norm", width: width, isTrainable: isTrainable)
        projection = Linear(
            "predictor_proj", inputs: width, outputs: configuration.outputWidth,
            deviation: deviation, isTrainable: isTrainable)
    }

    /// In the order of the official checkpoints.
    public var weights: [Weight] {
        [maskToken] + embed.weights + blocks.flatMap(\.weights) + norm.weights + projection.weights
    }

    /// Predicts the tokens of the target blocks.
    ///
    /// The first block computes norm and qkv of the context once per image and those of the mask
    /// tokens once per patch, the last one computes the mask tokens only: the same numbers with
    /// less work.
    ///
    /// - Parameters:
    ///   - tokens: `[B, K, D]`: the context encoder's.
    ///   - context: `[1, B, K]`: the patches they stand for.
    ///   - targets: `[M, B, L]`: the patches to predict.
    ///   - trace: Gets `block0` and so on, `[M*B, K + L, D]`, and `output`. The last block is then
    ///     computed once more for all tokens, beside the training.
    /// - Returns: `[M*B, L, D]`, row `m*B + b`
    public func forward(
        _ tokens: Variable, context: PatchIndices, targets: PatchIndices, on tape: Tape,
        trace: Trace? = nil
    ) -> Variable {
        precondition(
            context.blocks == 1 && tokens.shape.count == 3
                && tokens.shape[..<2] == [context.batch, context.kept]
                && targets.batch == context.batch,
            "tokens \(tokens.shape) do not stand for \(context.kept) patches of \(targets.batch) images"
        )
        let shared = tape.addPositions(
            embed(tokens, on: tape), table: positions, indices: context)
        let last = blocks[blocks.count - 1]
        var x: Variable
        let own: Variable
        if blocks.count == 1 {
            own = tape.maskTokens(token: maskToken, positions: positions, indices: targets)
            x = tape.concatenate(shared, own)
        } else {
            x = first(shared: shared, targets: targets, on: tape)
            trace?("block0", x.value)
            for (index, block) in blocks.enumerated().dropFirst().dropLast() {
                x = block(x, on: tape)
                trace?("block\(index)", x.value)
            }
            own = tape.tokens(context.kept..<context.kept + targets.kept, of: x)
        }
        if let trace {
            let whole = last(Variable(x.value), on: Tape(recording: false))
            trace("block\(blocks.count - 1)", whole.value)
        }
        x = last(only: own, of: x, on: tape)
        let predictions = projection(norm(x, on: tape), on: tape)
        trace?("output", predictions.value)
        return predictions
    }

    /// The first block. The mask tokens of one patch are equal in all rows, so their norm and qkv
    /// are computed once per patch wherever there are fewer patches than mask tokens.
    ///
    /// - Returns: `[M*B, K + L, P]`
    private func first(shared: Variable, targets: PatchIndices, on tape: Tape) -> Variable {
        let patches = positions.shape[0]
        let isWorthwhile = patches < targets.values.count
        let listed =
            isWorthwhile
            ? PatchIndices.all(batch: 1, patches: patches)
            : PatchIndices(blocks: 1, batch: 1, kept: targets.values.count, values: targets.values)
        let table = tape.maskTokens(token: maskToken, positions: positions, indices: listed)
        let places =
            isWorthwhile ? targets.values : targets.values.indices.map { Int32($0) }
        return blocks[0](
            shared: shared, table: table,
            indices: PatchIndices(
                blocks: targets.blocks, batch: targets.batch, kept: targets.kept, values: places),
            on: tape)
    }
}
