/// Titles with rows of two columns, broken between words, for a terminal.
private enum HelpText {
    /// The longest line, in characters.
    static let lineLength = 88

    static let common = [
        ("-h, --help", "Shows this help."), ("    --version", "Shows the version."),
    ]

    static func section(_ title: String, _ rows: [(String, String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let width = min(30, rows.map { $0.0.count }.max() ?? 0)
        var lines = ["", "\(title):"]
        for (name, help) in rows {
            let indent = String(repeating: " ", count: width + 4)
            if name.count > width {
                lines.append("  " + name)
                lines += wrapped(indent + help, indent: width + 4)
            } else {
                let padding = String(repeating: " ", count: width - name.count)
                lines += wrapped("  \(name)\(padding)  \(help)", indent: width + 4)
            }
        }
        return lines
    }

    /// Breaks a line between words; further lines are indented.
    static func wrapped(_ line: String, indent: Int) -> [String] {
        var lines: [String] = []
        var rest = Substring(line)
        while rest.count > lineLength {
            let limit = rest.index(rest.startIndex, offsetBy: lineLength)
            // A break within the indentation would not make the line shorter.
            let start = rest.index(rest.startIndex, offsetBy: indent)
            guard let space = rest[start...limit].lastIndex(of: " "), space > start else { break }
            lines.append(String(rest[..<space]))
            rest = String(repeating: " ", count: indent) + rest[rest.index(after: space)...]
        }
        return lines + [String(rest)]
    }
}

extension CommandDescriptor {
    /// The text of `--help`.
    package var helpText: String {
        var lines = [summary, ""] + HelpText.wrapped("Usage: \(usage)", indent: 7)
        lines += HelpText.section("Arguments", arguments.map { ($0.name, $0.help) })
        lines += HelpText.section("Options", options.map(\.row) + HelpText.common)
        for note in notes { lines += [""] + HelpText.wrapped(note, indent: 0) }
        if !examples.isEmpty { lines += ["", "Examples:"] }
        for example in examples {
            lines.append("  jepa-pipe \(example.arguments)")
            lines += HelpText.wrapped("      " + example.help, indent: 6)
        }
        return lines.joined(separator: "\n")
    }
}

extension CommandDescriptor.Option {
    fileprivate var row: (String, String) {
        var text = help
        if !choices.isEmpty { text += " One of \(choices.joined(separator: ", "))." }
        if let range, range.upperBound < .max {
            text += " From \(range.lowerBound) to \(range.upperBound)."
        }
        if let standard { text += " Default: \(standard)." }
        if !belongsTo.isEmpty { text += " Belongs to \(belonging)." }
        if isRepeatable { text += " May be given several times." }
        return ((short.map { "\($0), " } ?? "    ") + usage, text)
    }
}

extension CommandLineParser {
    /// The help of the program.
    package var overview: String {
        let lines =
            ["jepa-pipe \(version): pretrains and judges I-JEPA models from graph files.", ""]
            + ["Usage: jepa-pipe COMMAND [ARGUMENTS] [OPTIONS]"]
            + HelpText.section("Commands", commands.map { ($0.name, $0.summary) })
            + HelpText.section("Options", HelpText.common)
            + HelpText.section(
                "Exit status",
                [
                    ("0", "Done."), ("1", "The work was begun and failed."),
                    ("2", "The command line or the graph file is wrong; nothing was begun."),
                    (
                        "129, 130, 143",
                        "Interrupted by SIGHUP, Ctrl-C or SIGTERM, with the run saved."
                    ),
                ])
            + ["", "'jepa-pipe COMMAND --help' tells what a command takes."]
        return lines.joined(separator: "\n")
    }
}
