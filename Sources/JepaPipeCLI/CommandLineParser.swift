import JepaCore

/// Finds the command of a command line. `--help`, `help COMMAND` and `--version` are understood
/// everywhere.
package struct CommandLineParser: Sendable {
    /// What a command line asks for.
    package enum Invocation: Sendable {
        /// To show a text.
        case show(String)
        /// To do the work of the command of this name.
        case run(String, CommandLineArguments)
    }

    /// What `--version` shows.
    package let version: String
    /// All commands, in the order of the help.
    package let commands: [CommandDescriptor]

    /// A parser.
    package init(version: String, commands: [CommandDescriptor]) {
        self.version = version
        self.commands = commands
    }

    /// Understands a command line, without the name of the program.
    ///
    /// - Throws: `PipelineError` with code `usage`; its notes say where help is found.
    package func parse(_ words: [String]) throws -> Invocation {
        let isHelp = words.first.map { ["help", "--help", "-h"].contains($0) } ?? true
        if isHelp {
            guard words.count > 1, !words[1].hasPrefix("-") else { return .show(overview) }
            return .show(try helpText(of: Array(words.dropFirst())))
        }
        if words[0] == "--version" { return .show("jepa-pipe \(version)") }
        if words.count == 2, ["--help", "-h"].contains(words[1]), isFamilyAlone(words[0]) {
            return .show(try helpText(of: [words[0]]))
        }
        let command = try command(at: words)
        let behind = Array(words.dropFirst(command.words.count))
        // `stages shwo`: a word that no argument takes may be meant as part of a longer name. So may
        // that in `pictures atention RUN`.
        let isFollowed = behind.dropFirst().first.map { !$0.hasPrefix("-") } ?? false
        let seconds = family(of: command.name).map { $0.words[1] }
        if command.arguments.isEmpty || isFollowed, let word = behind.first,
            let name = nearestSpelling(to: word, among: seconds)
        {
            throw error("unexpected argument '\(word)'; did you mean '\(name)'?")
        }
        // `stages vit`: there is but one command that could take the word.
        if command.arguments.isEmpty, let word = behind.first, !word.hasPrefix("-"),
            let only = family(of: command.name).first, family(of: command.name).count == 1
        {
            throw error("unexpected argument '\(word)'; did you mean '\(only.name) \(word)'?")
        }
        let arguments = try CommandLineArguments(behind, for: command)
        if arguments.asksForHelp { return .show(command.helpText) }
        if arguments.asksForVersion { return .show("jepa-pipe \(version)") }
        return .run(command.name, arguments)
    }

    /// The commands of several words that begin with this one.
    private func family(of word: String) -> [CommandDescriptor] {
        commands.filter { $0.words.count > 1 && $0.words[0] == word }
    }

    /// Whether a word begins commands and is none by itself.
    private func isFamilyAlone(_ word: String) -> Bool {
        !family(of: word).isEmpty && !commands.contains { $0.words == [word] }
    }

    /// The help of a command, or of all that a word begins.
    private func helpText(of words: [String]) throws -> String {
        if words.count == 1, isFamilyAlone(words[0]) {
            return family(of: words[0]).map(\.helpText).joined(separator: "\n\n")
        }
        return try command(at: words).helpText
    }

    /// The command whose name the words begin with, the longest if there are several.
    private func command(at words: [String]) throws -> CommandDescriptor {
        let matching = commands.filter { words.starts(with: $0.words) }
        if let longest = matching.max(by: { $0.words.count < $1.words.count }) { return longest }
        let names = commands.map(\.name)
        let word = words[0]
        let list = "Commands: \(names.joined(separator: ", "))."
        if word.hasPrefix("-") {
            throw error(
                "unknown option '\(word)'\(didYouMean(word, among: ["--help", "--version"]))")
        }
        let family = family(of: word)
        if !family.isEmpty {
            let seconds = family.map { $0.words[1] }
            let found = words.dropFirst().first.map {
                ", not '\($0)'" + didYouMean($0, among: seconds)
            }
            throw error(
                "'\(word)' is followed by one of \(seconds.joined(separator: ", "))"
                    + (found ?? ""), notes: family.map { $0.usageNotes[0] })
        }
        if word.hasSuffix(".yaml") || word.hasSuffix(".yml") {
            throw error("a command is missing before '\(word)'", notes: [list])
        }
        let nearest = nearestSpelling(to: word, among: names + Self.otherNames.keys)
        let hint = nearest.map { "; did you mean '\(Self.otherNames[$0] ?? $0)'?" } ?? ""
        throw error("unknown command '\(word)'\(hint)", notes: [list])
    }

    /// What other programs call a command, and what it is called here.
    private static let otherNames = ["fit": "run", "pretrain": "run", "train": "run"]

    private func error(_ message: String, notes: [String] = []) -> PipelineError {
        PipelineError(.usage, message, notes: notes + ["'jepa-pipe --help' tells more."])
    }
}
