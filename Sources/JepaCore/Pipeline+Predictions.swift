public import JepaTensor

extension Pipeline {
    /// The stages between images and predicted tokens.
    public struct PredictionPath {
        /// Draws context and target patches.
        public let masker: Node
        /// Predicts the tokens of the targets.
        public let predictor: Node
        /// Gives the tokens that should be predicted.
        public let targetEncoder: Node
        /// Compares the two.
        public let loss: Node
        /// The patches of an image.
        public let grid: PatchGrid
    }

    /// What a predictor says, and what it should have said.
    public struct Predictions: Sendable {
        /// `[M*B, K, E]`, row `m*B + b`.
        public let predicted: Tensor
        /// The targets as the loss compares them, of the same shape.
        public let targets: Tensor
    }

    /// The stages that predict tokens; of several predictors the first that a loss judges.
    ///
    /// - Throws: `configuration` if no loss compares a predictor with an encoder, or the patches to
    ///   predict come from no masker.
    public func predictionPath() throws -> PredictionPath {
        func origin(of socket: String, of node: Node) -> Node? {
            edges.first { $0.target == Wiring.Endpoint(stage: node.name, socket: socket) }
                .flatMap { self.node($0.source.stage) }
        }
        for loss in nodes where loss.role == .loss {
            guard let predictor = origin(of: "predictions", of: loss), predictor.role == .predictor,
                let encoder = origin(of: "targets", of: loss), encoder.role == .encoder,
                let masker = origin(of: "targets", of: predictor), masker.role == .masker,
                case .grid(let grid)? = masker.properties["grid"]
            else { continue }
            return PredictionPath(
                masker: masker, predictor: predictor, targetEncoder: encoder, loss: loss, grid: grid
            )
        }
        throw PipelineError(
            .configuration,
            "pipeline '\(graph.name)' has no loss that compares the predictions of a predictor for "
                + "masked patches with the tokens of an encoder")
    }

    /// The tokens of all patches as the loss of a path compares them with predictions.
    ///
    /// - Parameter images: `[B, C, H, W]`, normalised.
    /// - Returns: `[B, N, E]`
    public func comparedTokens(of images: Tensor, on path: PredictionPath) throws -> Tensor {
        guard let encoder = path.targetEncoder.stage as? any Encoder else {
            fatalError("'\(path.targetEncoder.name)' is no encoder")
        }
        let tape = Tape(recording: false)
        let tokens = try encoder.encode(
            StageInputs(["images": .variable(Variable(images))]), on: tape)
        return try compared(tokens, on: path, tape).value
    }

    /// Predicts the tokens of target blocks, without gradient.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`, normalised; all views of a data source that has several.
    ///   - masks: By the names of the maskers; those of the path have to be there.
    public func predictions(
        of images: Tensor, _ masks: [String: MaskSet], on path: PredictionPath
    ) throws -> Predictions {
        let tape = Tape(recording: false)
        let batch = Batch(
            views: Array(repeating: images, count: viewCount),
            labels: Array(repeating: -1, count: images.shape[0]))
        var outputs: [String: Variable] = [:]
        // Losses and projectors may want more images than there are to look at.
        try forward(
            nodes(before: [path.predictor.name, path.targetEncoder.name]),
            from: startValues(batch, masks), on: tape, inputs: untrainedInputs
        ) { outputs[$0.node.name] = $0.output }
        guard let predicted = outputs[path.predictor.name],
            let targets = outputs[path.targetEncoder.name]
        else { fatalError("the stages of a path have not been computed") }
        return Predictions(
            predicted: predicted.value, targets: try compared(targets, on: path, tape).value)
    }

    /// The stages of these names and all that their outputs are computed from, in order.
    private func nodes(before names: Set<String>) -> [Node] {
        var wanted = names
        for node in nodes.reversed() where wanted.contains(node.name) {
            for edge in edges where edge.target.stage == node.name {
                wanted.insert(edge.source.stage)
            }
        }
        return nodes.filter { wanted.contains($0.name) }
    }

    private func compared(
        _ tokens: Variable, on path: PredictionPath, _ tape: Tape
    ) throws -> Variable {
        guard let loss = path.loss.stage as? any Loss else {
            fatalError("'\(path.loss.name)' is no loss")
        }
        return try loss.comparedTargets(StageInputs(["targets": .variable(tokens)]), on: tape)
            ?? tokens
    }
}
