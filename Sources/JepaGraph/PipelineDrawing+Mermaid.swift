import JepaCore

extension PipelineDrawing {
    /// The pipeline as a Mermaid flowchart, as GitHub and many editors draw it.
    ///
    /// Thick arrows carry gradients back, thin ones images and masks, dashed ones tensors without
    /// gradient, dotted ones with a circle are links. Every role has a colour; networks that are
    /// not trained have a dashed frame, whatever is wrong is red.
    public var mermaid: String {
        var lines = ["%% \(Self.comment(title))", "flowchart TD"]
        lines += boxes.map { "    \(id($0.id))\(shape(of: $0))" }
        lines += arrows.map(line)
        lines += legend
        lines += classes
        // Mermaid counts arrows in the order they are written, the legend's last.
        let drawn = arrows.map(\.line) + shownLines
        for kind in Line.allCases {
            let numbers = drawn.indices.filter { drawn[$0] == kind }.map(String.init)
            if numbers.isEmpty { continue }
            lines.append("    linkStyle \(numbers.joined(separator: ",")) \(kind.style)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A name that is no word of Mermaid.
    private func id(_ box: String) -> String {
        let isPlain = box.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isPlain ? "stage_\(box)" : "box\(boxes.firstIndex { $0.id == box } ?? 0)"
    }

    private func shape(of box: Box) -> String {
        box.kind == .open ? "((\"?\"))" : "[\(label(of: box))]"
    }

    private func label(of box: Box) -> String {
        var lines = ["<b>\(Self.escaped(box.name))</b>", Self.escaped(box.use)]
        lines += box.settings.map {
            "\(Self.escaped($0.name)): \(Self.escaped(Self.shortened($0.value)))"
        }
        lines += box.notes.map { "<i>\(Self.escaped($0))</i>" }
        for fault in box.faults {
            lines += Self.wrapped(Self.shortened(fault, to: 200), at: 36).map(Self.escaped)
        }
        return "\"\(lines.joined(separator: "<br/>"))\""
    }

    private func line(_ arrow: Arrow) -> String {
        let label = arrow.label.map { Self.escaped(Self.shortened($0, to: 60)) }
            .joined(separator: "<br/>")
        return "    \(id(arrow.source)) \(arrow.line.mermaid)|\"\(label)\"| \(id(arrow.target))"
    }

    // MARK: - Colours

    /// One class per role, and for what is frozen or wrong.
    private var classes: [String] {
        var lines: [String] = []
        func add(_ name: String, _ style: String, _ members: [Box]) {
            if members.isEmpty { return }
            let ids = members.map { id($0.id) }.joined(separator: ",")
            lines += ["    classDef \(name) \(style)", "    class \(ids) \(name)"]
        }
        let stages = boxes.filter { $0.kind == .stage }
        let roles = Role.allCases.map(Optional.some) + [nil]
        for role in roles {
            let tone = DrawingPalette.tone(of: role)
            add(
                role.map(Self.className) ?? "unregistered",
                "fill:\(tone.ground),stroke:\(tone.frame),color:\(DrawingPalette.ink.light)",
                stages.filter { $0.role == role })
        }
        let red = "stroke:\(DrawingPalette.wrong)"
        add("frozen", "stroke-dasharray:6 4", stages.filter(\.isFrozen))
        add("faulty", "\(red),stroke-width:3px", stages.filter { !$0.faults.isEmpty })
        add(
            "missing", "fill:none,\(red),color:\(DrawingPalette.wrong),stroke-dasharray:6 4",
            boxes.filter { $0.kind != .stage })
        return lines
    }

    private var legend: [String] {
        return ["    subgraph legend [Legend]", "        direction LR"]
            + shownLines.enumerated().map { index, line in
                let (from, to) = ("legend\(index)a((\" \"))", "legend\(index)b((\" \"))")
                return "        \(from) \(line.mermaid)|\"\(line.meaning)\"| \(to)"
            } + ["    end", "    style legend fill:none,stroke:\(DrawingPalette.note.any)"]
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
        case .unknown: "-.->"
        case .wrong: "==>"
        }
    }

    /// What the arrow does not say by itself: its colour.
    fileprivate var style: String {
        let colour = "stroke:\(DrawingPalette.colour(of: self))"
        return switch self {
        case .link, .unknown: "\(colour),stroke-dasharray:2 4"
        default: colour
        }
    }
}
