public import JepaTensor

extension Pipeline {
    /// What one loss compared, in a pass that trains nothing.
    public struct Comparison {
        /// The stage of the loss.
        public let loss: String
        /// Its value for the predictions of the pipeline.
        public let value: Double
        /// The targets as they were compared, `[R, K, D]`.
        public let targets: Tensor
        /// Which patch each target stands for, in the order of the rows; nil where no mask says.
        public let patches: [Int32]?
        /// Whether weights have a part in the targets. Pixels are what they are; targets that are
        /// learnt can become easy by saying little.
        public let targetsAreLearnt: Bool
        private let stage: any Loss
        private let inputs: [String: StageInputs.Value]

        fileprivate init?(
            _ node: Node, _ inputs: [String: StageInputs.Value], value: Double,
            patches: PatchIndices?, targetsAreLearnt: Bool
        ) throws {
            guard let stage = node.stage as? any Loss,
                let targets = try stage.comparedTargets(
                    StageInputs(inputs), on: Tape(recording: false))?.value,
                targets.shape.count == 3, targets.count > 0
            else { return nil }
            (loss, self.value, self.targets) = (node.name, value, targets)
            (self.stage, self.inputs) = (stage, inputs)
            self.targetsAreLearnt = targetsAreLearnt
            let rows = patches.map { [$0.blocks * $0.batch, $0.kept] }
            self.patches = rows == Array(targets.shape.prefix(2)) ? patches?.values : nil
        }

        /// The value of the loss for other predictions, `[R, K, D]`.
        public func value(of predictions: Tensor) throws -> Double {
            var inputs = inputs
            inputs["predictions"] = .variable(Variable(predictions))
            let tape = Tape(recording: false)
            return Double(try stage.loss(StageInputs(inputs), on: tape).value.scalar)
        }
    }

    /// Computes every loss that compares predictions with targets, and changes nothing.
    ///
    /// Stages are told that this is no training step. All draws come from the seed of the graph,
    /// so the same images give the same figures as long as the weights are the same.
    ///
    /// - Parameters:
    ///   - batch: At most as many images as `masks` has.
    ///   - masks: Of each masker, such as from `sampleMasks`.
    /// - Throws: `notFinite` with the stage; whatever a stage throws.
    public func compare(_ batch: Batch, masks: [String: MaskSet]) throws -> [Comparison] {
        let start = startValues(batch, masks.mapValues { $0.images(0..<batch.count) })
        var comparisons: [Comparison] = []
        try forward(
            nodes, from: start, on: Tape(recording: false), inputs: untrainedInputs
        ) { computed in
            let (node, output) = (computed.node, computed.output)
            guard output.value.isFinite else {
                throw PipelineError(
                    .notFinite,
                    "stage '\(node.name)' produced a number that is not finite when its features "
                        + "were looked at")
            }
            if node.role == .loss,
                let comparison = try Comparison(
                    node, computed.arrived, value: Double(output.value.scalar),
                    patches: targetPatches(of: node, from: start),
                    targetsAreLearnt: haveTargetsWeights(node))
            {
                comparisons.append(comparison)
            }
        }
        return comparisons
    }

    /// The stage that gives the targets of a loss.
    private func targetStage(of loss: Node) -> String? {
        edges.first { $0.target == Wiring.Endpoint(stage: loss.name, socket: "targets") }?
            .source.stage
    }

    /// Whether the stage that gives the targets of a loss, or one before it, has weights.
    private func haveTargetsWeights(_ loss: Node) -> Bool {
        var waiting = targetStage(of: loss).map { [$0] } ?? []
        var seen: Set<String> = []
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted else { continue }
            if node(name)?.weightCount ?? 0 > 0 { return true }
            waiting += edges.filter { $0.target.stage == name }.map(\.source.stage)
        }
        return false
    }

    /// The mask that chose the tokens which arrive as the targets of a loss, of those that the
    /// maskers gave.
    private func targetPatches(
        of loss: Node, from values: [Wiring.Endpoint: StageInputs.Value]
    ) -> PatchIndices? {
        guard let source = targetStage(of: loss) else { return nil }
        let masks = edges.filter { $0.target.stage == source && $0.kind == .mask }
        // Where both are wired it is 'gather' that chooses among what 'keep' has left.
        let chosen = masks.first { $0.target.socket == "gather" } ?? masks.first
        guard let chosen, case .mask(let patches)? = values[chosen.source] else { return nil }
        return patches
    }
}
