public import JepaCore
import JepaTensor

/// Shuffles the patches of every image: the first half is context, the rest two target blocks.
///
/// Context `[1, B, N/2]`, targets `[2, B, N/4]`; needs four patches or more.
public struct ToyMasker: Masker {
    public static let descriptor = StageDescriptor(
        name: "toy_masker", summary: "Half of the patches as context, the others as targets.")

    public init(parameters: StageParameters) throws {
        let grid = parameters.grid("patches")
        guard grid.count >= 4 else {
            throw parameters.error("a grid of \(grid) has fewer than four patches")
        }
    }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        let (half, quarter) = (grid.count / 2, grid.count / 4)
        let orders = (0..<batchSize).map { image in
            var random = random.forSample(image)
            return random.permutation(of: grid.count).map(Int32.init)
        }
        let context = orders.flatMap { $0[0..<half].sorted() }
        let first = orders.flatMap { $0[half..<half + quarter].sorted() }
        let second = orders.flatMap { $0[half + quarter..<half + 2 * quarter].sorted() }
        return MaskSet(
            context: PatchIndices(blocks: 1, batch: batchSize, kept: half, values: context),
            targets: PatchIndices(
                blocks: 2, batch: batchSize, kept: quarter, values: first + second))
    }
}
