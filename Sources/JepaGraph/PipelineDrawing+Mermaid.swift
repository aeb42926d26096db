extension PipelineDrawing {
    /// The pipeline as a Mermaid flowchart, as GitHub and many editors draw it.
    ///
    /// Thick arrows carry gradients back, thin ones images and masks, dashed ones tensors without
    /// gradient, dotted ones with a circle are links. Networks that are not trained have a dashed
    /// frame.
    public var mermaid: String {
        var lines = ["%% \(Self.comment(title))", "flowchart TD"]
        lines += boxes.map { "    \(Self.id($0.name))[\(label(of: $0))]" }
        lines += arrows.map(Self.line)
        lines += legend
        lines.append("    classDef frozen stroke-dasharray: 6 4")
        let frozen = boxes.filter(\.isFrozen).map { Self.id($0.name) }
        if !frozen.isEmpty { lines.append("    class \(frozen.joined(separator: ",")) frozen") }
        // Mermaid counts arrows in the order they are written, the legend's last.
        let drawn = arrows.map(\.line) + shownLines
        let links = drawn.indices.filter { drawn[$0] == .link }.map(String.init)
        if !links.isEmpty {
            lines.append(
                "    linkStyle \(links.joined(separator: ",")) stroke-dasharray: 1 5,stroke:#888")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A name that is no word of Mermaid.
    private static func id(_ name: String) -> String { "stage_\(name)" }

    private func label(of box: Box) -> String {
        var lines = ["<b>\(Self.escaped(box.name))</b>", Self.escaped(box.kind)]
        lines += box.settings.map(Self.escaped)
        if let weights = box.weights { lines.append("<i>\(Self.escaped(weights))</i>") }
        return "\"\(lines.joined(separator: "<br/>"))\""
    }

    private static func line(_ arrow: Arrow) -> String {
        // A socket named like the output it takes is said once.
        let names = arrow.origin.map { $0 == arrow.name ? $0 : "\($0) → \(arrow.name)" }
        let label = [names ?? arrow.name, arrow.carries].filter { !$0.isEmpty }
            .map(escaped).joined(separator: "<br/>")
        return "    \(id(arrow.source)) \(arrow.line.mermaid)|\"\(label)\"| \(id(arrow.target))"
    }

    private var legend: [String] {
        return ["    subgraph legend [Legend]", "        direction LR"]
            + shownLines.enumerated().map { index, line in
                let (from, to) = ("legend\(index)a((\" \"))", "legend\(index)b((\" \"))")
                return "        \(from) \(line.mermaid)|\"\(line.meaning)\"| \(to)"
            } + ["    end"]
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            let isPlain =
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || " _-.,:/+*()[]→".unicodeScalars.contains(scalar)
            return isPlain ? String(scalar) : "#\(scalar.value);"
        }.joined()
    }

    /// A text that cannot end a comment or begin a directive.
    private static func comment(_ text: String) -> String {
        String(text.map { $0.isNewline || "{}%".contains($0) ? " " : $0 })
    }
}

extension PipelineDrawing.Line {
    /// The arrow of a flowchart.
    fileprivate var mermaid: String {
        switch self {
        case .gradient: "==>"
        case .data: "-->"
        case .noGradient: "-.->"
        case .link: "--o"
        }
    }
}
