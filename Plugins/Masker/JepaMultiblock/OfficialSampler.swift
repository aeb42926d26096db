import JepaCore

/// Draws masks with the distribution of the released code, flaws included.
///
/// - A block never fills the grid, and positions are `0..<H - h`: the last row and the last column
///   belong to no mask.
/// - A mask has to have *more* than `min_keep` patches, target blocks too. A context that has not
///   is drawn again; after every 20 failures one target block fewer, the last ones first, is cut
///   out of it, so that context and targets may overlap.
/// - All contexts are cut to the shortest of the batch by keeping their *first* patches, so the
///   lower part of the images is lost.
///
/// Drawing ends after at most `20 M` failures: from then on the context is a whole block, and
/// `obstacle` has made sure that the smallest one is large enough. The released code has no such
/// check and loops for ever.
///
/// The released code draws positions from an unseeded generator; here they follow from the seed.
///
/// Source: facebookresearch/ijepa, commit 52c1ae9, `src/masks/multiblock.py`.
struct OfficialSampler: MultiblockSampler {
    private static let triesPerLevel = 20

    let settings: MultiblockSettings

    func obstacle(on grid: PatchGrid) -> MultiblockObstacle? {
        if settings.contextKeep != nil {
            return MultiblockObstacle(
                message: "'context_keep' does not go with sampler 'official', which cuts every "
                    + "context to the shortest of the batch",
                parameter: "context_keep",
                remedy: "Remove 'context_keep' or set sampler: unbiased.")
        }
        for (what, range) in [("target", settings.targetSizes), ("context", settings.contextSizes)]
        {
            let sizes = range.sizes(on: grid).map(\.size)
            let (smallest, largest) = (sizes[0], sizes[sizes.count - 1])
            if smallest.height > 0, smallest.width > 0, smallest.count > settings.minKeep {
                continue
            }
            return MultiblockObstacle(
                message: "a \(what) block can be as small as \(smallest) = \(smallest.count) "
                    + "patches on a grid of \(grid), but sampler 'official' draws until it has "
                    + "more than min_keep = \(settings.minKeep); the largest possible \(what) "
                    + "block is \(largest) = \(largest.count) patches",
                parameter: settings.setsMinKeep ? "min_keep" : "\(what)_scale",
                remedy: smallest.count > 1
                    ? "Set min_keep to at most \(smallest.count - 1), or raise \(what)_scale."
                    : "Raise \(what)_scale, or use smaller patches.")
        }
        return nil
    }

    func masks(for grid: PatchGrid, batchSize: Int, using random: inout StageRandom) -> MaskSet {
        let targetSize = settings.targetSizes.draw(on: grid, using: &random)
        let contextSize = settings.contextSizes.draw(on: grid, using: &random)
        var contexts: [[Int32]] = []
        var targets: [[[Int32]]] = []
        for image in 0..<batchSize {
            var own = random.forSample(image)
            let blocks = (0..<settings.targetBlocks).map { _ in
                place(targetSize, on: grid, using: &own)
            }
            targets.append(blocks.map { $0.indices(in: grid) })
            contexts.append(
                context(contextSize, outside: blocks, on: grid, using: &own))
        }
        let shortest = contexts.lazy.map(\.count).min() ?? 0
        return MaskSet(contexts: contexts.map { Array($0.prefix(shortest)) }, targets: targets)
    }

    private func context(
        _ size: BlockSize, outside targets: [PatchBlock], on grid: PatchGrid,
        using random: inout StageRandom
    ) -> [Int32] {
        for removed in stride(from: settings.allowOverlap ? 0 : targets.count, to: 0, by: -1) {
            for _ in 0..<Self.triesPerLevel {
                let kept = place(size, on: grid, using: &random)
                    .indices(in: grid, outside: targets.prefix(removed))
                if kept.count > settings.minKeep { return kept }
            }
        }
        return place(size, on: grid, using: &random).indices(in: grid)
    }

    private func place(
        _ size: BlockSize, on grid: PatchGrid, using random: inout StageRandom
    ) -> PatchBlock {
        PatchBlock(
            top: random.integer(in: 0..<grid.height - size.height),
            left: random.integer(in: 0..<grid.width - size.width), size: size)
    }
}
