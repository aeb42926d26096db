public import JepaNN

/// What is known of a model beside its tensors.
public struct ModelHints: Sendable {
    /// The attention heads, which no tensor shows.
    public var heads: Int?
    /// The heads to assume where the file does not say; nil for the usual number of the width.
    public var likelyHeads: Int?
    /// Height and width of the images in pixels, where the grid is not square or to be another.
    public var imageSize: (height: Int, width: Int)?
    /// Whether positions in the file are replaced by computed ones, whatever they are.
    public var recomputesPositions: Bool
    /// The grid that the positions were interpolated from; nil if they were not.
    public var positionGrid: PositionGrid?
    /// What a file that holds one encoder, without saying which, is taken for.
    public var loneEncoder: ModelNetwork

    /// Nothing is known, unless given.
    public init(
        heads: Int? = nil, likelyHeads: Int? = nil, imageSize: (height: Int, width: Int)? = nil,
        recomputesPositions: Bool = false, positionGrid: PositionGrid? = nil,
        loneEncoder: ModelNetwork = .targetEncoder
    ) {
        self.heads = heads
        self.likelyHeads = likelyHeads
        self.imageSize = imageSize
        self.recomputesPositions = recomputesPositions
        self.positionGrid = positionGrid
        self.loneEncoder = loneEncoder
    }
}
