import JepaCore
import JepaTensor

/// One step of training, measured.
struct BenchStep {
    /// From before the batch was asked for to after the last update.
    let seconds: Double
    /// `data`, the masks and stages by their names, `backward`, `gradient_norm`, `optimizer`.
    let phases: [Figure]
    /// Page faults on the way.
    let pageFaults: Int
    /// Floating-point operations by the plain arithmetic of the method.
    let operations: Double

    /// Operations per second.
    var rate: Double { operations / seconds }
}

/// What a batch is made of, so that another program can do the same work.
struct BenchWork: Encodable {
    /// Patches of each context block.
    let contextPatches: Int
    /// Target blocks of each image.
    let targetBlocks: Int
    /// Patches of each target block.
    let targetPatches: Int
    /// Floating-point operations of the step by the plain arithmetic.
    let operations: Double

    init(_ pipeline: Pipeline, batchSize: Int, step: Int) throws {
        let masks = try pipeline.sampleMasks(batchSize: batchSize, step: step)
        operations = pipeline.costs(batchSize: batchSize, masks: masks)
            .reduce(0) { $0 + $1.operations }
        let first = masks.min { $0.key < $1.key }?.value
        contextPatches = first?.context.kept ?? 0
        targetBlocks = first?.targets.blocks ?? 0
        targetPatches = first?.targets.kept ?? 0
    }
}

/// The middle, the lowest and the highest of some numbers.
struct Spread: Encodable, Equatable {
    let median: Double
    let lowest: Double
    let highest: Double

    /// Traps if there are no numbers.
    init(_ values: [Double]) {
        precondition(!values.isEmpty, "no numbers have no median")
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median =
            sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        lowest = sorted[0]
        highest = sorted[sorted.count - 1]
    }
}
