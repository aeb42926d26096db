import JepaTensor

extension Pipeline {
    /// What one stage costs in a step.
    public struct Cost: Sendable {
        /// The name of the stage.
        public let stage: String
        /// Elements of its weights.
        public let weights: Int
        /// Whether they are trained, which costs a backward pass.
        public let isTrained: Bool
        /// The letters of its sockets with their numbers.
        public let sizes: [String: Int]
        /// Floating-point operations of forward and backward pass together, for the batch, by the
        /// plain arithmetic of the method: savings do not count.
        public let operations: Double
        /// Numbers kept from the forward pass for the way back, for the batch.
        public let keptNumbers: Int
    }

    /// What every stage costs for a batch, given the numbers of patches the maskers keep.
    public func costs(batchSize: Int, masks: [String: MaskSet]) -> [Cost] {
        nodes.map { node in
            let sizes = sizes(of: node, batchSize: batchSize, masks: masks)
            // The gradients of inputs and of weights each cost as much as the forward pass; those
            // of images are not wanted.
            let whole = node.stage.multiplyAdds(for: sizes)
            let all =
                node.isTrained ? 3 * whole - node.stage.dataMultiplyAdds(for: sizes) : whole
            return Cost(
                stage: node.name, weights: node.weightCount, isTrained: node.isTrained,
                sizes: sizes, operations: 2 * Double(all),
                keptNumbers: node.isTrained ? node.stage.keptNumbers(for: sizes) : 0)
        }
    }

    /// The masks of one batch, drawn as in a training step.
    public func sampleMasks(batchSize: Int, step: Int = 0) throws -> [String: MaskSet] {
        try masks(batchSize: batchSize, seed: graph.seed, step: step)
    }

    func masks(batchSize: Int, seed: UInt64, step: Int) throws -> [String: MaskSet] {
        var masks: [String: MaskSet] = [:]
        for node in nodes {
            guard let masker = node.stage as? any Masker,
                case .grid(let grid)? = node.properties["grid"]
            else { continue }
            var random = StageRandom(seed: seed, purpose: node.name, step: step)
            masks[node.name] = try masker.masks(for: grid, batchSize: batchSize, using: &random)
        }
        return masks
    }

    private func sizes(
        of node: Node, batchSize: Int, masks: [String: MaskSet]
    ) -> [String: Int] {
        var letters = ["B": batchSize]
        for (name, set) in masks {
            guard let outputs = self.node(name)?.entry.outputs else { continue }
            for (socket, indices) in zip(outputs, [set.context, set.targets]) {
                // The last axis of a mask is the number of patches it keeps.
                let kept = socket.shape.last.map { shapes.resolve(scoped($0, name)) }
                if let letter = kept?.symbols.first { letters[letter] = indices.kept }
            }
        }
        var sizes: [String: Int] = [:]
        for socket in node.entry.inputs + node.entry.outputs {
            for axis in socket.shape {
                sizes[axis] = shapes.resolve(scoped(axis, node.name)).length(with: letters)
            }
        }
        return sizes
    }

    private func scoped(_ axis: String, _ stage: String) -> Dimension {
        ShapeUnifier.scoped(Dimension(axis), to: stage)
    }
}
