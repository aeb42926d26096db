/// Makes the stages of a wired graph, in the order in which values follow from each other, and
/// checks the shapes along every edge.
struct Assembly {
    private(set) var stages: [String: any Stage] = [:]
    private(set) var properties: [String: [String: StageProperty]] = [:]
    private(set) var shapes = ShapeUnifier()
    private(set) var errors: [PipelineError]
    /// The edges and links that cannot stand as they are written.
    private(set) var wrongEdges: [WrongEdge]
    /// What is wrong with the stages themselves, by name.
    private(set) var faults: [String: [PipelineError]]
    /// The stages in the order in which a step computes them.
    private(set) var order: [String] = []
    private let wiring: Wiring
    private var linked: [String: [String: StageProperty]] = [:]

    init(_ wiring: Wiring) {
        self.wiring = wiring
        errors = wiring.errors
        wrongEdges = wiring.wrongEdges
        faults = wiring.faults
        makeStages()
        unifyShapes()
        orderSteps()
        checkUse()
    }

    // MARK: - Making

    /// The stages that have to exist before this one can be made.
    private func prerequisites(of node: Wiring.Node) -> [String] {
        let named = wiring.links.filter { $0.target == node.name }.map(\.source)
        let followed = node.entry.descriptor.links.compactMap { link in
            edge(into: node, at: link.socket)?.source.stage
        }
        return named + followed
    }

    private mutating func report(_ found: [PipelineError], about stage: String) {
        errors += found
        faults[stage, default: []] += found
    }

    private func edge(into node: Wiring.Node, at socket: String) -> Wiring.Edge? {
        wiring.edges.first { $0.target.stage == node.name && $0.target.socket == socket }
    }

    private mutating func makeStages() {
        let sorted = topologicalOrder(
            wiring.nodes.map(\.name), after: { name in wiring.node(name).map(prerequisites) ?? [] })
        for name in sorted.order {
            guard let node = wiring.node(name) else { continue }
            make(node)
        }
        if let first = sorted.cycle.first {
            let members = sorted.cycle.map { "'\($0)'" }.joined(separator: ", ")
            let error = PipelineError(
                .wiring, "the values of the stages \(members) follow from each other",
                at: wiring.node(first)?.written.location)
            errors.append(error)
            for name in sorted.cycle { faults[name, default: []].append(error) }
        }
    }

    /// Makes one stage; leaves it out if something it needs was left out or is in error.
    private mutating func make(_ node: Wiring.Node) {
        guard prerequisites(of: node).allSatisfy({ stages[$0] != nil }), isComplete(node),
            let values = linkedValues(of: node)
        else { return }
        linked[node.name] = values
        do {
            let stage = try instantiate(node, linked: values, connected: connected(node))
            stages[node.name] = stage
            properties[node.name] = allProperties(of: stage, values)
        } catch  where faults[node.name] != nil {
            // A key that is misspelt or a value that is wrong is probably what this comes from.
        } catch let error as PipelineErrors {
            report(error.errors, about: node.name)
        } catch var error as PipelineError {
            error.location = error.location ?? node.written.location
            report([error], about: node.name)
        } catch {
            let error = PipelineError(
                .configuration, "stage '\(node.name)': \(error)", at: node.written.location)
            report([error], about: node.name)
        }
    }

    private func connected(_ node: Wiring.Node) -> Set<String> {
        Set(wiring.edges(into: node.name).map(\.target.socket))
    }

    private func instantiate(
        _ node: Wiring.Node, linked: [String: StageProperty], connected: Set<String>
    ) throws -> any Stage {
        // A replica has the values of the original and the inputs that the stage asking for it says.
        let replica = { [self] (name: String, connected: Set<String>) throws -> any Stage in
            guard let original = wiring.node(name) else {
                fatalError("there is no stage '\(name)' to make a replica of")
            }
            return try instantiate(
                original, linked: self.linked[name] ?? [:], connected: connected)
        }
        return try node.entry.type.init(
            parameters: StageParameters(
                stageName: node.name, values: node.parameters, location: node.written.location,
                linked: linked, connected: connected, stages: stages, makeReplica: replica))
    }

