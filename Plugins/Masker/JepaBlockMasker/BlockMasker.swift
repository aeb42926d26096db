public import JepaCore

/// Predicts one large block of patches from everything around it.
///
/// Context `[1, B, N - h*w]`, targets `[1, B, h*w]`, row-major patch indices that never overlap;
/// together they are the whole grid. The size `h x w` is drawn per batch, the place per image;
/// every place in the grid is equally likely.
///
/// Source: arXiv 2301.08243, table 6 ("block", .6).
public struct BlockMasker: Masker {
    public static let descriptor = StageDescriptor(
        name: "block", summary: "Predicts one large block of patches from all around it.",
        source: "arXiv 2301.08243, table 6",
        parameters: [
            .interval(
                "scale", in: 0...1, default: 0.6...0.6,
                help: "Share of the patches in the block to predict, lowest and highest."),
            .interval(
                "aspect", in: 0.05...20, default: 0.75...1.5,
                help: "Height over width of the block to predict, lowest and highest."),
        ])

    private let grid: PatchGrid
    private let sizes: BlockSizeRange

    public init(parameters: StageParameters) throws {
        sizes = BlockSizeRange(
            scale: parameters.interval("scale"), aspect: parameters.interval("aspect"), limit: .grid
        )
        grid = parameters.grid("patches")
        let possible = sizes.sizes(on: grid).map(\.size)
        guard let largest = possible.last, largest.count < grid.count else {
            let room = possible.last { $0.count < grid.count }
            throw parameters.error(
                "the largest possible block on a grid of \(grid) is \(possible.last ?? possible[0]),"
                    + " which leaves no context",
                parameter: "scale",
                notes: [
                    room.map { "Lower scale; a block of \($0) leaves a context." }
                        ?? "Lower scale, or use smaller patches."
                ])
        }
    }

    public var dimensions: [String: Dimension] { ["M": 1] }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        precondition(grid == self.grid, "made for a grid of \(self.grid), asked for \(grid)")
        let size = sizes.draw(on: grid, using: &random)
        let whole = PatchBlock(
            top: 0, left: 0, size: BlockSize(height: grid.height, width: grid.width))
        var contexts: [[Int32]] = []
        var targets: [[[Int32]]] = []
        for image in 0..<batchSize {
            var own = random.forSample(image)
            let block = PatchBlock(
                top: own.integer(in: 0..<grid.height - size.height + 1),
                left: own.integer(in: 0..<grid.width - size.width + 1), size: size)
            targets.append([block.indices(in: grid)])
            contexts.append(whole.indices(in: grid, outside: [block]))
        }
        return MaskSet(contexts: contexts, targets: targets)
    }
}
