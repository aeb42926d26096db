extension Wiring {
    /// Follows the edges that are written at a stage.
    mutating func connectInputs(of node: Node) {
        for socket in node.entry.inputs {
            guard let entry = node.written.entries.first(where: { $0.key == socket.name }) else {
                let isReported = isMisspelt(socket.name, in: node)
                if !socket.isOptional && !isReported {
                    reject(
                        WrongEdge(to: node.name, socket.name, "open; takes \(socket.type)"),
                        .missing,
                        "input '\(socket.name)' of stage '\(node.name)' is open; "
                            + "it takes \(socket.type)", node.written.location,
                        notes: ["\(socket.name): \(socket.help)"])
                }
                continue
            }
            connect(entry, to: socket, of: node)
        }
    }

    /// Whether a key that is not known was probably meant to be this input.
    private func isMisspelt(_ input: String, in node: Node) -> Bool {
        ParameterCheck(owner: "").isMisspelt(
            input, in: node.written.entries,
            known: node.entry.inputs.map(\.name) + node.entry.parameters.map(\.name))
    }

    private mutating func connect(_ entry: Setting.Entry, to socket: Socket, of node: Node) {
        let location = entry.value.location ?? entry.location
        var wrong = WrongEdge(from: entry.value, to: node.name, socket.name)
        guard let end = Endpoint(entry.value) else {
            wrong.reason = "takes an output such as 'data.images'"
            reject(
                wrong, .wiring,
                "input '\(socket.name)' of stage '\(node.name)' takes an output such as "
                    + "'data.images', not \(entry.value.quoted)", location)
            return
        }
        guard
            let source = source(
                end.stage, for: "input '\(socket.name)'", of: node, location, edge: wrong),
            let sourceSocket = output(end, of: source, location, edge: wrong)
        else { return }
        guard sourceSocket.kind == socket.kind, sourceSocket.shape.count == socket.shape.count
        else {
            wrong.reason = "gives \(sourceSocket.type), takes \(socket.type)"
            reject(
                wrong, .wiring,
                "\(end) gives \(sourceSocket.type), but input '\(socket.name)' of "
                    + "stage '\(node.name)' takes \(socket.type)", location)
            return
        }
        edges.append(
            Edge(
                source: end, target: Endpoint(stage: node.name, socket: socket.name),
                sourceSocket: sourceSocket, targetSocket: socket, location: location))
    }

    /// The output an edge comes from, or a report that the stage has no such output.
    private mutating func output(
        _ end: Endpoint, of source: Node, _ location: SourceLocation?, edge: WrongEdge
    ) -> Socket? {
        let names = source.entry.outputs.map(\.name)
        if let socket = source.entry.outputs.first(where: { $0.name == end.socket }) {
            return socket
        }
        let reason =
            "'\(end.stage)' has no output '\(end.socket)'"
            + didYouMean(end.socket, among: names)
        var wrong = edge
        wrong.reason = reason
        reject(
            wrong, .unknownName, "stage \(reason)", location,
            notes: [
                names.isEmpty
                    ? "A stage of the role \(source.entry.role.rawValue) has no outputs."
                    : "Outputs of '\(end.stage)': \(names.joined(separator: ", "))."
            ])
        return nil
    }

    /// The stage an edge or link comes from, or a report that there is none.
    mutating func source(
        _ name: String, for what: String, of node: Node, _ location: SourceLocation?,
        edge: WrongEdge
    ) -> Node? {
        var wrong = edge
        if name == node.name {
            wrong.reason = "comes from the stage itself"
            reject(
                wrong, .wiring, "\(what) of stage '\(name)' comes from the stage itself", location)
            return nil
        }
        if let source = self.node(name) { return source }
        let names = graph.nodes.map(\.name)
        if names.contains(name) || graph.unreadable.contains(name) {
            openEdges.append(OpenEdge(source: name, target: node.name, input: edge.input))
        } else {
            wrong.reason = "there is no stage '\(name)'\(didYouMean(name, among: names))"
            reject(
                wrong, .unknownName,
                "\(what) of stage '\(node.name)' names the stage '\(name)', which is not in the "
                    + "graph\(didYouMean(name, among: names))", location,
                notes: ["Stages: \(names.joined(separator: ", "))."])
        }
        return nil
    }

    /// Finds the edges that a stage would have if its `use` were known.
    mutating func guessEdges() {
        let names = Set(graph.nodes.map(\.name))
        for written in graph.nodes where node(written.name) == nil {
            for entry in written.entries {
                guard case .text(let text) = entry.value.content else { continue }
                let stage = String(text.prefix { $0 != "." })
                guard stage != written.name, names.contains(stage) else { continue }
                openEdges.append(
                    OpenEdge(source: stage, target: written.name, input: entry.key))
            }
        }
    }
}

extension Wiring.Endpoint {
    /// Reads `stage.socket`; nil if a setting is anything else.
    fileprivate init?(_ setting: Setting) {
        guard case .text(let text) = setting.content else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(stage: String(parts[0]), socket: String(parts[1]))
    }
}
