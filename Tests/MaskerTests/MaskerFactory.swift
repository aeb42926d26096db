import JepaCore

/// A masker for a grid, made from what a graph file would set.
func make<M: Masker>(
    _ type: M.Type, on grid: PatchGrid, _ parameters: Setting = [:]
) throws -> M {
    try M(
        parameters: StageParameters(
            for: M.self, named: "masks", parameters, linked: ["patches": .grid(grid)]))
}

/// Statistics of some batches of a masker.
func statistics(
    of masker: some Masker, on grid: PatchGrid, batchSize: Int, batches: Int, seed: UInt64 = 1
) throws -> MaskStatistics {
    var statistics = MaskStatistics(grid: grid)
    for step in 0..<batches {
        var random = StageRandom(seed: seed, purpose: "masks", step: step)
        statistics.add(try masker.masks(for: grid, batchSize: batchSize, using: &random))
    }
    return statistics
}

/// What a masker says when it refuses a grid; nil if it does not.
func refusal<M: Masker>(
    _ type: M.Type, on grid: PatchGrid, _ parameters: Setting = [:]
) throws -> String? {
    do {
        _ = try make(type, on: grid, parameters)
        return nil
    } catch let error as PipelineError {
        return ([error.message] + error.notes).joined(separator: "\n")
    }
}

extension PatchGrid {
    /// A square grid.
    static func square(_ side: Int) -> PatchGrid { PatchGrid(height: side, width: side) }
}
