extension Assembly {
    /// Finds out how long all axes are, and reports the edges along which they do not fit.
    mutating func unifyShapes() {
        for node in wiring.nodes {
            guard let stage = stages[node.name] else { continue }
            var dimensions = stage.dimensions
            if let source = stage as? any DataSource {
                dimensions["C"] = Dimension(source.imageShape.channels)
                dimensions["H"] = Dimension(source.imageShape.height)
                dimensions["W"] = Dimension(source.imageShape.width)
            }
            for (symbol, dimension) in dimensions.sorted(by: { $0.key < $1.key }) {
                let fits = shapes.bind(symbol, of: node.name, to: dimension)
                precondition(
                    fits, "stage '\(node.name)' gives '\(symbol)' two lengths: \(dimension)")
            }
        }
        for edge in wiring.edges { unify(edge) }
    }

    private mutating func unify(_ edge: Wiring.Edge) {
        let before = shapes
        let fits = zip(edge.sourceSocket.shape, edge.targetSocket.shape).allSatisfy {
            shapes.unify(
                ShapeUnifier.scoped(Dimension($0), to: edge.source.stage),
                ShapeUnifier.scoped(Dimension($1), to: edge.target.stage))
        }
        guard !fits else { return }
        let given = before.text(of: edge.sourceSocket, at: edge.source.stage)
        let taken = before.text(of: edge.targetSocket, at: edge.target.stage)
        shapes = before
        wrongEdges.append(
            WrongEdge(
                from: "\(edge.source)", to: edge.target.stage, edge.target.socket,
                "gives \(given), takes \(taken)"))
        errors.append(
            PipelineError(
                .wiring,
                "\(edge.source) gives \(edge.sourceSocket.kind.rawValue) \(given), but input "
                    + "'\(edge.target.socket)' of stage '\(edge.target.stage)' takes \(taken)",
                at: edge.location))
    }
}
