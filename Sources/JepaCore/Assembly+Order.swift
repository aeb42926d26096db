extension Assembly {
    /// Puts the stages in the order of a step, and reports a cycle.
    mutating func orderSteps() {
        let sorted = topologicalOrder(
            wiring.nodes.map(\.name),
            after: { name in wiring.edges(into: name).map(\.source.stage) })
        order = sorted.order
        guard let first = sorted.cycle.first else { return }
        for edge in wiring.edges
        where sorted.cycle.contains(edge.source.stage) && sorted.cycle.contains(edge.target.stage) {
            wrongEdges.append(
                WrongEdge(
                    from: "\(edge.source)", to: edge.target.stage, edge.target.socket,
                    "part of a cycle"))
        }
        errors.append(
            PipelineError(
                .wiring,
                "the edges form a cycle: "
                    + (sorted.cycle + [first]).joined(separator: " -> "),
                at: wiring.edges(into: first).first { sorted.cycle.contains($0.source.stage) }?
                    .location))
    }

    /// Reports stages no loss depends on, and data sources that compete.
    mutating func checkUse() {
        guard errors.isEmpty, wiring.isComplete else { return }
        var used = Set(wiring.nodes.filter { $0.entry.role == .loss }.map(\.name))
        for name in order.reversed() where used.contains(name) {
            used.formUnion(wiring.edges(into: name).map(\.source.stage))
        }
        for node in wiring.nodes where !used.contains(node.name) {
            switch node.entry.role {
            case .encoder, .predictor, .masker:
                let error = PipelineError(
                    .wiring, "no loss depends on stage '\(node.name)'",
                    at: node.written.location,
                    notes: ["Wire its output to another stage or remove it."])
                report([error], about: node.name)
            default: break
            }
        }
        let sources = wiring.nodes.filter { $0.entry.role == .dataSource && used.contains($0.name) }
        if sources.isEmpty {
            errors.append(
                PipelineError(.missing, "no data source feeds the losses", at: nil))
        }
        for extra in sources.dropFirst() {
            let error = PipelineError(
                .wiring,
                "stage '\(extra.name)' is a second data source beside '\(sources[0].name)'; "
                    + "one feeds a pipeline", at: extra.written.location)
            report([error], about: extra.name)
        }
        for loss in wiring.minimised where loss.weight == 0 {
            errors.append(
                PipelineError(
                    .value, "loss '\(loss.stage)' is minimised with the weight 0",
                    at: loss.location,
                    notes: ["Leave it out of 'minimize': it is then computed and logged only."]))
        }
    }
}
