public import JepaCore
import JepaTensor

/// Hides one horizontal stripe of patches and asks the predictor for it.
public struct StripeMasker: Masker {
    public static let descriptor = StageDescriptor(
        name: "stripe", summary: "Predicts one horizontal stripe from the rest of the image.",
        parameters: [
            .integer("height", in: 1...64, help: "Height of the stripe.", unit: .patches)
        ])

    private let height: Int

    public init(parameters: StageParameters) throws {
        height = parameters.integer("height")
        let grid = parameters.grid("patches")
        guard height < grid.height else {
            throw parameters.error(
                "a stripe of \(height) rows leaves nothing of a \(grid) grid", parameter: "height")
        }
    }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        var context: [Int32] = []
        var target: [Int32] = []
        for image in 0..<batchSize {
            var own = random.forSample(image)
            let top = own.integer(in: 0..<grid.height - height + 1)
            for patch in 0..<grid.count {
                let isInside = (top..<top + height).contains(patch / grid.width)
                if isInside { target.append(Int32(patch)) } else { context.append(Int32(patch)) }
            }
        }
        let stripe = height * grid.width
        return MaskSet(
            context: PatchIndices(
                blocks: 1, batch: batchSize, kept: grid.count - stripe, values: context),
            targets: PatchIndices(blocks: 1, batch: batchSize, kept: stripe, values: target))
    }
}
