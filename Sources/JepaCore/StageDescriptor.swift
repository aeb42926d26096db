/// What a stage says of itself; the graph check, the help, the diagram and the schema follow from it.
public struct StageDescriptor: Sendable {
    /// The name in a graph file, in snake_case.
    public let name: String
    /// One sentence.
    public let summary: String
    /// Where the method is from.
    public let source: String?
    /// Where edges arrive; nil for what the role usually takes.
    public let inputs: [Socket]?
    /// Where edges begin; nil for what the role usually gives.
    public let outputs: [Socket]?
    /// What a graph file may set.
    public let parameters: [ParameterDescriptor]
    /// Values that follow from the stages this one is wired to.
    public let links: [Link]

    /// A value that follows from the stage at the other end of an edge, and is never written.
    public struct Link: Equatable, Sendable {
        /// The name the stage reads it by.
        public let name: String
        /// The input whose source has the value.
        public let socket: String
        /// The name of the value at the source.
        public let property: String
        /// What it is.
        public let help: String
        /// Whether the source may be without such a value.
        public let isOptional: Bool

        /// A link.
        public init(
            _ name: String, from property: String, of socket: String, help: String,
            isOptional: Bool = false
        ) {
            self.name = name
            self.socket = socket
            self.property = property
            self.help = help
            self.isOptional = isOptional
        }
    }

    /// A description.
    public init(
        name: String, summary: String, source: String? = nil, inputs: [Socket]? = nil,
        outputs: [Socket]? = nil, parameters: [ParameterDescriptor] = [], links: [Link] = []
    ) {
        self.name = name
        self.summary = summary
        self.source = source
        self.inputs = inputs
        self.outputs = outputs
        self.parameters = parameters
        self.links = links
    }
}

/// A value of a stage that others may follow.
public enum StageProperty: Equatable, Sendable, CustomStringConvertible {
    case integer(Int)
    case grid(PatchGrid)
    case image(ImageShape)

    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .grid(let grid): "\(grid)"
        case .image(let shape): "\(shape)"
        }
    }
}
