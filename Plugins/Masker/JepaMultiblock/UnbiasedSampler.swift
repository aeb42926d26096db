import JepaCore

/// Draws multi-block masks that treat every part of the image alike.
///
/// - Every position in the grid is possible, the last row and column included, and a block may
///   fill the grid.
/// - An image whose context would have fewer than `min_keep` patches is drawn again, targets
///   included. After every 100 failures one target block fewer has a place of its own and lies
///   where the first one does; context and targets never overlap unless `allow_overlap` is set.
/// - All contexts are cut to the same length by keeping a *random subset*: the shortest of the
///   batch or, with `context_keep`, that share of the grid. An image that has fewer is then drawn
///   again in the same way, so the length is the same for every batch and batch size.
///
/// What `context_keep` costs: with the default scales on a 14x14 grid, shares up to .3 leave the
/// targets as they are, .4 makes them overlap a little more (they cover .447 of the grid instead of
/// .474), .5 clearly (.389), and with .6 (.307) every fifth target block repeats another.
///
/// Drawing ends after at most `100 M` failures: then all target blocks lie in one corner and the
/// context in the opposite one. No arrangement leaves the context more patches, and `obstacle`
/// has made sure for all sizes that these are enough.
struct UnbiasedSampler: MultiblockSampler {
    private static let triesPerLevel = 100

    let settings: MultiblockSettings

    func obstacle(on grid: PatchGrid) -> MultiblockObstacle? {
        let needed = patchesNeeded(on: grid)
        if settings.setsMinKeep, needed < settings.minKeep {
            return MultiblockObstacle(
                message: "context_keep keeps \(needed) of the \(grid.count) patches of a grid of "
                    + "\(grid), but min_keep asks for \(settings.minKeep)",
                parameter: "context_keep", remedy: "Raise context_keep or lower min_keep.")
        }
        let targetSizes = settings.targetSizes.sizes(on: grid).map(\.size)
        let contextSizes = settings.contextSizes.sizes(on: grid).map(\.size)
        let largest = contextSizes[contextSizes.count - 1]
        let cuts = settings.allowOverlap ? [nil] : targetSizes.map(Optional.some)
        let worst = contextSizes.flatMap { context in cuts.map { (context: context, target: $0) } }
            .map { (pair: $0, left: patchesLeft($0.context, outside: $0.target, on: grid)) }
            .min { $0.left < $1.left }
        guard let (pair, left) = worst, left < needed else { return nil }
        let parameter = settings.contextKeep == nil ? "min_keep" : "context_keep"
        let isSet = settings.contextKeep != nil || settings.setsMinKeep
        let cut = pair.target.map { " beside a target block of \($0)" } ?? ""
        let wanted =
            settings.contextKeep.map { "context_keep = \($0) asks for \(needed)" }
            ?? "min_keep asks for \(needed)"
        let most = Double(left) / Double(grid.count)
        let bound =
            settings.contextKeep == nil
            ? "\(left)" : "\((most * 1000).rounded(.down) / 1000) (\(left) patches)"
        return MultiblockObstacle(
            message: "a context block of \(pair.context)\(cut) keeps \(left) patches at most on a "
                + "grid of \(grid), but \(wanted); the largest possible context block is "
                + "\(largest) = \(largest.count) patches",
            parameter: isSet ? parameter : "context_scale",
            remedy: left > 0
                ? "Set \(parameter) to at most \(bound), or raise context_scale."
                : "Raise context_scale or lower target_scale.")
    }

    func masks(for grid: PatchGrid, batchSize: Int, using random: inout StageRandom) -> MaskSet {
        let targetSize = settings.targetSizes.draw(on: grid, using: &random)
        let contextSize = settings.contextSizes.draw(on: grid, using: &random)
        let needed = patchesNeeded(on: grid)
        var generators = (0..<batchSize).map(random.forSample)
        var contexts: [[Int32]] = []
        var targets: [[[Int32]]] = []
        for image in 0..<batchSize {
            let (context, blocks) = arrange(
                contextSize, targetSize, keeping: needed, on: grid, using: &generators[image])
            contexts.append(context)
            targets.append(blocks.map { $0.indices(in: grid) })
        }
        let kept =
            settings.contextKeep == nil ? contexts.lazy.map(\.count).min() ?? needed : needed
        for image in 0..<batchSize {
            contexts[image] = generators[image].subset(of: contexts[image], count: kept)
        }
        return MaskSet(contexts: contexts, targets: targets)
    }

    /// Places the blocks of one image.
    private func arrange(
        _ contextSize: BlockSize, _ targetSize: BlockSize, keeping needed: Int, on grid: PatchGrid,
        using random: inout StageRandom
    ) -> (context: [Int32], targets: [PatchBlock]) {
        let count = settings.targetBlocks
        for places in stride(from: count, to: 0, by: -1) {
            for _ in 0..<Self.triesPerLevel {
                var targets = (0..<places).map { _ in place(targetSize, on: grid, using: &random) }
                targets += repeatElement(targets[0], count: count - places)
                let context = place(contextSize, on: grid, using: &random)
                    .indices(in: grid, outside: settings.allowOverlap ? [] : targets)
                if context.count >= needed { return (context, targets) }
            }
        }
        let (isBelow, isRight) = (random.integer(in: 0..<2) == 1, random.integer(in: 0..<2) == 1)
        let target = corner(targetSize, below: isBelow, right: isRight, on: grid)
        let context = corner(contextSize, below: !isBelow, right: !isRight, on: grid)
        return (
            context.indices(in: grid, outside: settings.allowOverlap ? [] : [target]),
            Array(repeating: target, count: count)
        )
    }

    private func place(
        _ size: BlockSize, on grid: PatchGrid, using random: inout StageRandom
    ) -> PatchBlock {
        PatchBlock(
            top: random.integer(in: 0..<grid.height - size.height + 1),
            left: random.integer(in: 0..<grid.width - size.width + 1), size: size)
    }

    private func corner(
        _ size: BlockSize, below: Bool, right: Bool, on grid: PatchGrid
    ) -> PatchBlock {
        PatchBlock(
            top: below ? grid.height - size.height : 0, left: right ? grid.width - size.width : 0,
            size: size)
    }

    private func patchesNeeded(on grid: PatchGrid) -> Int {
        guard let share = settings.contextKeep else { return settings.minKeep }
        return max(1, Int((Double(grid.count) * share).rounded()))
    }

    /// The patches of a context block outside a target block in the opposite corner.
    private func patchesLeft(
        _ context: BlockSize, outside target: BlockSize?, on grid: PatchGrid
    ) -> Int {
        guard let target else { return context.count }
        let rows = max(0, context.height + target.height - grid.height)
        let columns = max(0, context.width + target.width - grid.width)
        return context.count - rows * columns
    }
}
