/// The help of the program and of each command, made from the descriptors.
struct CommandHelp {
    /// The longest line, in characters.
    private static let lineLength = 88
    private let parser: CommandLineParser

    /// The help of what a parser knows.
    init(_ parser: CommandLineParser) { self.parser = parser }

    /// The help of the program.
    var overview: String {
        let commands = parser.commands.map { ($0.name, $0.summary) }
        return
            (["\(parser.program): \(parser.summary)", ""]
            + ["Usage: \(parser.program) COMMAND [ARGUMENTS] [OPTIONS]"]
            + Self.section("Commands", commands)
            + Self.section("Options", Self.common)
            + Self.section("Exit codes", ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) })
            + ["", "'\(parser.program) COMMAND --help' tells more of a command."])
            .joined(separator: "\n")
    }

    /// The help of a command.
    func text(of command: CommandDescriptor) -> String {
        var lines = ["\(parser.program) \(command.name): \(command.summary)", ""]
        lines += Self.wrapped("Usage: \(usage(of: command))", indent: 7)
        for paragraph in command.discussion { lines += [""] + Self.wrapped(paragraph, indent: 0) }
        lines += Self.section("Arguments", command.arguments.map { ($0.name, $0.help) })
        lines += Self.section("Options", command.options.map(Self.row) + Self.common)
        if !command.examples.isEmpty { lines += ["", "Examples:"] }
        for example in command.examples {
            lines.append("  \(parser.program) \(example.arguments)")
            lines += Self.wrapped("      " + example.help, indent: 6)
        }
        return lines.joined(separator: "\n")
    }

    /// How a command is written.
    func usage(of command: CommandDescriptor) -> String {
        let arguments = command.arguments.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        let options = command.options.map { "[\($0.usage)]" + ($0.isRepeated ? "..." : "") }
        return ([parser.program, command.name] + arguments + options).joined(separator: " ")
    }

    private static let common = [
        ("-h, --help", "Shows this help."), ("    --version", "Shows the version."),
    ]

    private static func row(_ option: CommandDescriptor.Option) -> (String, String) {
        var help = option.help
        switch option.value {
        case .choice(let words): help += " One of \(words.joined(separator: ", "))."
        case .integer(let range) where range.upperBound < .max:
            help += " From \(range.lowerBound) to \(range.upperBound)."
        case .none, .text, .integer: break
        }
        if let standard = option.standard { help += " Default: \(standard)." }
        if option.isRepeated { help += " May be given several times." }
        return ((option.short.map { "-\($0), " } ?? "    ") + option.usage, help)
    }

    private static func section(_ title: String, _ rows: [(String, String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let width = min(30, rows.map { $0.0.count }.max() ?? 0)
        var lines = ["", "\(title):"]
        for (name, help) in rows {
            let padding = String(repeating: " ", count: max(0, width - name.count))
            if name.count > width {
                lines.append("  " + name)
                lines += wrapped(String(repeating: " ", count: width + 4) + help, indent: width + 4)
            } else {
                lines += wrapped("  \(name)\(padding)  \(help)", indent: width + 4)
            }
        }
        return lines
    }

    /// Breaks a line between words; further lines are indented.
    private static func wrapped(_ line: String, indent: Int) -> [String] {
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
