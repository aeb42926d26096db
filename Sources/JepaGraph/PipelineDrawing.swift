public import JepaCore

/// A pipeline as boxes and arrows, to be drawn as text, as a Mermaid diagram or by Graphviz.
///
/// A box shows a stage with the parameters that differ from their defaults and the number of its
/// weights; an arrow shows the sockets, the type and the shape as far as it is known. Of a graph
/// with mistakes everything is drawn that can be, and the mistakes stand where they belong.
public struct PipelineDrawing {
    /// How an arrow is drawn.
    enum Line: String, CaseIterable {
        /// Values along it, and gradients back.
        case gradient
        /// Images and masks, which nothing is differentiated by.
        case data
        /// The output of a network that no gradient goes back into.
        case noGradient
        /// No tensor: a stage that is named, or a value that is followed.
        case link
        /// An edge from or to a stage that is wrong itself.
        case unknown
        /// An edge or a link that is wrong.
        case wrong

        /// What the legend says.
        var meaning: String {
            switch self {
            case .gradient: "tensor, gradient flows back"
            case .data: "images or masks"
            case .noGradient: "tensor, no gradient"
            case .link: "link, no tensor"
            case .unknown: "not known before its stage is right"
            case .wrong: "wrong"
            }
        }
    }

    /// A stage, or what is written where a stage should be.
    struct Box {
        /// What a box stands for.
        enum Kind {
            case stage
            /// A stage that an edge names and the graph does not have.
            case missing
            /// The other end of an input that is left open.
            case open
        }

        /// What arrows call it: the name of a stage, or `?` and a number.
        let id: String
        let kind: Kind
        let name: String
        /// `vit, encoder`.
        let use: String
        /// nil if the stage is not registered.
        let role: Role?
        /// The name of a parameter and its value.
        let settings: [(name: String, value: String)]
        /// `1,544 weights, not trained`, and what a stage that nothing depends on is for.
        let notes: [String]
        /// Whether it has weights that no gradient changes.
        let isFrozen: Bool
        /// What is wrong with it.
        let faults: [String]
    }

    /// A dependence of one stage on another.
    struct Arrow {
        let source: String
        let target: String
        /// What the target calls it: an input or a parameter.
        let name: String
        /// What the source calls it: an output or a value; nil if the stage itself is meant.
        let origin: String?
        /// `tokens [B, K, 8]`, `2x3`, or what is wrong; empty if there is nothing to say.
        let carries: String
        let line: Line

        /// What stands beside it in a picture: the sockets, if they say more than the type, and
        /// what it carries.
        var label: [String] {
            // A socket named like the output it takes is said once.
            let names = origin.map { $0 == name ? name : "\($0) → \(name)" } ?? name
            if carries == names || carries.hasPrefix(names + " ") { return [carries] }
            let rest = line == .wrong ? PipelineDrawing.wrapped(carries, at: 30) : [carries]
            return [names] + rest.filter { !$0.isEmpty }
        }
    }

    /// The name of the pipeline.
    let name: String
    /// `9 stages, 1,752,832 weights, 934,784 of them trained`.
    let summary: String
    let boxes: [Box]
    let arrows: [Arrow]
    /// Whether shapes hold letters other than `B`.
    let hasLetters: Bool

    /// Prepares a graph for drawing; weights need no memory.
    public init(_ draft: PipelineDraft) {
        name = draft.graph.name
        summary = Self.summary(of: draft)
        let missing = Self.missingBoxes(in: draft)
        let purposes = Self.purposes(in: draft)
        boxes = draft.nodes.map { Self.box($0, purpose: purposes[$0.name]) } + missing
        arrows =
            Self.arrows(in: draft) + Self.wrongArrows(in: draft, missing)
            + draft.openEdges.map {
                Arrow(
                    source: $0.source, target: $0.target, name: $0.input, origin: nil,
                    carries: "", line: .unknown)
            }
        hasLetters = draft.edges.contains { edge in
            edge.shape.contains { $0.isLetter && $0 != "B" }
        }
    }

    /// What stands above the drawing.
    var title: String { "\(name): \(summary)" }

    /// The kinds of arrows there are, for the legend.
    var shownLines: [Line] {
        let present = Set(arrows.map(\.line))
        return Line.allCases.filter(present.contains)
    }

    /// The roles there are, for the legend.
    var shownRoles: [Role] {
        let present = Set(boxes.compactMap(\.role))
        return Role.allCases.filter(present.contains)
    }

    private static func summary(of draft: PipelineDraft) -> String {
        let stages = "\(draft.nodes.count) stage\(draft.nodes.count == 1 ? "" : "s")"
        if !draft.errors.isEmpty {
            return "\(stages), \(draft.errors.count) error\(draft.errors.count == 1 ? "" : "s")"
        }
        let networks = draft.nodes.filter { $0.entry?.role != .optimizer }
        let all = networks.reduce(0) { $0 + $1.weightCount }
        let trained = networks.filter(\.isTrained).reduce(0) { $0 + $1.weightCount }
        return "\(stages), \(grouped(all)) weights, \(grouped(trained)) of them trained"
    }

    // MARK: - Boxes

    /// What stages are for that no arrow goes out of, by their names: a source of images that the
    /// monitor takes, and losses that are not minimised.
    private static func purposes(in draft: PipelineDraft) -> [String: String] {
        var purposes: [String: String] = [:]
        if case .text(let name)? = draft.graph.train["monitor"]?["held_out"]?.content {
            purposes[name] = "used by the monitor"
        }
        // Of a graph with mistakes it is not known what was meant to be minimised.
        guard draft.errors.isEmpty else { return purposes }
        let minimised = Set(draft.minimised.map(\.stage))
        for node in draft.nodes where node.entry?.role == .loss && !minimised.contains(node.name) {
            purposes[node.name] = "logged only"
        }
        return purposes
    }

    private static func box(_ node: PipelineDraft.Node, purpose: String?) -> Box {
        let settings = node.parameters?.changed.filter { parameter in
            // These are arrows.
            switch parameter.value {
            case .stage, .property, .losses: false
            default: true
            }
        }
        let hasWeights = node.weightCount > 0 && node.entry?.role != .optimizer
        let note = node.isTrained ? "" : ", not trained"
        let weights = hasWeights ? "\(grouped(node.weightCount)) weights\(note)" : nil
        return Box(
            id: node.name, kind: .stage, name: node.name,
            use: [node.use ?? "?", node.entry?.role.rawValue ?? "not registered"]
                .joined(separator: ", "),
            role: node.entry?.role,
            settings: (settings ?? []).map { ($0.name, "\($0.value)") },
            notes: [weights, purpose].compactMap { $0 },
            isFrozen: hasWeights && !node.isTrained,
            faults: node.errors.map { fault($0.message, of: node.name) })
    }

    /// A message without the name of the stage, which stands above it.
    private static func fault(_ message: String, of stage: String) -> String {
        var text = message
        for part in ["stage '\(stage)': ", "stage '\(stage)' "] where text.hasPrefix(part) {
            text.removeFirst(part.count)
        }
        return text.replacing(" of stage '\(stage)'", with: "", maxReplacements: 1)
    }

    // MARK: - Text

    /// A text in lines of about a length, broken between words.
    static func wrapped(_ text: String, at length: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, last.count + 1 + word.count <= length {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// A text on one line, its middle left out if it is long.
    static func shortened(_ text: String, to length: Int = 40) -> String {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        guard line.count > length else { return line }
        return "\(line.prefix(length / 2))…\(line.suffix(length / 2 - 1))"
    }
}
