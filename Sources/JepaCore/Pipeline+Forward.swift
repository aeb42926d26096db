import JepaTensor

extension Pipeline {
    /// A stage that has just been computed.
    struct Computed {
        /// The stage.
        let node: Node
        /// What arrived at its sockets.
        let arrived: [String: StageInputs.Value]
        /// What it gives.
        let output: Variable
        /// How long it took.
        let seconds: Double
    }

    /// Computes stages one after the other, each from what those before it gave.
    ///
    /// - Parameters:
    ///   - nodes: Stages in the order of the pipeline, with all that their inputs come from.
    ///   - start: What data source and maskers give.
    ///   - inputs: Tells a stage what arrives and all else of the call.
    ///   - body: Gets each stage that computes something, before the next one begins.
    func forward(
        _ nodes: [Node], from start: [Wiring.Endpoint: StageInputs.Value], on tape: Tape,
        inputs: (_ node: Node, _ arrived: [String: StageInputs.Value]) -> StageInputs,
        _ body: (Computed) throws -> Void
    ) throws {
        var values = start
        for node in nodes {
            let arrived = arriving(at: node, from: values)
            let inputs = inputs(node, arrived)
            let began = ContinuousClock.now
            guard let output = try output(of: node, inputs, on: tape) else { continue }
            let seconds = began.duration(to: .now) / .seconds(1)
            try body(Computed(node: node, arrived: arrived, output: output, seconds: seconds))
            for socket in node.entry.outputs {
                values[Wiring.Endpoint(stage: node.name, socket: socket.name)] = .variable(output)
            }
        }
    }

    /// The inputs of a pass that trains nothing: all draws come from the seed of the graph.
    func untrainedInputs(_ node: Node, _ arrived: [String: StageInputs.Value]) -> StageInputs {
        StageInputs(arrived, random: StageRandom(seed: graph.seed, purpose: node.name))
    }

    /// What data source and maskers give for a batch.
    func startValues(
        _ batch: Batch, _ masks: [String: MaskSet]
    ) -> [Wiring.Endpoint: StageInputs.Value] {
        var values = sourceValues(batch)
        for (name, set) in masks {
            values[Wiring.Endpoint(stage: name, socket: "context")] = .mask(set.context)
            values[Wiring.Endpoint(stage: name, socket: "targets")] = .mask(set.targets)
        }
        return values
    }

    /// What the data source gives for a batch.
    private func sourceValues(_ batch: Batch) -> [Wiring.Endpoint: StageInputs.Value] {
        let (name, _) = dataSource
        var values: [Wiring.Endpoint: StageInputs.Value] = [:]
        var views = batch.views.makeIterator()
        for socket in node(name)?.entry.outputs ?? [] {
            let endpoint = Wiring.Endpoint(stage: name, socket: socket.name)
            switch socket.kind {
            case .images: values[endpoint] = views.next().map { .variable(Variable($0)) }
            case .labels: values[endpoint] = .labels(batch.labels)
            case .mask, .tokens, .scalar: break
            }
        }
        return values
    }

    /// What the edges into a stage carry, by its sockets.
    private func arriving(
        at node: Node, from values: [Wiring.Endpoint: StageInputs.Value]
    ) -> [String: StageInputs.Value] {
        var arriving: [String: StageInputs.Value] = [:]
        for edge in edges where edge.target.stage == node.name {
            arriving[edge.target.socket] = values[edge.source]
        }
        return arriving
    }

    /// The output of a stage that computes on the tape; nil for the others.
    private func output(of node: Node, _ inputs: StageInputs, on tape: Tape) throws -> Variable? {
        switch node.stage {
        case let stage as any Encoder: try stage.encode(inputs, on: tape)
        case let stage as any Predictor: try stage.predict(inputs, on: tape)
        case let stage as any Loss: try stage.loss(inputs, on: tape)
        default: nil
        }
    }
}
