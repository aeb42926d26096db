public import JepaCore

/// Splits the image into quadrants and predicts three of them from the fourth.
///
/// Context `[1, B, K]`, targets `[3, B, K]`, row-major patch indices that never overlap, with
/// `K = floor(H / 2) * floor(W / 2)`. Which quadrant is the context is drawn per image; the target
/// blocks are the others in reading order. On a grid with an odd side the lower or right quadrants
/// have one row or column more: of these a random subset of `K` patches is kept, so that all masks
/// have the same length and no patch is always left out.
///
/// Source: arXiv 2301.08243, table 6 ("rasterized").
public struct RasterisedMasker: Masker {
    public static let descriptor = StageDescriptor(
        name: "rasterised", summary: "Predicts three quadrants of the image from the fourth.",
        source: "arXiv 2301.08243, table 6")

    private let grid: PatchGrid

    public init(parameters: StageParameters) throws {
        grid = parameters.grid("patches")
        guard grid.height > 1, grid.width > 1 else {
            throw parameters.error(
                "a grid of \(grid) has no four quadrants; it takes at least 2x2 patches")
        }
    }

    public var dimensions: [String: Dimension] { ["M": 3] }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        precondition(grid == self.grid, "made for a grid of \(self.grid), asked for \(grid)")
        let (middle, centre) = (grid.height / 2, grid.width / 2)
        let quadrants = [(0, middle), (middle, grid.height)].flatMap { top, bottom in
            [(0, centre), (centre, grid.width)].map { left, right in
                PatchBlock(
                    top: top, left: left,
                    size: BlockSize(height: bottom - top, width: right - left)
                ).indices(in: grid)
            }
        }
        var contexts: [[Int32]] = []
        var targets: [[[Int32]]] = []
        for image in 0..<batchSize {
            var own = random.forSample(image)
            var masks = quadrants.map { own.subset(of: $0, count: middle * centre) }
            contexts.append(masks.remove(at: own.integer(in: 0..<4)))
            targets.append(masks)
        }
        return MaskSet(contexts: contexts, targets: targets)
    }
}
