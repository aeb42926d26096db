/// A graph matched against the registry: which stage is meant, what its parameters are, and where
/// its edges lead. Nothing has been made yet, and whatever is wrong stands in `errors`.
public struct Wiring {
    /// A stage of the graph whose `use` is known.
    public struct Node {
        /// The stage as it is written.
        public let written: Graph.Node
        /// The stage it uses.
        public let entry: Registry.Entry
        /// Its parameters, checked.
        public let parameters: ParameterSet

        /// Its name in the graph.
        public var name: String { written.name }
    }

    /// One end of an edge.
    public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// The name of the stage in the graph.
        public let stage: String
        /// The name of the socket.
        public let socket: String

        public var description: String { "\(stage).\(socket)" }
    }

    /// An edge from an output to an input.
    public struct Edge: Sendable {
        /// The output.
        public let source: Endpoint
        /// The input.
        public let target: Endpoint
        /// The output as its stage describes it.
        public let sourceSocket: Socket
        /// The input as its stage describes it.
        public let targetSocket: Socket
        /// Where the edge is written.
        public let location: SourceLocation?
    }

    /// A dependence that carries no tensor: a stage that is named, or a value that is followed.
    public struct Link: Sendable {
        /// The stage that is named.
        public let source: String
        /// The stage that names it.
        public let target: String
        /// The parameter it is named in.
        public let parameter: String
        /// The value that is followed; nil if the stage itself is meant.
        public let property: String?
        /// Where the name stands.
        public let location: SourceLocation?
    }

    /// The stages whose `use` is known, in the order of the file.
    public private(set) var nodes: [Node] = []
    /// The edges whose ends both exist and fit in kind and rank.
    public private(set) var edges: [Edge] = []
    /// The links whose source exists.
    public private(set) var links: [Link] = []
    /// The edges and links that cannot stand as they are written.
    public private(set) var wrongEdges: [WrongEdge] = []
    /// The edges from or to a stage that is wrong itself, so that nothing can be said of them.
    public private(set) var openEdges: [OpenEdge] = []
    /// What is wrong with the stages themselves, by name.
    public private(set) var faults: [String: [PipelineError]] = [:]
    /// Everything that is wrong.
    public private(set) var errors: [PipelineError] = []

    private let graph: Graph

    /// Matches a graph against a registry.
    public init(_ graph: Graph, registry: Registry) {
        self.graph = graph
        var seen: Set<String> = []
        for written in graph.nodes {
            if !seen.insert(written.name).inserted {
                report(
                    .duplicateName, "there are two stages '\(written.name)'", written.location,
                    stage: written.name)
            } else if let entry = entry(for: written, registry) {
                nodes.append(node(written, entry))
            }
        }
        for node in nodes {
            connectInputs(of: node)
            resolveReferences(of: node)
        }
        guessEdges()
        checkCounts()
    }

    /// Whether every stage of the file stands in `nodes`.
    var isComplete: Bool {
        !nodes.isEmpty && nodes.count == graph.nodes.count && graph.unreadable.isEmpty
    }

    /// The node of a name.
    public func node(_ name: String) -> Node? { nodes.first { $0.name == name } }

    /// The edges that arrive at a stage.
    public func edges(into stage: String) -> [Edge] { edges.filter { $0.target.stage == stage } }

    /// The losses that are minimised, with their weights.
    public var minimised: [ParameterValue.LossWeight] {
        guard let optimizer = nodes.first(where: { $0.entry.role == .optimizer }),
            case .losses(let losses)? = optimizer.parameters["minimize"]
        else { return [] }
        return losses
    }

    private mutating func report(
        _ code: PipelineError.Code, _ message: String, _ location: SourceLocation?,
        notes: [String] = [], stage: String? = nil
    ) {
        let error = PipelineError(code, message, at: location, notes: notes)
        errors.append(error)
        if let stage { faults[stage, default: []].append(error) }
    }

    private mutating func reject(
        _ edge: WrongEdge, _ code: PipelineError.Code, _ message: String,
        _ location: SourceLocation?, notes: [String] = []
    ) {
        wrongEdges.append(edge)
        report(code, message, location, notes: notes)
    }
}

