/// Where an edge begins or ends: a name, a type and a symbolic shape.
public struct Socket: Equatable, Sendable {
    /// What travels along an edge.
    public enum Kind: String, Sendable {
        /// Pixels, normalised per channel.
        case images
        /// The class or number of each image.
        case labels
        /// Indices of patches that are kept.
        case mask
        /// Vectors of a network, one per patch.
        case tokens
        /// One number.
        case scalar
    }

    /// The name in a graph file.
    public let name: String
    /// What travels.
    public let kind: Kind
    /// The axes: `B` is the batch everywhere, other letters belong to the stage, `M*B` is a product.
    public let shape: [String]
    /// Whether an input may be left open.
    public let isOptional: Bool
    /// What it is for.
    public let help: String

    /// A socket.
    public init(
        _ name: String, _ kind: Kind, _ shape: [String], optional: Bool = false, help: String
    ) {
        self.name = name
        self.kind = kind
        self.shape = shape
        isOptional = optional
        self.help = help
    }

    /// The type as it is shown: `tokens [B, K, D]`.
    public var type: String { "\(kind.rawValue) [\(shape.joined(separator: ", "))]" }
}

extension Socket {
    /// A second view of the images, for data sources that can make one.
    public static let secondView = Socket(
        "second", .images, ["B", "C", "H", "W"],
        help: "Another view of the same images, changed by itself; made only if it is wired.")
}

extension Role {
    /// The inputs of a stage that does not declare its own.
    public var standardInputs: [Socket] {
        switch self {
        case .dataSource, .masker, .optimizer: []
        case .encoder:
            [
                Socket("images", .images, ["B", "C", "H", "W"], help: "The images to embed."),
                Socket(
                    "keep", .mask, ["B", "K"], optional: true,
                    help: "The patches to look at; all if left open."),
                Socket(
                    "gather", .mask, ["M", "B", "K"], optional: true,
                    help: "The tokens to give, out of those of all patches; masks the output."),
            ]
        case .predictor:
            [
                Socket("tokens", .tokens, ["B", "Kc", "D"], help: "The context tokens."),
                Socket("context", .mask, ["B", "Kc"], help: "Where the context tokens are."),
                Socket("targets", .mask, ["M", "B", "K"], help: "Which patches to predict."),
            ]
        case .loss:
            [
                Socket("predictions", .tokens, ["R", "K", "D"], help: "What was predicted."),
                Socket("targets", .tokens, ["R", "K", "D"], help: "What is right."),
            ]
        }
    }

    /// The outputs of a stage that does not declare its own.
    public var standardOutputs: [Socket] {
        switch self {
        case .dataSource:
            [
                Socket("images", .images, ["B", "C", "H", "W"], help: "Normalised images."),
                Socket("labels", .labels, ["B"], help: "The class of each image, -1 if unknown."),
            ]
        case .masker:
            [
                Socket("context", .mask, ["B", "K"], help: "The patches of the context block."),
                Socket("targets", .mask, ["M", "B", "Kt"], help: "The patches to predict."),
            ]
        case .encoder: [Socket("tokens", .tokens, ["R", "K", "D"], help: "One per kept patch.")]
        case .predictor:
            [Socket("predictions", .tokens, ["M*B", "K", "D"], help: "One per target patch.")]
        case .loss: [Socket("loss", .scalar, [], help: "The number to minimise.")]
        case .optimizer: []
        }
    }
}
