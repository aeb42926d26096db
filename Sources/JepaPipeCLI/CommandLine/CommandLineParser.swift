import JepaCore

/// Finds the command of a command line and checks its arguments against the descriptor.
///
/// An option is written `--name value`, `--name=value`, `-n value` or `-n=value`, before or after
/// the arguments; `--` ends the options. `--help` and `--version` are understood everywhere.
package struct CommandLineParser: Sendable {
    /// What a command line asks for.
    package enum Invocation: Sendable {
        /// To show a text, on standard output.
        case show(String)
        /// To do the work of a command.
        case run(CommandDescriptor, ParsedArguments)
    }

    /// The name of the program.
    package let program: String
    /// What the program does, as if its name stood before.
    package let summary: String
    /// What `--version` shows.
    package let version: String
    /// All commands, in the order of the help.
    package let commands: [CommandDescriptor]

    /// A parser.
    package init(
        program: String, summary: String, version: String, commands: [CommandDescriptor]
    ) {
        self.program = program
        self.summary = summary
        self.version = version
        self.commands = commands
    }

    /// Understands a command line, without the name of the program.
    ///
    /// - Throws: `PipelineError` with code `usage`; its notes say where help is found.
    package func parse(_ words: [String]) throws -> Invocation {
        guard let first = words.first else { return .show(CommandHelp(self).overview) }
        if first == "help" { return try help(Array(words.dropFirst())) }
        if Self.helpWords.contains(first) { return .show(CommandHelp(self).overview) }
        if first == "--version" { return .show(version) }
        let command = try command(at: words)
        return try parse(Array(words.dropFirst(command.words.count)), for: command)
    }

    private static let helpWords: Set = ["--help", "-h"]

    private func help(_ words: [String]) throws -> Invocation {
        guard let first = words.first, !Self.helpWords.contains(first) else {
            return .show(CommandHelp(self).overview)
        }
        return .show(CommandHelp(self).text(of: try command(at: words)))
    }

    // MARK: The command

    /// The command whose name the words begin with, the longest if there are several.
    private func command(at words: [String]) throws -> CommandDescriptor {
        let matching = commands.filter { words.starts(with: $0.words) }
        if let longest = matching.max(by: { $0.words.count < $1.words.count }) { return longest }
        let names = commands.map(\.name)
        let word = words[0]
        if word.hasPrefix("-") {
            throw error(
                "unknown option '\(word)'\(didYouMean(word, among: ["--help", "--version"]))")
        }
        // `stages shwo`: the first word belongs to longer names.
        let following = commands.filter { $0.words.count > 1 && $0.words[0] == word }
        if !following.isEmpty {
            throw error("'\(word)' is followed by \(Self.list(following.map { $0.words[1] }))")
        }
        if word.hasSuffix(".yaml") || word.hasSuffix(".yml") {
            throw error("a command is missing before '\(word)'", first: ["Commands: \(all)."])
        }
        throw error(
            "unknown command '\(word)'\(didYouMean(word, among: names))",
            first: ["Commands: \(all)."])
    }

    private var all: String { commands.map(\.name).joined(separator: ", ") }

    private static func list(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        return quoted.count < 2
            ? quoted.joined()
            : quoted.dropLast().joined(separator: ", ") + " or " + quoted[quoted.count - 1]
    }

    // MARK: Its arguments

    private func parse(_ words: [String], for command: CommandDescriptor) throws -> Invocation {
        var parsed = ParsedArguments(command)
        var positional: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                positional += rest
                break
            }
            if Self.helpWords.contains(word) { return .show(CommandHelp(self).text(of: command)) }
            if word == "--version" { return .show(version) }
            // A single dash and negative numbers are no options.
            guard word.hasPrefix("-"), word.count > 1, Double(word) == nil else {
                positional.append(word)
                continue
            }
            let (option, inline) = try option(word, of: command)
            let value = try value(inline, for: option, &rest, command)
            guard parsed.add(value, to: option) else {
                throw error("'--\(option.name)' is given twice", of: command)
            }
        }
        try assign(positional, of: command, to: &parsed)
        return .run(command, parsed)
    }

    private func option(
        _ word: String, of command: CommandDescriptor
    ) throws -> (option: CommandDescriptor.Option, inline: String?) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let found = command.options.first { option in
            name == "--\(option.name)" || option.short.map { name == "-\($0)" } == true
        }
        if let found { return (found, parts.count == 2 ? String(parts[1]) : nil) }
        let names = command.options.map { "--\($0.name)" } + ["--help", "--version"]
        // One dash instead of two is a misspelling of its own.
        let doubled = "-" + name
        let nearest =
            names.contains(doubled) ? doubled : nearestSpelling(to: name, among: names)
        throw error(
            "unknown option '\(name)'\(nearest.map { "; did you mean '\($0)'?" } ?? "")",
            of: command)
    }

    private func value(
        _ inline: String?, for option: CommandDescriptor.Option, _ rest: inout ArraySlice<String>,
        _ command: CommandDescriptor
    ) throws -> String {
        if option.value == .none {
            guard inline == nil else {
                throw error("'--\(option.name)' takes no value", of: command)
            }
            return ""
        }
        let value: String
        if let inline {
            value = inline
        } else if let next = rest.first, !next.hasPrefix("-") || Double(next) != nil {
            value = next
            rest.removeFirst()
        } else {
            let hint = rest.first.map { ", not the option '\($0)'" } ?? ""
            throw error("missing value for '\(option.usage)'\(hint)", of: command)
        }
        try check(value, for: option, command)
        return value
    }

    private func check(
        _ value: String, for option: CommandDescriptor.Option, _ command: CommandDescriptor
    ) throws {
        var expected: String?
        switch option.value {
        case .none, .text: break
        case .integer(let range):
            if Int(value).map(range.contains) != true {
                expected =
                    range.upperBound == .max
                    ? "an integer of at least \(range.lowerBound)"
                    : "an integer in \(range.lowerBound)...\(range.upperBound)"
            }
        case .choice(let words):
            if !words.contains(value) {
                expected = Self.list(words) + didYouMean(value, among: words)
            }
        }
        guard let expected else { return }
        throw error(
            "the value '\(value)' is invalid for '\(option.usage)'; it takes \(expected)",
            of: command)
    }

    private func assign(
        _ words: [String], of command: CommandDescriptor, to parsed: inout ParsedArguments
    ) throws {
        for (argument, word) in zip(command.arguments, words) { parsed.set(argument, to: word) }
        if let missing = command.arguments.dropFirst(words.count).first(where: \.isRequired) {
            throw error("missing expected argument '\(missing.name)'", of: command)
        }
        let extra = Array(words.dropFirst(command.arguments.count))
        guard let first = extra.first else { return }
        let following = commands.map(\.words)
            .filter { $0.count > 1 && $0[0] == command.name }.map { $0[1] }
        let hint = didYouMean(first, among: following)
        throw error(
            extra.count == 1 || !hint.isEmpty
                ? "unexpected argument '\(first)'\(hint)"
                : "\(extra.count) unexpected arguments: "
                    + extra.map { "'\($0)'" }.joined(separator: ", "),
            of: command)
    }

    // MARK: Errors

    private func error(_ message: String, of command: CommandDescriptor) -> PipelineError {
        PipelineError(
            .usage, message,
            notes: [
                "Usage: \(CommandHelp(self).usage(of: command))",
                "'\(program) \(command.name) --help' tells more.",
            ])
    }

    private func error(_ message: String, first notes: [String] = []) -> PipelineError {
        PipelineError(.usage, message, notes: notes + ["'\(program) --help' tells more."])
    }
}
