extension PipelineDrawing {
    /// The pipeline as a tree for a terminal: the optimizer at the root, below each stage what it
    /// depends on. A stage that several others depend on is drawn once.
    public var text: String {
        var tree = TextTree(drawing: self)
        return tree.lines().joined(separator: "\n") + "\n"
    }
}

extension PipelineDrawing.Line {
    /// The arrow of a terminal, pointing to the stage that takes.
    fileprivate var glyph: String {
        switch self {
        case .gradient: "◀══"
        case .data: "◀──"
        case .noGradient: "◀╌╌"
        case .link: "◁╌╌"
        case .unknown: "◁┄┄"
        case .wrong: "✗──"
        }
    }
}

/// Draws the tree and remembers which stages stand in it.
private struct TextTree {
    let drawing: PipelineDrawing
    private var drawn: Set<String> = []

    init(drawing: PipelineDrawing) { self.drawing = drawing }

    mutating func lines() -> [String] {
        var lines = [drawing.title]
        let needed = Set(drawing.arrows.map(\.source))
        let boxes = drawing.boxes.filter { $0.kind == .stage }
        let roots = boxes.filter { !needed.contains($0.id) }
        // The optimizer is the last of the order, and the root of most.
        for box in roots.reversed() where !drawn.contains(box.id) {
            lines += [""] + tree(of: box, indent: "")
        }
        for box in boxes where !drawn.contains(box.id) {
            lines += [""] + tree(of: box, indent: "")
        }
        return lines + [""] + legend
    }

    private mutating func tree(of box: PipelineDrawing.Box, indent: String) -> [String] {
        drawn.insert(box.id)
        let arrows = drawing.arrows.filter { $0.target == box.id }
        var lines = [indent + headline(of: box)]
        let bar = arrows.isEmpty ? "   " : "│  "
        if !box.settings.isEmpty {
            let settings = box.settings.map { "\($0.name): \($0.value)" }
            lines.append(indent + bar + settings.joined(separator: ", "))
        }
        lines += box.faults.map { indent + bar + "✗ " + $0 }
        for (index, arrow) in arrows.enumerated() {
            let isLast = index == arrows.count - 1
            let source = drawing.boxes.first { $0.id == arrow.source }
            let name = source?.name ?? arrow.source
            let origin = arrow.origin.map { "\(name).\($0)" } ?? name
            var line =
                "\(indent)\(isLast ? "└─" : "├─") \(arrow.name) \(arrow.line.glyph) \(origin)"
            if !arrow.carries.isEmpty { line += "  \(arrow.carries)" }
            guard let source, source.kind == .stage else {
                lines.append(line)
                continue
            }
            guard !drawn.contains(source.id) else {
                lines.append(line + " (above)")
                continue
            }
            lines.append(line)
            lines += tree(of: source, indent: indent + (isLast ? "   " : "│  "))
        }
        return lines
    }

    private func headline(of box: PipelineDrawing.Box) -> String {
        let notes = box.notes.joined(separator: ", ")
        return "\(box.name) (\(box.use))" + (notes.isEmpty ? "" : ": \(notes)")
    }

    private var legend: [String] {
        var lines = drawing.shownLines.map { "\($0.glyph) \($0.meaning)" }
        if drawing.boxes.contains(where: { !$0.faults.isEmpty }) {
            lines.append("✗ what is wrong with a stage")
        }
        let letters =
            "B images of a batch"
            + (drawing.hasLetters ? "; other letters change from step to step" : "")
        return lines + [letters]
    }
}
