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
    public internal(set) var nodes: [Node] = []
    /// The edges whose ends both exist and fit in kind and rank.
    public internal(set) var edges: [Edge] = []
    /// The links whose source exists.
    public internal(set) var links: [Link] = []
    /// The edges and links that cannot stand as they are written.
    public internal(set) var wrongEdges: [WrongEdge] = []
    /// The edges from or to a stage that is wrong itself, so that nothing can be said of them.
    public internal(set) var openEdges: [OpenEdge] = []
    /// What is wrong with the stages themselves, by name.
    public internal(set) var faults: [String: [PipelineError]] = [:]
    /// Everything that is wrong.
    public internal(set) var errors: [PipelineError] = []

    /// The graph as it is written.
    let graph: Graph

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

    /// Reports a mistake, of a stage if one is named.
    mutating func report(
        _ code: PipelineError.Code, _ message: String, _ location: SourceLocation?,
        notes: [String] = [], stage: String? = nil
    ) {
        let error = PipelineError(code, message, at: location, notes: notes)
        errors.append(error)
        if let stage { faults[stage, default: []].append(error) }
    }

    /// Reports an edge or link that cannot stand.
    mutating func reject(
        _ edge: WrongEdge, _ code: PipelineError.Code, _ message: String,
        _ location: SourceLocation?, notes: [String] = []
    ) {
        wrongEdges.append(edge)
        report(code, message, location, notes: notes)
    }
}
