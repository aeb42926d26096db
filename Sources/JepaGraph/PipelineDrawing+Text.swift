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
        let roots = drawing.boxes.filter { !needed.contains($0.name) }
        // The optimizer is the last of the order, and the root of most.
        for box in roots.reversed() where !drawn.contains(box.name) {
            lines += [""] + tree(of: box, indent: "")
        }
        for box in drawing.boxes where !drawn.contains(box.name) {
            lines += [""] + tree(of: box, indent: "")
        }
        return lines + [""] + legend
    }

    private mutating func tree(of box: PipelineDrawing.Box, indent: String) -> [String] {
        drawn.insert(box.name)
        let arrows = drawing.arrows.filter { $0.target == box.name }
        var lines = [indent + headline(of: box)]
        if !box.settings.isEmpty {
            let bar = arrows.isEmpty ? "   " : "│  "
            lines.append(indent + bar + box.settings.joined(separator: ", "))
        }
        for (index, arrow) in arrows.enumerated() {
            let isLast = index == arrows.count - 1
            let origin = arrow.origin.map { "\(arrow.source).\($0)" } ?? arrow.source
            var line =
                "\(indent)\(isLast ? "└─" : "├─") \(arrow.name) \(arrow.line.glyph) \(origin)"
            if !arrow.carries.isEmpty { line += "  \(arrow.carries)" }
            guard !drawn.contains(arrow.source),
                let source = drawing.boxes.first(where: { $0.name == arrow.source })
            else {
                lines.append(line + " (above)")
                continue
            }
            lines.append(line)
            lines += tree(of: source, indent: indent + (isLast ? "   " : "│  "))
        }
        return lines
    }

    private func headline(of box: PipelineDrawing.Box) -> String {
        "\(box.name) (\(box.kind))" + (box.weights.map { ": \($0)" } ?? "")
    }

    private var legend: [String] {
        let lines = drawing.shownLines.map { "\($0.glyph) \($0.meaning)" }
        let letters =
            "B images of a batch"
            + (drawing.hasLetters ? "; other letters change from step to step" : "")
        return lines + [letters]
    }
}