    /// Whether the parameters and inputs of a stage are all there and right.
    private func isComplete(_ node: Wiring.Node) -> Bool {
        let hasParameters = node.entry.parameters.allSatisfy {
            !$0.isRequired || node.parameters[$0.name] != nil
        }
        let isWritten = { (name: String) in node.written.entries.contains { $0.key == name } }
        let hasValues = node.entry.parameters.allSatisfy {
            !isWritten($0.name) || node.parameters.isSet($0.name)
        }
        let hasLinks =
            wiring.links.filter { $0.target == node.name }.count
            == node.parameters.resolved.filter {
                switch $0.value {
                case .stage, .property: true
                default: false
                }
            }.count
        let linkSockets = node.entry.descriptor.links.map(\.socket)
        let hasEdges = linkSockets.allSatisfy { edge(into: node, at: $0) != nil }
        return hasParameters && hasValues && hasLinks && hasEdges
    }

    /// The values a stage follows, or nil if one is not given by its source.
    private mutating func linkedValues(of node: Wiring.Node) -> [String: StageProperty]? {
        var values: [String: StageProperty] = [:]
        var wanted: [(name: String, source: String, property: String, at: SourceLocation?)] = []
        for link in node.entry.descriptor.links {
            guard let edge = edge(into: node, at: link.socket) else { continue }
            let isGiven = properties[edge.source.stage]?[link.property] != nil
            if link.isOptional && !isGiven { continue }
            wanted.append((link.name, edge.source.stage, link.property, edge.location))
        }
        for link in wiring.links where link.target == node.name {
            guard let property = link.property else { continue }
            wanted.append((link.parameter, link.source, property, link.location))
        }
        for (name, source, property, location) in wanted {
            guard let value = properties[source]?[property] else {
                let given = (properties[source] ?? [:]).keys.sorted().joined(separator: ", ")
                wrongEdges.append(
                    WrongEdge(
                        from: "\(source).\(property)", to: node.name, name,
                        "'\(source)' does not give '\(property)'"))
                errors.append(
                    PipelineError(
                        .wiring,
                        "stage '\(node.name)' follows '\(property)' of stage '\(source)', which "
                            + "does not give it", at: location,
                        notes: ["'\(source)' gives: \(given.isEmpty ? "nothing" : given)."]))
                return nil
            }
            values[name] = value
        }
        return values
    }

    /// What a stage offers to others, with what its role offers by itself.
    private func allProperties(
        of stage: any Stage, _ linked: [String: StageProperty]
    ) -> [String: StageProperty] {
        var properties = stage.properties
        if let source = stage as? any DataSource { properties["image"] = .image(source.imageShape) }
        if stage is any Masker { properties["grid"] = linked["patches"] }
        return properties
    }

    // MARK: - Shapes

    private mutating func unifyShapes() {
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

    // MARK: - Order

    private mutating func orderSteps() {
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
    private mutating func checkUse() {
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

/// Sorts names so that each stands after those it depends on, in the given order otherwise.
///
/// - Returns: The sorted names, and one cycle in its own order if there is any.
/// - Complexity: O(n^2) in the number of names.
private func topologicalOrder(
    _ names: [String], after dependencies: (String) -> [String]
) -> (order: [String], cycle: [String]) {
    var order: [String] = []
    var pending = names
    while true {
        let ready = pending.firstIndex { name in
            dependencies(name).allSatisfy { order.contains($0) || !names.contains($0) }
        }
        guard let ready else { break }
        order.append(pending.remove(at: ready))
    }
    guard var current = pending.first else { return (order, []) }
    // Every name that is left depends on another that is left; following them closes a circle.
    var path: [String] = []
    while !path.contains(current) {
        path.append(current)
        guard let next = dependencies(current).first(where: pending.contains) else { break }
        current = next
    }
    let cycle = path.drop { $0 != current }
    return (order, cycle.reversed())
}
