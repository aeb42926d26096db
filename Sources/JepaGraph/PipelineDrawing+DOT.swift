import JepaCore

extension PipelineDrawing {
    /// The pipeline in the language of Graphviz, which makes pictures of it.
    ///
    /// The data flows downwards. Every role has a colour, every kind of arrow a colour and a dash
    /// of its own; the legend stands below. There is no ground, and classes (`encoder`,
    /// `noGradient`) tell a style sheet what is what: see `svg(styling:)`.
    public var dot: String {
        var lines = [
            "digraph \(Self.quoted(name)) {",
            "  graph [\(Self.graphLook)]",
            "  node [\(Self.boxLook)]",
            "  edge [\(Self.arrowLook)]",
            "  label=<\(titleLabel)>",
            "  subgraph cluster_pipeline {",
            "    peripheries=0 margin=8 labelloc=b label=<\(legendLabel)>",
        ]
        lines += boxes.map { "    \(Self.quoted($0.id)) [\(attributes(of: $0))]" }
        for rank in ranks where rank.count > 1 {
            let names = rank.map { Self.quoted($0.id) }.joined(separator: " ")
            lines.append("    { rank=same \(names) }")
        }
        lines += arrows.map { arrow in
            "    \(Self.quoted(arrow.source)) -> \(Self.quoted(arrow.target)) "
                + "[\(attributes(of: arrow))]"
        }
        return (lines + ["  }", "}"]).joined(separator: "\n") + "\n"
    }

    /// Boxes that stand side by side: where the data comes from, and stages of one role that do not
    /// depend on each other.
    private var ranks: [[Box]] {
        let stages = boxes.filter { $0.kind == .stage }
        let sources = stages.filter { box in
            !arrows.contains { $0.target == box.id && $0.line != .link && $0.line != .unknown }
                && (box.role == .dataSource || box.role == .masker)
        }
        let others = [Role.encoder, .loss].map { role in
            let members = stages.filter { $0.role == role }
            let names = Set(members.map(\.id))
            let isChain = arrows.contains {
                $0.line != .link && names.contains($0.source) && names.contains($0.target)
            }
            return isChain ? [] : members
        }
        return [sources] + others
    }

    // MARK: - Looks

    private static let font = "fontname=\"Helvetica,Arial,sans-serif\""

    private static let graphLook =
        "rankdir=TB bgcolor=transparent nodesep=0.4 ranksep=0.55 pad=0.15 labelloc=t "
        + "class=words \(font) fontsize=11 fontcolor=\"\(DrawingPalette.note.any)\""

    private static let boxLook =
        "shape=box style=\"rounded,filled\" margin=\"0.14,0.08\" height=0.3 penwidth=1.2 \(font) "
        + "fontsize=11 fontcolor=\"\(DrawingPalette.ink.light)\""

    private static let arrowLook =
        "arrowsize=0.7 \(font) fontsize=10 fontcolor=\"\(DrawingPalette.note.any)\""

    // MARK: - Boxes

    private func attributes(of box: Box) -> String {
        switch box.kind {
        case .open:
            return "class=\"open\" shape=circle style=solid margin=0 width=0.28 fixedsize=true "
                + "color=\"\(DrawingPalette.wrong)\" fontcolor=\"\(DrawingPalette.wrong)\" "
                + "label=\"?\" tooltip=\"nothing is wired to the input\""
        case .missing:
            return "class=\"missing\" style=\"rounded,dashed\" color=\"\(DrawingPalette.wrong)\" "
                + "fontcolor=\"\(DrawingPalette.wrong)\" label=<\(label(of: box))> "
                + "tooltip=\"not in the graph\""
        case .stage: break
        }
        let tone = DrawingPalette.tone(of: box.role)
        let isWrong = !box.faults.isEmpty
        var classes = [box.role.map(Self.className) ?? "unregistered"]
        if isWrong { classes.append("faulty") }
        let styles = ["rounded", "filled"] + (box.isFrozen ? ["dashed"] : [])
        return
            "class=\"\(classes.joined(separator: " "))\" style=\"\(styles.joined(separator: ","))\" "
            + "fillcolor=\"\(tone.ground)\" color=\"\(isWrong ? DrawingPalette.wrong : tone.frame)\""
            + (isWrong ? " penwidth=2.4" : "")
            + " label=<\(label(of: box))> tooltip=\(Self.quoted(box.use))"
    }

    /// `data_source`: the role as the name of a class.
    static func className(_ role: Role) -> String { role.rawValue.replacing(" ", with: "_") }

    private func label(of box: Box) -> String {
        let dim = "COLOR=\"\(DrawingPalette.dim.light)\" POINT-SIZE=\"10\""
        var rows = ["<B><FONT POINT-SIZE=\"13\">\(Self.escaped(box.name))</FONT></B>"]
        if box.kind == .missing {
            return rows[0] + "<BR/><FONT POINT-SIZE=\"10\">\(Self.escaped(box.use))</FONT>"
        }
        rows.append("<FONT \(dim)>\(Self.escaped(box.use))</FONT>")
        rows += box.notes.map { "<FONT POINT-SIZE=\"10\"><I>\(Self.escaped($0))</I></FONT>" }
        for fault in box.faults {
            rows += Self.wrapped(Self.shortened(fault, to: 200), at: 36).map {
                "<FONT COLOR=\"\(DrawingPalette.wrongInk.light)\" POINT-SIZE=\"10\">"
                    + "\(Self.escaped($0))</FONT>"
            }
        }
        let settings = box.settings.map { setting in
            "<TR><TD ALIGN=\"LEFT\"><FONT \(dim)>\(Self.escaped(setting.name))</FONT></TD>"
                + "<TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"10\">"
                + "\(Self.escaped(Self.shortened(setting.value)))</FONT></TD></TR>"
        }
        let wide = rows.map { "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"2\">\($0)</TD></TR>" }
        return "<TABLE BORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">"
            + (wide[..<2] + settings + wide[2...]).joined() + "</TABLE>"
    }