// MARK: - Stages and parameters

extension Wiring {
    private mutating func entry(for written: Graph.Node, _ registry: Registry) -> Registry.Entry? {
        guard let use = written.use else {
            let misspelt = written.entries.first {
                nearestSpelling(to: $0.key, among: ["use"]) != nil
            }
            report(
                .missing,
                "stage '\(written.name)' needs 'use', the name of a registered stage"
                    + (misspelt.map { "; did you mean 'use' instead of '\($0.key)'?" } ?? ""),
                misspelt?.location ?? written.location, stage: written.name)
            return nil
        }
        guard case .text(let name) = use.content else {
            report(
                .value, "'use' of stage '\(written.name)' is a name, not \(use.quoted)",
                use.location, stage: written.name)
            return nil
        }
        if let entry = registry[name] { return entry }
        let entries = registry.entries
        let nearest = nearestSpelling(to: name, among: entries.map(\.descriptor.name))
        let role = nearest.flatMap { registry[$0]?.role }
        let candidates = entries.filter { role == nil || $0.role == role }
            .map(\.descriptor.name).sorted()
        report(
            .unknownName,
            "\(role?.rawValue ?? "stage") '\(name)' is not registered"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
            use.location,
            notes: [
                "Registered \(role?.plural ?? "stages"): \(candidates.joined(separator: ", "))."
            ], stage: written.name)
        return nil
    }

    private mutating func node(_ written: Graph.Node, _ entry: Registry.Entry) -> Node {
        var check = ParameterCheck(owner: "stage '\(written.name)'")
        let reserved = Dictionary(
            entry.descriptor.links.map { ($0.name, "'\($0.property)' at '\($0.socket)'") },
            uniquingKeysWith: { first, _ in first })
        let parameters = check.check(
            written.entries, against: entry.parameters, at: written.location,
            otherKeys: entry.inputs.map(\.name), reserved: reserved)
        errors += check.errors
        if !check.errors.isEmpty { faults[written.name, default: []] += check.errors }
        return Node(written: written, entry: entry, parameters: parameters)
    }

    /// Where the key `stages` stands.
    private var stagesLocation: SourceLocation? {
        graph.root.entries?.first { $0.key == "stages" }?.location
    }

    private mutating func checkCounts() {
        let optimizers = nodes.filter { $0.entry.role == .optimizer }
        if optimizers.isEmpty && isComplete {
            report(.missing, "the graph has no optimizer", stagesLocation)
        }
        for extra in optimizers.dropFirst() {
            report(
                .wiring,
                "stage '\(extra.name)' is a second optimizer beside '\(optimizers[0].name)'; "
                    + "a graph has one", extra.written.location, stage: extra.name)
        }
        if isComplete && !nodes.contains(where: { $0.entry.role == .loss }) {
            report(.missing, "the graph has no loss", stagesLocation)
        }
    }
}

// MARK: - Edges and links

