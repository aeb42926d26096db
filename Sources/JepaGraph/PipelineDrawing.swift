public import JepaCore

/// A pipeline as boxes and arrows, to be drawn as text or as a Mermaid diagram.
///
/// A box shows a stage with the parameters that differ from their defaults and the number of its
/// weights; an arrow shows the sockets, the type and the shape as far as it is known.
public struct PipelineDrawing {
    /// How an arrow is drawn.
    enum Line: CaseIterable {
        /// Values along it, and gradients back.
        case gradient
        /// Images and masks, which nothing is differentiated by.
        case data
        /// The output of a network that no gradient goes back into.
        case noGradient
        /// No tensor: a stage that is named, or a value that is followed.
        case link

        /// What the legend says.
        var meaning: String {
            switch self {
            case .gradient: "tensor, gradient flows back"
            case .data: "images or masks"
            case .noGradient: "tensor, no gradient"
            case .link: "link, no tensor"
            }
        }
    }

    /// A stage.
    struct Box {
        let name: String
        /// `vit, encoder`.
        let kind: String
        /// `width: 8`.
        let settings: [String]
        /// `1,544 weights`; nil if it has none.
        let weights: String?
        /// Whether it has weights that no gradient changes.
        let isFrozen: Bool
    }

    /// A dependence of one stage on another.
    struct Arrow {
        let source: String
        let target: String
        /// What the target calls it: an input or a parameter.
        let name: String
        /// What the source calls it: an output or a value; nil if the stage itself is meant.
        let origin: String?
        /// `tokens [B, K, 8]`, `2x3`; empty if there is nothing to say.
        let carries: String
        let line: Line
    }

    /// What stands above the drawing.
    let title: String
    let boxes: [Box]
    let arrows: [Arrow]
    /// Whether shapes hold letters other than `B`.
    let hasLetters: Bool

    /// Prepares a pipeline for drawing; its weights need no memory.
    public init(_ pipeline: Pipeline) {
        let carrying = Self.stagesWithGradient(pipeline)
        boxes = pipeline.nodes.map(Self.box)
        let edges = pipeline.edges.map { edge in
            Arrow(
                source: edge.source.stage, target: edge.target.stage, name: edge.target.socket,
                origin: edge.source.socket, carries: "\(edge.kind.rawValue) \(edge.shape)",
                line: Self.line(of: edge, carrying))
        }
        let minimised = pipeline.minimised.flatMap { term in
            pipeline.nodes.filter { $0.role == .optimizer }.map { optimizer in
                Arrow(
                    source: term.stage, target: optimizer.name, name: "minimize", origin: nil,
                    carries: term.weight == 1
                        ? "scalar" : "scalar, weight \(Self.number(term.weight))",
                    line: .gradient)
            }
        }
        let links = pipeline.links.map { link in
            let value = link.property.flatMap { pipeline.node(link.source)?.properties[$0] }
            return Arrow(
                source: link.source, target: link.target, name: link.parameter,
                origin: link.property, carries: value.map { "\($0)" } ?? "", line: .link)
        }
        arrows = edges + links + minimised
        hasLetters = pipeline.edges.contains { edge in
            edge.shape.contains { $0.isLetter && $0 != "B" }
        }
        let networks = pipeline.nodes.filter { $0.role != .optimizer }
        let all = networks.reduce(0) { $0 + $1.weightCount }
        let trained = networks.filter(\.isTrained).reduce(0) { $0 + $1.weightCount }
        title =
            "\(pipeline.graph.name): \(boxes.count) stages, \(Self.grouped(all)) weights, "
            + "\(Self.grouped(trained)) of them trained"
    }

    /// The kinds of arrows there are, for the legend.
    var shownLines: [Line] {
        let present = Set(arrows.map(\.line))
        return Line.allCases.filter(present.contains)
    }

    /// The stages whose output depends on a weight that is trained.
    private static func stagesWithGradient(_ pipeline: Pipeline) -> Set<String> {
        var carrying: Set<String> = []
        for node in pipeline.nodes {
            let arriving = pipeline.edges.contains {
                $0.target.stage == node.name && carrying.contains($0.source.stage)
            }
            if arriving || node.isTrained && node.role != .optimizer { carrying.insert(node.name) }
        }
        return carrying
    }

    private static func line(of edge: Pipeline.Edge, _ carrying: Set<String>) -> Line {
        switch edge.kind {
        case .images, .labels, .mask: .data
        case .tokens, .scalar: carrying.contains(edge.source.stage) ? .gradient : .noGradient
        }
    }

    private static func box(_ node: Pipeline.Node) -> Box {
        let settings = node.parameters.changed.filter { parameter in
            // These are arrows.
            switch parameter.value {
            case .stage, .property, .losses: false
            default: true
            }
        }
        let hasWeights = node.weightCount > 0 && node.role != .optimizer
        let note = node.isTrained ? "" : ", not trained"
        return Box(
            name: node.name, kind: "\(node.entry.descriptor.name), \(node.role.rawValue)",
            settings: settings.map { "\($0.name): \($0.value)" },
            weights: hasWeights ? "\(grouped(node.weightCount)) weights\(note)" : nil,
            isFrozen: hasWeights && !node.isTrained)
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    /// `85,646,592`.
    private static func grouped(_ value: Int) -> String {
        var digits = String(value)
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
            index -= 3
        }
        return digits
    }
}
