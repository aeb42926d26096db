public import JepaTensor

/// A checked graph of stages that can run a training step.
///
/// Making one reports everything that is wrong with the graph and allocates nothing, so networks
/// of any size can be assembled to be counted or drawn. `materialise` gives the weights memory.
public final class Pipeline {
    /// A stage in its place.
    public struct Node {
        /// Its name in the graph.
        public let name: String
        /// The registered stage it uses.
        public let entry: Registry.Entry
        /// Its parameters.
        public let parameters: ParameterSet
        /// The stage itself.
        public let stage: any Stage
        /// The values others may follow.
        public let properties: [String: StageProperty]
        /// Where its name stands in the graph file.
        public let location: SourceLocation?

        /// Its weights by their names in the whole pipeline.
        public var namedWeights: [NamedWeight] {
            stage.weights.map { NamedWeight(name: "\(name).\($0.name)", weight: $0) }
        }
        /// What it is for.
        public var role: Role { entry.role }
        /// The number of elements of all its weights.
        public var weightCount: Int { stage.weights.reduce(0) { $0 + $1.count } }
        /// Whether an optimizer changes any of its weights, or of those it shares.
        public var isTrained: Bool { stage.isTrained }
    }

    /// An edge with the shape it carries.
    public struct Edge: Sendable {
        /// The output.
        public let source: Wiring.Endpoint
        /// The input.
        public let target: Wiring.Endpoint
        /// What travels.
        public let kind: Socket.Kind
        /// The shape as far as it is known: `[B, 196, 384]`.
        public let shape: String
    }

    /// The graph this was made from.
    public let graph: Graph
    /// The stages in the order in which a step computes them.
    public let nodes: [Node]
    /// The edges in the order of the file.
    public let edges: [Edge]
    /// Dependences that carry no tensor.
    public let links: [Wiring.Link]
    /// The losses that are minimised, with their weights.
    public let minimised: [ParameterValue.LossWeight]
    /// The weights the optimizer changes, in the order of the stages.
    public let trainedWeights: [NamedWeight]
    let shapes: ShapeUnifier
    let optimizer: any Optimizer

    /// Checks a graph and makes its stages.
    ///
    /// - Throws: `PipelineErrors` with everything that is wrong.
    public init(_ graph: Graph, registry: Registry) throws {
        let draft = PipelineDraft(graph, registry: registry)
        if !draft.errors.isEmpty { throw PipelineErrors(draft.errors) }
        self.graph = graph
        let nodes = draft.nodes.map { node -> Node in
            guard let entry = node.entry, let parameters = node.parameters, let stage = node.stage
            else { fatalError("the stage '\(node.name)' of a checked graph is not made") }
            return Node(
                name: node.name, entry: entry, parameters: parameters, stage: stage,
                properties: node.properties, location: node.location)
        }
        self.nodes = nodes
        edges = draft.edges
        links = draft.links
        minimised = draft.minimised
        shapes = draft.shapes
        guard let optimizer = nodes.lazy.compactMap({ $0.stage as? any Optimizer }).first else {
            fatalError("a checked graph has no optimizer")
        }
        self.optimizer = optimizer
        trainedWeights = nodes.flatMap(\.namedWeights).filter(\.weight.isTrainable)
        optimizer.adopt(trainedWeights)
    }

    /// The stage of a name.
    public func node(_ name: String) -> Node? { nodes.first { $0.name == name } }

    /// Every tensor a checkpoint has to hold: weights, copies of weights, moments.
    public var allWeights: [NamedWeight] { nodes.flatMap(\.namedWeights) }

    /// The data source that feeds the training.
    public var dataSource: (name: String, source: any DataSource) {
        let feeding = Set(edges.map(\.source.stage))
        for node in nodes where feeding.contains(node.name) {
            if let source = node.stage as? any DataSource { return (node.name, source) }
        }
        fatalError("a checked graph has no data source")
    }

    /// All data sources: the one that feeds the training, then those on no edge.
    public var dataSources: [(name: String, source: any DataSource)] {
        let feeding = dataSource
        return [feeding]
            + nodes.filter { $0.name != feeding.name }.compactMap { node in
                (node.stage as? any DataSource).map { (node.name, $0) }
            }
    }

    /// How many images the data source has to give for each sample: its `images` outputs up to the
    /// last one that is wired, and one at least.
    public var viewCount: Int {
        let (name, _) = dataSource
        let outputs = (node(name)?.entry.outputs ?? []).filter { $0.kind == .images }
        let last = outputs.lastIndex { output in
            edges.contains { $0.source == Wiring.Endpoint(stage: name, socket: output.name) }
        }
        return (last ?? 0) + 1
    }

    /// The encoders of images with weights, those that follow another encoder first: it is the
    /// target encoder that is evaluated (arXiv 2301.08243). Of several that share their weights
    /// the first stands for all.
    public var monitoredEncoders: [String] {
        let seeing = Set(edges.filter { $0.kind == .images }.map(\.target.stage))
        let encoders = nodes.filter {
            $0.role == .encoder && !$0.stage.weights.isEmpty && seeing.contains($0.name)
        }
        var seen: Set<ObjectIdentifier> = []
        return (encoders.filter { !$0.isTrained } + encoders.filter(\.isTrained))
            .filter { seen.insert(ObjectIdentifier($0.stage.weights[0])).inserted }.map(\.name)
    }

    /// Whether two stages have the same weights to the bit, such as a copy that has not moved yet.
    public func haveEqualWeights(_ first: String, _ second: String) -> Bool {
        guard let a = node(first)?.stage.weights, let b = node(second)?.stage.weights,
            a.map(\.shape) == b.map(\.shape)
        else { return false }
        return zip(a, b).allSatisfy { $0.value.hasSameElements(as: $1.value) }
    }

    /// Whether any stage compares the images of a batch with each other.
    public var couplesImages: Bool { nodes.contains { $0.stage.couplesImages } }

    /// Opens all data sources, those for evaluation too.
    ///
    /// - Throws: `PipelineErrors` with what is wrong with each.
    public func openData() throws {
        var errors: [PipelineError] = []
        for node in nodes {
            guard let source = node.stage as? any DataSource else { continue }
            do {
                try source.open()
            } catch {
                guard let found = PipelineErrors(error, at: node.location) else { throw error }
                errors += found.errors
            }
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
    }

    /// Allocates all weights and draws them from the seed of the graph.
    public func materialise() throws {
        for named in allWeights where !named.weight.isMaterialised {
            named.weight.materialise(key: StageRandom(seed: graph.seed, purpose: named.name).key)
        }
        for node in nodes { try node.stage.prepare() }
    }

    /// Embeds images without their gradient: the mean over the tokens of all patches.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`, normalised.
    ///   - encoder: The name of an encoder of this pipeline.
    /// - Returns: `[B, D]`.
    public func embed(_ images: Tensor, with encoder: String) throws -> Tensor {
        guard let stage = node(encoder)?.stage as? any Encoder else {
            let names = nodes.filter { $0.role == .encoder }.map(\.name)
            throw PipelineError(
                .unknownName,
                "the pipeline has no encoder '\(encoder)'\(didYouMean(encoder, among: names))",
                notes: ["Encoders: \(names.joined(separator: ", "))."])
        }
        let tape = Tape(recording: false)
        let tokens = try stage.encode(
            StageInputs(["images": .variable(Variable(images))]), on: tape)
        return tape.meanPool(tokens).value
    }
}
