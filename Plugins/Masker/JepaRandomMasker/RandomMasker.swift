public import JepaCore

/// Predicts patches chosen at random, each by itself, from all the others.
///
/// Context `[1, B, N - K]`, targets `[1, B, K]` with `K = round(N ratio)`, row-major patch indices
/// that never overlap; together they are the whole grid. `ratio` is the share that MAE papers call
/// the mask ratio, and what they call the mask is the target here.
///
/// Source: arXiv 2301.08243, table 6 ("random", .6); arXiv 2111.06377 (.75).
public struct RandomMasker: Masker {
    public static let descriptor = StageDescriptor(
        name: "random",
        summary: "Predicts patches chosen one by one at random from all the others.",
        source: "arXiv 2301.08243, table 6; arXiv 2111.06377",
        parameters: [
            .real(
                "ratio", in: 0...1, default: 0.6,
                help: "Share of the patches to predict; the others are the context.")
        ])

    private let grid: PatchGrid
    private let targetCount: Int

    public init(parameters: StageParameters) throws {
        let ratio = parameters.real("ratio")
        grid = parameters.grid("patches")
        targetCount = Int((Double(grid.count) * ratio).rounded())
        guard 0 < targetCount, targetCount < grid.count else {
            throw parameters.error(
                "ratio \(ratio) makes \(targetCount) of the \(grid.count) patches of a grid of "
                    + "\(grid) targets, which leaves "
                    + (targetCount == 0 ? "nothing to predict" : "no context"),
                parameter: "ratio")
        }
    }

    public var dimensions: [String: Dimension] { ["M": 1] }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        precondition(grid == self.grid, "made for a grid of \(self.grid), asked for \(grid)")
        let all = (0..<Int32(grid.count)).map { $0 }
        var contexts: [[Int32]] = []
        var targets: [[[Int32]]] = []
        for image in 0..<batchSize {
            var own = random.forSample(image)
            let chosen = own.subset(of: all, count: targetCount)
            let isTarget = Set(chosen)
            targets.append([chosen])
            contexts.append(all.filter { !isTarget.contains($0) })
        }
        return MaskSet(contexts: contexts, targets: targets)
    }
}
