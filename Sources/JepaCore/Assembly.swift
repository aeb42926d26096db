/// Makes the stages of a wired graph, in the order in which values follow from each other, and
/// checks the shapes along every edge.
struct Assembly {
    private(set) var stages: [String: any Stage] = [:]
    private(set) var properties: [String: [String: StageProperty]] = [:]
    var shapes = ShapeUnifier()
    var errors: [PipelineError]
    /// The edges and links that cannot stand as they are written.
    var wrongEdges: [WrongEdge]
    /// What is wrong with the stages themselves, by name.
    var faults: [String: [PipelineError]]
    /// The stages in the order in which a step computes them.
    var order: [String] = []
    let wiring: Wiring
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

    /// The stages that have to exist before this one can be made.
    private func prerequisites(of node: Wiring.Node) -> [String] {
        let named = wiring.links.filter { $0.target == node.name }.map(\.source)
        let followed = node.entry.descriptor.links.compactMap { link in
            edge(into: node, at: link.socket)?.source.stage
        }
        return named + followed
    }

    /// Adds mistakes that are those of one stage.
    mutating func report(_ found: [PipelineError], about stage: String) {
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
        } catch {
            let place = node.written.location
            let found = PipelineErrors(error, at: place)?.errors
            let other = PipelineError(.configuration, "stage '\(node.name)': \(error)", at: place)
            report(found ?? [other], about: node.name)
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
}
