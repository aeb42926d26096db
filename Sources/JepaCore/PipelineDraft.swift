import JepaTensor

/// A graph as far as it can be assembled, beside everything that is wrong with it.
///
/// A pipeline is made of one without errors; a drawing can be made of any. Nothing is allocated.
public struct PipelineDraft {
    /// A stage, of which less may be known than of one in a pipeline.
    public struct Node {
        /// Its name in the graph.
        public let name: String
        /// What it is said to use; nil if that is not said.
        public let use: String?
        /// The registered stage it uses, if there is one.
        public let entry: Registry.Entry?
        /// Those of its parameters that are right.
        public let parameters: ParameterSet?
        /// The stage itself, if it could be made.
        public let stage: (any Stage)?
        /// The values others may follow.
        public let properties: [String: StageProperty]
        /// Where its name stands in the graph file.
        public let location: SourceLocation?
        /// What is wrong with it, its edges aside.
        public let errors: [PipelineError]

        /// The number of elements of all its weights, as far as they are known.
        public var weightCount: Int { stage?.weights.reduce(0) { $0 + $1.count } ?? 0 }
        /// Whether an optimizer changes any of its weights, or of those it shares.
        public var isTrained: Bool { stage?.isTrained ?? false }
    }

    /// The graph this was made from.
    public let graph: Graph
    /// The stages in the order in which a step computes them, then those that have no place in it.
    public let nodes: [Node]
    /// The edges that are right, in the order of the file.
    public let edges: [Pipeline.Edge]
    /// The links that are right.
    public let links: [Wiring.Link]
    /// The losses that are minimised and exist, with their weights.
    public let minimised: [ParameterValue.LossWeight]
    /// The edges and links that are wrong.
    public let wrongEdges: [WrongEdge]
    /// The edges and links of which nothing can be said.
    public let openEdges: [OpenEdge]
    /// Everything that is wrong.
    public let errors: [PipelineError]
    let shapes: ShapeUnifier

    /// Assembles as much of a graph as makes sense.
    public init(_ graph: Graph, registry: Registry) {
        let wiring = Wiring(graph, registry: registry)
        let assembly = Assembly(wiring)
        self.graph = graph
        nodes = Self.nodes(graph, wiring, assembly)
        // An edge may be wrong in several ways; the first one found says enough.
        var seen: Set<[String?]> = []
        let wrong = assembly.wrongEdges.filter {
            seen.insert([$0.source, $0.target, $0.input]).inserted
        }
        func isRight(_ target: String, _ input: String) -> Bool {
            !wrong.contains { $0.target == target && $0.input == input }
        }
        edges = wiring.edges.filter { isRight($0.target.stage, $0.target.socket) }.map { edge in
            Pipeline.Edge(
                source: edge.source, target: edge.target, kind: edge.sourceSocket.kind,
                shape: assembly.shapes.text(of: edge.sourceSocket, at: edge.source.stage))
        }
        links = wiring.links.filter { isRight($0.target, $0.parameter) }
        minimised = wiring.minimised.filter { wiring.node($0.stage)?.entry.role == .loss }
        wrongEdges = wrong
        openEdges = wiring.openEdges
        errors = graph.mistakes + assembly.errors
        shapes = assembly.shapes
    }

    private static func nodes(
        _ graph: Graph, _ wiring: Wiring, _ assembly: Assembly
    ) -> [Node] {
        var written: [String: Graph.Node] = [:]
        for node in graph.nodes where written[node.name] == nil { written[node.name] = node }
        let unreadable = (graph.root["stages"]?.entries ?? []).filter {
            graph.unreadable.contains($0.key)
        }
        let ordered = Set(assembly.order)
        let others = (graph.root["stages"]?.entries ?? []).map(\.key).filter {
            !ordered.contains($0)
        }
        // A name that is written twice is a mistake, reported elsewhere, and one stage here.
        var seen = Set<String>()
        return (assembly.order + others).filter { seen.insert($0).inserted }.map { name in
            let wired = wiring.node(name)
            var errors = assembly.faults[name] ?? []
            if let entry = unreadable.first(where: { $0.key == name }) {
                errors += graph.mistakes.filter {
                    $0.location == entry.value.location || $0.location == entry.location
                }
            }
            var use: String?
            if case .text(let text)? = written[name]?.use?.content { use = text }
            return Node(
                name: name, use: use, entry: wired?.entry, parameters: wired?.parameters,
                stage: assembly.stages[name], properties: assembly.properties[name] ?? [:],
                location: written[name]?.location, errors: errors)
        }
    }
}
