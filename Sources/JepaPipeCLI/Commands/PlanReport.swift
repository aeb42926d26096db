import Foundation
import JepaCore
import JepaTensor
import JepaTraining

/// What a training would take: weights, tokens, operations, memory, steps and time.
struct PlanReport {
    private let loaded: LoadedPipeline
    private let plan: TrainingPlan
    private let costs: [Pipeline.Cost]
    private let masks: [String: MaskSet]

    /// Draws one batch of masks and adds up what the stages cost for it.
    ///
    /// - Parameter images: Plans for so many images; nil looks how many the data source has.
    init(_ loaded: LoadedPipeline, images: Int? = nil) throws {
        self.loaded = loaded
        plan =
            try images.map { try TrainingPlan(loaded.settings, images: $0) } ?? loaded.plan()
        masks = try loaded.pipeline.sampleMasks(batchSize: plan.batchSize)
        costs = loaded.pipeline.costs(batchSize: plan.batchSize, masks: masks)
    }

    /// Floating-point operations of a training step for one image, by the plain arithmetic.
    var operationsPerImage: Double {
        costs.reduce(0) { $0 + $1.operations } / Double(plan.batchSize)
    }

    /// The report.
    ///
    /// - Parameter rate: Operations per second of this machine's matrix products.
    func lines(rate: Double) -> [String] {
        ["Pipeline '\(loaded.graph.name)'", ""] + stageLines + [""] + maskLines + memoryLines
            + trainingLines(rate: rate)
    }

    private var stageLines: [String] {
        var table = TextTable(
            [.left, .left, .right, .left, .right],
            headings: ["stage", "use", "weights", "", "GFLOP/image"])
        for cost in costs {
            guard let node = loaded.pipeline.node(cost.stage) else { continue }
            let isNetwork = cost.weights > 0 && node.role != .optimizer
            let isShared = cost.weights == 0 && cost.isTrained
            table.add([
                cost.stage, node.entry.descriptor.name,
                isNetwork ? grouped(cost.weights) : "",
                isNetwork ? (cost.isTrained ? "trained" : "not trained") : isShared ? "shared" : "",
                cost.operations > 0
                    ? Quantities.billions(cost.operations / Double(plan.batchSize)) : "",
            ])
        }
        table.add(["total", "", "", "", Quantities.billions(operationsPerImage)])
        return table.lines
    }

    private var maskLines: [String] {
        masks.sorted { $0.key < $1.key }.map { name, set in
            let grid = loaded.pipeline.node(name)?.properties["grid"]
            let patches = if case .grid(let grid)? = grid { grid.count } else { 0 }
            return
                "patches      \(patches) (\(grid.map { "\($0)" } ?? "")), of which '\(name)' keeps "
                + "\(set.context.kept) as context and \(set.targets.blocks) x \(set.targets.kept) "
                + "as targets (first batch of \(plan.batchSize))"
        }
    }

    private var memoryLines: [String] {
        let trained = loaded.pipeline.trainedWeights.reduce(0) { $0 + $1.weight.count }
        let all = loaded.pipeline.allWeights.reduce(0) { $0 + $1.weight.count }
        let states = 4 * (all + trained)
        let part = loaded.settings.microBatch ?? plan.batchSize
        let kept = costs.reduce(0) { $0 + $1.keptNumbers } / plan.batchSize * part
        // The libraries, the images that are loaded ahead, and what is left of earlier sizes.
        let program = 40 << 20
        return [
            "memory       about \(Quantities.bytes(states + 4 * kept + program)), known to a quarter: "
                + "\(Quantities.bytes(states)) for weights, gradients and moments, "
                + "\(Quantities.bytes(4 * kept)) for the activations of \(Quantities.count(part, "image")), "
                + "\(Quantities.bytes(program)) for the program"
        ]
    }

    private func trainingLines(rate: Double) -> [String] {
        let operations = operationsPerImage * Double(plan.batchSize) * Double(plan.steps)
        let batch = Quantities.count(plan.batchSize, "image")
        let epoch = Quantities.count(plan.stepsPerEpoch, "step")
        return [
            "training     \(Quantities.count(plan.steps, "step")) of \(batch): "
                + String(format: "%.4g epochs of ", plan.epochs)
                + "\(Quantities.count(plan.images, "image")), \(epoch) each",
            "time         about \(Quantities.duration(operations / rate)) if all of "
                + String(format: "%.3g PFLOP ", operations / 1e15)
                + "ran at the \(Quantities.billions(rate)) GFLOP/s measured here"
                + (loaded.settings.precision == .float32 ? "" : " in bf16"),
        ]
    }

    /// Operations per second of matrix products on this machine, measured for a moment.
    static func measuredRate(_ precision: Precision) -> Double {
        let side = 768
        let matrix = Tensor(repeating: 0.5, shape: [side, side])
        let start = ContinuousClock.now
        var best = 0.0
        // Long enough for the system to give every thread a core of its own.
        while start.duration(to: .now) < .milliseconds(400) {
            let elapsed =
                ContinuousClock().measure { _ = matmul(matrix, matrix, precision: precision) }
                / .seconds(1)
            best = max(best, 2 * pow(Double(side), 3) / elapsed)
        }
        return best
    }
}
