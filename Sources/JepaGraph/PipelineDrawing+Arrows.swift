import JepaCore

extension PipelineDrawing {
    /// The edges, links and minimised losses that are right.
    static func arrows(in draft: PipelineDraft) -> [Arrow] {
        let carrying = stagesWithGradient(draft)
        let returning = stagesGivingBack(draft)
        let unknown = stagesInDoubt(draft)
        let edges = draft.edges.map { edge in
            Arrow(
                source: edge.source.stage, target: edge.target.stage, name: edge.target.socket,
                origin: edge.source.socket, carries: "\(edge.kind.rawValue) \(edge.shape)",
                line: edge.kind.isData || returning.contains(edge.target.stage)
                    ? line(of: edge, carrying, unknown) : .noGradient)
        }
        let links = draft.links.map { link in
            let source = draft.nodes.first { $0.name == link.source }
            let value = link.property.flatMap { source?.properties[$0] }
            return Arrow(
                source: link.source, target: link.target, name: link.parameter,
                origin: link.property, carries: value.map { "\($0)" } ?? "", line: .link)
        }
        let optimizer = draft.nodes.first { $0.entry?.role == .optimizer }
        let minimised = draft.minimised.compactMap { term in
            optimizer.map { optimizer in
                Arrow(
                    source: term.stage, target: optimizer.name, name: "minimize", origin: nil,
                    carries: term.weight == 1
                        ? "scalar" : "scalar, weight \(shortest(term.weight))",
                    line: .gradient)
            }
        }
        return edges + links + minimised
    }

    /// The stages whose output depends, in a way that a gradient can go back, on a weight that is
    /// trained.
    private static func stagesWithGradient(_ draft: PipelineDraft) -> Set<String> {
        var carrying: Set<String> = []
        for node in draft.nodes where node.entry?.role != .optimizer {
            let arriving = draft.edges.contains {
                $0.target.stage == node.name && carrying.contains($0.source.stage)
            }
            if node.stage?.stopsGradient == true { continue }
            if arriving || node.isTrained { carrying.insert(node.name) }
        }
        return carrying
    }

    /// The stages that give a gradient back to their inputs: those that something minimised depends
    /// on, not a loss that is only logged, what is computed for it alone, or what stops gradients.
    private static func stagesGivingBack(_ draft: PipelineDraft) -> Set<String> {
        let able = draft.nodes.filter { $0.stage?.stopsGradient != true }
        // Of a graph with mistakes it is not known what was meant to be minimised.
        guard draft.errors.isEmpty else { return Set(able.map(\.name)) }
        var returning = Set(draft.minimised.map(\.stage))
        // A step computes stages before those that depend on them.
        for node in able.reversed() {
            let isNeeded = draft.edges.contains {
                $0.source.stage == node.name && !$0.kind.isData
                    && returning.contains($0.target.stage)
            }
            if isNeeded { returning.insert(node.name) }
        }
        return returning
    }

    /// The stages of which it is not known whether a gradient goes back through them: those that
    /// could not be made, and those that depend on them and on nothing that is trained.
    private static func stagesInDoubt(_ draft: PipelineDraft) -> Set<String> {
        var doubtful: Set<String> = []
        for node in draft.nodes where node.stage?.stopsGradient != true {
            let arriving = draft.edges.contains {
                $0.target.stage == node.name && doubtful.contains($0.source.stage)
            }
            let isCut =
                draft.wrongEdges.contains { $0.target == node.name }
                || draft.openEdges.contains { $0.target == node.name }
            if node.stage == nil || arriving || isCut { doubtful.insert(node.name) }
        }
        return doubtful
    }

    private static func line(
        of edge: Pipeline.Edge, _ carrying: Set<String>, _ doubtful: Set<String>
    ) -> Line {
        if edge.kind.isData { return .data }
        if carrying.contains(edge.source.stage) { return .gradient }
        return doubtful.contains(edge.source.stage) ? .unknown : .noGradient
    }

    // MARK: - Wrong arrows

    /// A box for every end of a wrong edge that is no stage of the graph.
    static func missingBoxes(in draft: PipelineDraft) -> [Box] {
        var boxes: [Box] = []
        for edge in draft.wrongEdges {
            let name = edge.source.map { stageName(in: $0) } ?? "?"
            let isOpen = edge.source == nil
            let isStage = draft.nodes.contains { $0.name == name } && !isOpen
            let isKnown = boxes.contains { $0.kind == .missing && $0.name == name }
            if isStage || isKnown && !isOpen { continue }
            boxes.append(
                Box(
                    id: "?\(boxes.count)", kind: isOpen ? .open : .missing, name: name,
                    use: isOpen ? "" : "not in the graph", role: nil, settings: [], notes: [],
                    isFrozen: false, faults: []))
        }
        return boxes
    }

    /// The edges and links that are wrong, with the reason.
    static func wrongArrows(in draft: PipelineDraft, _ missing: [Box]) -> [Arrow] {
        var open = missing.filter { $0.kind == .open }[...]
        return draft.wrongEdges.map { edge in
            var source = open.first?.id ?? ""
            var origin: String?
            if let written = edge.source {
                let name = stageName(in: written)
                source = missing.first { $0.kind == .missing && $0.name == name }?.id ?? name
                origin = name == written ? nil : String(written.dropFirst(name.count + 1))
            } else {
                open = open.dropFirst()
            }
            return Arrow(
                source: source, target: edge.target, name: edge.input, origin: origin,
                carries: edge.reason, line: .wrong)
        }
    }

    /// The stage that a reference names: what stands before its point, if it is one.
    private static func stageName(in reference: String) -> String {
        let parts = reference.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
            ? String(parts[0]) : reference
    }
}

extension Socket.Kind {
    /// Whether nothing is differentiated by what travels.
    fileprivate var isData: Bool {
        switch self {
        case .images, .labels, .mask: true
        case .tokens, .scalar: false
        }
    }
}
