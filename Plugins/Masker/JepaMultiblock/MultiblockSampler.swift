import JepaCore

/// A way to draw multi-block masks.
protocol MultiblockSampler: Sendable {
    /// Why drawing on a grid might not come to an end; nil if it always does.
    func obstacle(on grid: PatchGrid) -> MultiblockObstacle?

    /// Draws the masks of a batch on a grid without obstacle.
    func masks(for grid: PatchGrid, batchSize: Int, using random: inout StageRandom) -> MaskSet
}

/// Values that are each allowed but with which no masks can be drawn.
struct MultiblockObstacle {
    /// What was found.
    let message: String
    /// The parameter to look at.
    let parameter: String
    /// What to do.
    let remedy: String
}

/// The parameters of the masker.
struct MultiblockSettings: Sendable {
    /// The ways to draw.
    enum Sampler: String, CaseIterable {
        case unbiased
        case official
    }

    let isOfficial: Bool
    let targetBlocks: Int
    let targetSizes: BlockSizeRange
    let contextSizes: BlockSizeRange
    let minKeep: Int
    /// Whether the graph file sets `min_keep`.
    let setsMinKeep: Bool
    let contextKeep: Double?
    let allowOverlap: Bool

    init(_ parameters: StageParameters) {
        isOfficial = parameters.choice("sampler", as: Sampler.self) == .official
        let limit: BlockSizeRange.Limit = isOfficial ? .belowGrid : .grid
        targetBlocks = parameters.integer("target_blocks")
        targetSizes = BlockSizeRange(
            scale: parameters.interval("target_scale"),
            aspect: parameters.interval("target_aspect"), limit: limit)
        contextSizes = BlockSizeRange(
            scale: parameters.interval("context_scale"),
            aspect: parameters.interval("context_aspect"), limit: limit)
        minKeep = parameters.integer("min_keep")
        setsMinKeep = parameters.values.isSet("min_keep")
        contextKeep = parameters.optionalReal("context_keep")
        allowOverlap = parameters.boolean("allow_overlap")
    }
}