    // MARK: - Arrows

    private func attributes(of arrow: Arrow) -> String {
        let colour = DrawingPalette.colour(of: arrow.line)
        var attributes = ["class=\"\(arrow.line.rawValue)\"", "color=\"\(colour)\""]
        switch arrow.line {
        case .gradient: attributes.append("penwidth=2.2")
        case .data: attributes.append("penwidth=1.2")
        case .noGradient: attributes.append("penwidth=1.8 style=dashed")
        case .link: attributes.append("penwidth=1.4 style=dotted arrowhead=odot constraint=false")
        case .unknown:
            attributes.append("penwidth=1.2 style=dotted arrowhead=open")
            if points(back: arrow) { attributes.append("constraint=false") }
        case .wrong:
            attributes.append("penwidth=2 fontcolor=\"\(colour)\"")
            // A wrong edge between two stages must not turn the picture around.
            if boxes.first(where: { $0.id == arrow.source })?.kind == .stage {
                attributes.append("constraint=false")
            }
        }
        // The spaces keep the words off the line.
        let label = arrow.label.map { line in
            "&#160;&#160;\(Self.escaped(Self.shortened(line, to: 60)))&#160;"
        }
        let words = arrow.origin.map { "\($0) → \(arrow.name)" } ?? arrow.name
        // A label between boxes side by side would move the rows apart, and the legend away.
        let key = arrow.line == .link && isFlat(arrow) ? "xlabel" : "label"
        attributes.append("\(key)=<\(label.joined(separator: "<BR/>"))>")
        attributes.append("tooltip=\(Self.quoted("\(words): \(arrow.carries)"))")
        return attributes.joined(separator: " ")
    }

    /// Whether an arrow goes between two stages of one role.
    private func isFlat(_ arrow: Arrow) -> Bool {
        let roles = [arrow.source, arrow.target].map { end in boxes.first { $0.id == end }?.role }
        return roles[0] != nil && roles[0] == roles[1]
    }

    /// Whether another arrow points the other way: of the two only one can go down.
    private func points(back arrow: Arrow) -> Bool {
        let isFromStranger = boxes.first { $0.id == arrow.target }?.role == nil
        return isFromStranger
            && arrows.contains { $0.source == arrow.target && $0.target == arrow.source }
    }

    // MARK: - Title and legend

    private var titleLabel: String {
        // Rows of a table leave the room that letters below the line need.
        "<TABLE BORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\"><TR><TD>"
            + "<FONT POINT-SIZE=\"16\"><B>\(Self.escaped(name))</B></FONT></TD></TR>"
            + "<TR><TD>\(Self.escaped(summary))</TD></TR></TABLE>"
    }

    private var legendLabel: String {
        let cells = shownRoles.map { role in
            let tone = DrawingPalette.tone(of: role)
            return "<TD BGCOLOR=\"\(tone.ground)\" COLOR=\"\(tone.frame)\" BORDER=\"1\" "
                + "STYLE=\"ROUNDED\"><FONT COLOR=\"\(DrawingPalette.ink.light)\" "
                + "POINT-SIZE=\"10\"> \(role.rawValue) </FONT></TD>"
        }
        let lines = shownLines.map { line in
            "<FONT COLOR=\"\(DrawingPalette.colour(of: line))\"><B>\(line.glyph)</B></FONT> "
                + line.meaning
        }
        // No kind of arrow stands alone in a second row.
        let across = lines.count <= 3 ? 3 : (lines.count + 1) / 2
        let roles =
            "<TABLE BORDER=\"0\" CELLSPACING=\"6\" CELLPADDING=\"3\"><TR>\(cells.joined())</TR></TABLE>"
        let rows =
            [roles]
            + stride(from: 0, to: lines.count, by: across).map { first in
                lines[first..<min(first + across, lines.count)].joined(separator: "     ")
            } + [letters]
        return "<TABLE BORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\">"
            + rows.map { "<TR><TD><FONT POINT-SIZE=\"10\">\($0)</FONT></TD></TR>" }.joined()
            + "</TABLE>"
    }

    private var letters: String {
        "B images of a batch" + (hasLetters ? "; other letters change from step to step" : "")
    }

    // MARK: - Words

    /// A string of the language; nothing in it can end it.
    private static func quoted(_ text: String) -> String {
        let escaped = text.map { character -> String in
            switch character {
            case "\"": "\\\""
            case "\\": "\\\\"
            default: character.isNewline ? "\\n" : String(character)
            }
        }
        return "\"\(escaped.joined())\""
    }

    /// A text within a label; nothing in it is taken for a tag.
    private static func escaped(_ text: String) -> String {
        text.map { character -> String in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: character.isNewline ? " " : String(character)
            }
        }.joined()
    }
}

extension PipelineDrawing.Line {
    /// The arrow in a legend, pointing from the stage that gives.
    fileprivate var glyph: String {
        switch self {
        case .gradient: "━━▶"
        case .data: "──▶"
        case .noGradient: "╌╌▶"
        case .link: "┄┄○"
        case .unknown: "┄┄▷"
        case .wrong: "━━▶"
        }
    }
}