extension Wiring {
    private mutating func connectInputs(of node: Node) {
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
        let parts: [Substring]
        if case .text(let text) = entry.value.content {
            parts = text.split(separator: ".", omittingEmptySubsequences: false)
        } else {
            parts = []
        }
        var wrong = WrongEdge(from: entry.value, to: node.name, socket.name)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            wrong.reason = "takes an output such as 'data.images'"
            reject(
                wrong, .wiring,
                "input '\(socket.name)' of stage '\(node.name)' takes an output such as "
                    + "'data.images', not \(entry.value.quoted)", location)
            return
        }
        let (stage, output) = (String(parts[0]), String(parts[1]))
        guard
            let source = source(
                stage, for: "input '\(socket.name)'", of: node, location, edge: wrong)
        else { return }
        guard let sourceSocket = source.entry.outputs.first(where: { $0.name == output }) else {
            let names = source.entry.outputs.map(\.name)
            wrong.reason =
                "'\(stage)' has no output '\(output)'\(didYouMean(output, among: names))"
            reject(
                wrong, .unknownName,
                "stage '\(stage)' has no output '\(output)'\(didYouMean(output, among: names))",
                location,
                notes: [
                    names.isEmpty
                        ? "A stage of the role \(source.entry.role.rawValue) has no outputs."
                        : "Outputs of '\(stage)': \(names.joined(separator: ", "))."
                ])
            return
        }
        guard sourceSocket.kind == socket.kind, sourceSocket.shape.count == socket.shape.count
        else {
            wrong.reason = "gives \(sourceSocket.type), takes \(socket.type)"
            reject(
                wrong, .wiring,
                "\(stage).\(output) gives \(sourceSocket.type), but input '\(socket.name)' of "
                    + "stage '\(node.name)' takes \(socket.type)", location)
            return
        }
        edges.append(
            Edge(
                source: Endpoint(stage: stage, socket: output),
                target: Endpoint(stage: node.name, socket: socket.name),
                sourceSocket: sourceSocket, targetSocket: socket, location: location))
    }

    /// The stage an edge or link comes from, or a report that there is none.
    private mutating func source(
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
    private mutating func guessEdges() {
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

    private mutating func resolveReferences(of node: Node) {
        for (name, value) in node.parameters.resolved {
            let location = node.parameters.location(of: name)
            switch value {
            case .stage(let stage):
                addLink(to: stage, property: nil, parameter: name, of: node, location)
            case .property(let stage, let property):
                addLink(to: stage, property: property, parameter: name, of: node, location)
            case .losses(let losses):
                for loss in losses { checkMinimised(loss, by: node) }
            default: break
            }
        }
    }

    private mutating func addLink(
        to stage: String, property: String?, parameter: String, of node: Node,
        _ location: SourceLocation?
    ) {
        var wrong = WrongEdge(
            from: property.map { "\(stage).\($0)" } ?? stage, to: node.name, parameter)
        guard let source = source(stage, for: "'\(parameter)'", of: node, location, edge: wrong)
        else { return }
        let kind = node.entry.parameters.first { $0.name == parameter }?.kind
        if case .stage(let role)? = kind, source.entry.role != role {
            wrong.reason = "takes a stage of the role \(role.rawValue)"
            reject(
                wrong, .wiring,
                "'\(parameter)' of stage '\(node.name)' names a stage of the role "
                    + "\(role.rawValue), but '\(stage)' is of the role "
                    + source.entry.role.rawValue, location)
            return
        }
        if case .property(let expected)? = kind, let property, property != expected {
            wrong.reason = "follows '\(expected)', not '\(property)'"
            reject(
                wrong, .unknownName,
                "'\(parameter)' of stage '\(node.name)' follows '\(expected)' of another stage, "
                    + "not '\(property)'", location,
                notes: ["Write '\(stage).\(expected)'."])
            return
        }
        links.append(
            Link(
                source: stage, target: node.name, parameter: parameter, property: property,
                location: location))
    }

    private mutating func checkMinimised(_ loss: ParameterValue.LossWeight, by node: Node) {
        let location = loss.location ?? node.parameters.location(of: "minimize")
        var wrong = WrongEdge(from: loss.stage, to: node.name, "minimize")
        guard
            let source = source(loss.stage, for: "'minimize'", of: node, location, edge: wrong)
        else { return }
        guard source.entry.role == .loss else {
            wrong.reason = "takes losses"
            reject(
                wrong, .wiring,
                "'minimize' of stage '\(node.name)' takes losses, but '\(loss.stage)' is of the "
                    + "role \(source.entry.role.rawValue)", location)
            return
        }
    }
}
