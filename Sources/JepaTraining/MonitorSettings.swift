import JepaCore

/// How learning is judged on the way: the group `monitor` of `train`.
public struct MonitorSettings: Equatable, Sendable {
    /// Whether to look at all.
    public let isEnabled: Bool
    /// How much training lies between two looks; nil to choose so that looking stays cheap.
    public let interval: TrainingSpan?
    /// Images whose features are looked at, and that answer the queries.
    public let images: Int
    /// Images whose class is asked for.
    public let queries: Int
    /// Images that LiDAR and the losses are looked at with, changed at random as in training.
    public let augmented: Int
    /// Random changes of each of them that LiDAR is computed of.
    public let views: Int
    /// Whether every look takes in all encoders and LiDAR, or only the first and the last one.
    public let isAlwaysThorough: Bool
    /// Neighbours that vote.
    public let neighbours: Int
    /// Whether a linear classifier is fitted besides the nearest neighbours.
    public let isLinear: Bool
    /// The only encoder to look at; nil for the target and the context encoder.
    public let encoder: String?
    /// The data source the queries come from; nil for images of the training data.
    public let heldOut: String?

    init(_ values: ParameterSet) {
        isEnabled = values.boolean("enabled")
        interval =
            values.optionalInteger("every_steps").map(TrainingSpan.steps)
            ?? values.optionalInteger("every_epochs").map { .epochs(Double($0)) }
        images = values.integer("images")
        queries = values.integer("queries")
        augmented = values.integer("augmented")
        views = values.integer("views")
        isAlwaysThorough = values.text("detail") == "always"
        neighbours = values.integer("neighbours")
        isLinear = values.boolean("linear")
        encoder = values.stageName("encoder")
        heldOut = values.stageName("held_out")
    }

    /// The views that LiDAR of features of that width takes, from so many images.
    ///
    /// With fewer differences within images than twice the width, the covariance within classes
    /// is close to singular, and LiDAR counts directions of noise, or next to none: of 12
    /// directions beside noise in 192 dimensions, 48 images in 4, 5, 9 and 16 views made 18, 6, 17
    /// and 15; 1,000 in 50 make 15.
    static func viewsNeeded(width: Int, images: Int) -> Int {
        1 + (2 * width + images - 1) / images
    }

    static let parameters: [ParameterDescriptor] = [
        .boolean("enabled", default: true, help: "Whether to look at the features at all."),
        .optionalInteger(
            "every_epochs", in: 1...1_000_000,
            help: "Looks after so many epochs. If nothing says when: every epoch, or as rarely as "
                + "it takes for all looks to cost less than 3 % of the time, or those between the "
                + "first and the last half of that.",
            unit: .epochs),
        .optionalInteger(
            "every_steps", in: 1...1_000_000_000, help: "Looks after so many steps.", unit: .steps),
        .integer(
            "images", in: 2...1_000_000, default: 500,
            help: "Images whose features are looked at and serve as neighbours.", unit: .images),
        .integer(
            "queries", in: 1...1_000_000, default: 400,
            help: "Images whose class is asked for; needs labels.", unit: .images),
        .integer(
            "augmented", in: 2...100_000, default: 48,
            help: "Images, changed at random as in training, on which LiDAR and the losses are "
                + "looked at.", unit: .images),
        .integer(
            "views", in: 1...1000, default: 9,
            help: "Random changes of each of them that LiDAR is computed of; none with 1. For "
                + "features of D numbers it takes 'augmented' x ('views' - 1) of 2 D or more."),
        .choice(
            "detail", of: ["ends", "always"], default: "ends",
            help: "When all encoders and LiDAR are looked at: before the first and after the last "
                + "step, or every time. Otherwise it is the first encoder alone."),
        .integer(
            "neighbours", in: 1...10_000, default: 20, help: "Nearest neighbours that vote."),
        .boolean(
            "linear", default: true,
            help: "Whether a linear classifier is fitted, too; needs labels."),
        ParameterDescriptor(
            "encoder", .stage(.encoder), required: false,
            help: "The only encoder to look at; the target and the context encoder if left out."),
        ParameterDescriptor(
            "held_out", .stage(.dataSource), required: false,
            help:
                "A data source on no edge that the queries come from, and the neighbours, too, if "
                + "only its images have classes; images that are also trained on if left out."),
    ]

    /// Names in the group that are no stages, stages of another role, or data that is trained on.
    static func unknownStages(
        _ values: ParameterSet, _ graph: Graph, _ registry: Registry
    ) -> [PipelineError] {
        [("encoder", Role.encoder), ("held_out", .dataSource)].compactMap { key, role in
            guard let name = values.stageName(key) else { return nil }
            let roles = Dictionary(
                graph.nodes.map { ($0.name, registry.entry(of: $0)?.role) },
                uniquingKeysWith: { a, _ in a })
            guard let found = roles[name] else {
                return PipelineError(
                    .unknownName,
                    "'\(key)' of 'monitor' names the stage '\(name)', which is not in the graph"
                        + didYouMean(name, among: graph.nodes.map(\.name)),
                    at: values.location(of: key))
            }
            // A stage of an unknown kind is reported where it stands.
            guard let found else { return nil }
            if key == "held_out", found == role, graph.hasEdge(from: name, registry) {
                return PipelineError(
                    .wiring,
                    "'\(key)' of 'monitor' names '\(name)', whose images are trained on; it takes "
                        + "a data source on no edge", at: values.location(of: key),
                    notes: ["Leave it out to keep some images of '\(name)' for the queries."])
            }
            guard found != role else { return nil }
            return PipelineError(
                .wiring,
                "'\(key)' of 'monitor' names '\(name)', a stage of the role '\(found.rawValue)'; "
                    + "the role '\(role.rawValue)' is needed", at: values.location(of: key))
        }
    }
}

extension ParameterSet {
    /// The name of another stage that may have been left out.
    fileprivate func stageName(_ name: String) -> String? {
        if case .stage(let stage) = self[name] { return stage }
        return nil
    }
}

extension Graph {
    /// Whether a stage takes an output of that one.
    fileprivate func hasEdge(from name: String, _ registry: Registry) -> Bool {
        let outputs = nodes.filter { $0.name == name }
            .flatMap { registry.entry(of: $0)?.outputs ?? [] }
            .map { "\(name).\($0.name)" }
        return nodes.flatMap(\.entries).contains { entry in
            if case .text(let text) = entry.value.content { outputs.contains(text) } else { false }
        }
    }
}

extension Registry {
    fileprivate func entry(of node: Graph.Node) -> Entry? {
        guard case .text(let use) = node.use?.content else { return nil }
        return self[use]
    }
}
