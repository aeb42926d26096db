public import JepaNN

/// The sizes of the networks of a model: what has to be known to compute with its tensors.
public struct ModelSizes: Codable, Equatable, Sendable {
    /// The sizes of a predictor; it has the heads of the encoder.
    public struct Predictor: Codable, Equatable, Sendable {
        /// P
        public let width: Int
        /// Blocks.
        public let depth: Int
        /// The hidden width of the MLP.
        public let mlpWidth: Int
    }

    /// Of the images, C.
    public let channels: Int
    /// The side of a patch, in pixels.
    public let patchSize: Int
    /// Rows of the patch grid.
    public internal(set) var gridHeight: Int
    /// Columns of the patch grid.
    public internal(set) var gridWidth: Int
    /// The grid that positions were interpolated from; nil if they are those of this grid.
    public internal(set) var positionGrid: PositionGrid?
    /// D
    public let width: Int
    /// Blocks of an encoder.
    public let depth: Int
    /// H
    public let heads: Int
    /// The hidden width of the MLP of an encoder.
    public let mlpWidth: Int
    /// Nil if the model has no predictor.
    public let predictor: Predictor?

    /// Height and width of the images, in pixels.
    public var imageSize: (height: Int, width: Int) {
        (gridHeight * patchSize, gridWidth * patchSize)
    }

    /// Such as `width 1280, depth 32, 16 heads, patches of 14 on a 16x16 grid (224x224 pixels)`.
    public var encoderText: String {
        "width \(width), depth \(depth), \(heads) heads, patches of \(patchSize) on a "
            + "\(gridHeight)x\(gridWidth) grid (\(imageSize.height)x\(imageSize.width) pixels)"
            + (positionGrid.map { ", positions interpolated from a \($0) grid" } ?? "")
    }

    /// The same, followed by the predictor if there is one.
    public var text: String {
        encoderText
            + (predictor.map { "; predictor of width \($0.width), depth \($0.depth)" } ?? "")
    }

    /// The encoder as JepaNN describes it.
    public var encoderConfiguration: VisionTransformer.Configuration {
        VisionTransformer.Configuration(
            channels: channels, gridHeight: gridHeight, gridWidth: gridWidth, patchSize: patchSize,
            width: width, depth: depth, heads: heads,
            mlpRatio: Self.ratio(hidden: mlpWidth, width: width), positionGrid: positionGrid)
    }

    /// The predictor as JepaNN describes it, if there is one.
    public var predictorConfiguration: PredictorNetwork.Configuration? {
        predictor.map {
            PredictorNetwork.Configuration(
                gridHeight: gridHeight, gridWidth: gridWidth, inputWidth: width, width: $0.width,
                depth: $0.depth, heads: heads,
                mlpRatio: Self.ratio(hidden: $0.mlpWidth, width: $0.width),
                positionGrid: positionGrid)
        }
    }

    /// Whether a network of these sizes could exist at all, so that they can be computed with.
    var isPlausible: Bool {
        let own = [channels, patchSize, gridHeight, gridWidth, width, depth, heads, mlpWidth]
        let others = predictor.map { [$0.width, $0.depth, $0.mlpWidth] } ?? []
        let source = positionGrid.map { [$0.height, $0.width] } ?? []
        return (own + others + source).allSatisfy((1...1 << 20).contains)
    }

    /// The shape of the positions of a network, `[1, N, width]`.
    func positionShape(of network: ModelNetwork) -> [Int] {
        [1, gridHeight * gridWidth, network == .predictor ? predictor?.width ?? 0 : width]
    }

    /// A ratio whose product with the width, rounded down, is the hidden width again.
    private static func ratio(hidden: Int, width: Int) -> Double {
        (Double(hidden) + 0.5) / Double(width)
    }
}
