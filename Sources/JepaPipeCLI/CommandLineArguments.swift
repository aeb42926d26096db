import JepaCore
import JepaTraining

/// The arguments of a command, matched against its description.
///
/// An option is written `--name value`, `--name=value`, `-n value` or `-n=value`, before or after
/// the arguments; `--` ends the options.
package struct CommandLineArguments: Sendable {
    private let command: CommandDescriptor
    private var places: [String: String] = [:]
    private var further: [String] = []
    private var values: [String: [String]] = [:]
    /// Whether `--help` was asked for; nothing else has been checked then.
    package private(set) var asksForHelp = false
    /// Whether `--version` was asked for; nothing else has been checked then.
    package private(set) var asksForVersion = false

    /// Matches the words behind the name of a command.
    ///
    /// - Throws: `PipelineError` with the code `usage` for the first that does not fit;
    ///   `PipelineErrors` with all options that mean nothing beside the others.
    package init(_ words: [String], for command: CommandDescriptor) throws {
        self.command = command
        let before = words.prefix { $0 != "--" }
        asksForHelp = before.contains { $0 == "--help" || $0 == "-h" }
        asksForVersion = before.contains("--version")
        if asksForHelp || asksForVersion { return }
        var positional: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                positional += rest
                break
            }
            // A single dash and negative numbers are no options.
            guard Self.isOption(word) else {
                positional.append(word)
                continue
            }
            let (option, attached) = try option(word, before: rest.first)
            let value = try value(of: option, attached, &rest)
            if values[option.name] != nil && !option.isRepeatable {
                throw error("'\(option.name)' is given twice")
            }
            values[option.name, default: []].append(value)
        }
        try assign(positional)
        try checkPlaces()
        if let missing = command.options.first(where: { $0.isRequired && values[$0.name] == nil }) {
            throw error("missing \(missing.usage): \(missing.question)")
        }
    }

    private static func isOption(_ word: String) -> Bool {
        word.hasPrefix("-") && word.count > 1 && Double(word) == nil
    }

    // MARK: - Reading

    /// An argument that is not optional; traps if the descriptor has none of this name.
    package func argument(_ name: String) -> String {
        guard let word = optionalArgument(name) else {
            fatalError("'\(command.name)' reads the argument '\(name)' but does not require it")
        }
        return word
    }

    /// An argument that may be missing.
    package func optionalArgument(_ name: String) -> String? {
        precondition(
            command.arguments.contains { $0.name == name },
            "'\(command.name)' reads the argument '\(name)' but does not declare it")
        return places[name]
    }

    /// The words of an argument that may be given several times.
    package func allArguments(_ name: String) -> [String] {
        (optionalArgument(name).map { [$0] } ?? []) + further
    }

    /// Whether a switch is on, or an option with a value is given.
    package func isOn(_ option: String) -> Bool { !all(option).isEmpty }

    /// The value of an option, or what holds without it.
    package func value(_ option: String) -> String? {
        all(option).last ?? declared(option).standard
    }

    /// The values of an option that may be given several times.
    package func all(_ option: String) -> [String] { values[declared(option).name] ?? [] }

    /// The value of an option that is required, or without which something holds; traps for
    /// others.
    package func text(_ option: String) -> String {
        guard let text = value(option) else {
            fatalError("'\(command.name)' reads '\(option)', without which nothing holds")
        }
        return text
    }

    /// The value of an option whose choices are the words of a type's cases; as `text`.
    func choice<Choice: RawRepresentable>(
        _ option: String, as type: Choice.Type
    ) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text(option)) else {
            fatalError("a choice of '\(option)' of '\(command.name)' is no \(type)")
        }
        return choice
    }

    /// The value of an option with a range.
    package func optionalInteger(_ option: String) -> Int? { value(option).flatMap { Int($0) } }

    /// The value of an option with a range, without which something holds; traps for others.
    package func integer(_ option: String) -> Int {
        guard let number = Int(text(option)) else {
            fatalError("what holds without '\(option)' of '\(command.name)' is no whole number")
        }
        return number
    }

    /// The file that an option names, whose ending has to be one of some, in any case.
    ///
    /// - Parameter endings: Such as `.png`, one or more.
    /// - Returns: The file and which of the endings it has; nil if the option is not given.
    /// - Throws: `usage` for another ending.
    package func file(
        _ option: String, endings: [String]
    ) throws -> (path: String, ending: String)? {
        guard let path = value(option) else { return nil }
        if let ending = endings.first(where: { path.lowercased().hasSuffix($0) }) {
            return (path, ending)
        }
        throw error(
            "the value '\(path)' is invalid for '\(declared(option).usage)'; it ends in "
                + endings.joined(separator: " or "))
    }

    private func declared(_ name: String) -> CommandDescriptor.Option {
        guard let option = command.options.first(where: { $0.name == name }) else {
            fatalError("'\(command.name)' reads the option '\(name)' but does not declare it")
        }
        return option
    }

    // MARK: - Matching

    private func option(
        _ word: String, before next: String?
    ) throws -> (option: CommandDescriptor.Option, attached: String?) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        if let found = command.options.first(where: { $0.name == name || $0.short == name }) {
            return (found, parts.count == 2 ? String(parts[1]) : nil)
        }
        if let key = trainingKey(name) {
            let value = parts.count == 2 ? String(parts[1]) : next ?? "VALUE"
            throw error("unknown option '\(name)'; did you mean '--set train.\(key)=\(value)'?")
        }
        let names = command.options.map(\.name) + ["--help", "--version"]
        // One dash instead of two is a misspelling of its own.
        let nearest =
            names.contains("-" + name) ? "-" + name : nearestSpelling(to: name, among: names)
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        throw error("unknown option '\(name)'\(hint)")
    }

    /// The key of the section `train` that an unknown option is called like, if graph files can be
    /// changed at all.
    private func trainingKey(_ name: String) -> String? {
        guard name.hasPrefix("--"), command.options.contains(where: { $0.name == "--set" })
        else { return nil }
        let key = String(name.dropFirst(2)).replacing("-", with: "_")
        return TrainingSettings.parameters.contains { $0.name == key } ? key : nil
    }

    private func value(
        of option: CommandDescriptor.Option, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws -> String {
        guard option.value != nil else {
            if attached != nil { throw error("'\(option.name)' is a switch and takes no value") }
            return ""
        }
        if let attached { return try checked(attached, for: option) }
        if let next = rest.first, !Self.isOption(next) {
            rest.removeFirst()
            return try checked(next, for: option)
        }
        let hint = rest.first.map { ", not the option '\($0)'" } ?? ""
        throw error("missing value for '\(option.usage)'\(hint)")
    }

    private func checked(_ value: String, for option: CommandDescriptor.Option) throws -> String {
        var expected: String?
        if value.isEmpty { expected = "a value" }
        if let range = option.range, Int(value).map(range.contains) != true {
            expected =
                range.upperBound == .max
                ? "an integer of at least \(range.lowerBound)"
                : "an integer in \(range.lowerBound)...\(range.upperBound)"
        }
        if !option.choices.isEmpty, !option.choices.contains(value) {
            let words = option.choices.map { "'\($0)'" }
            let list = words.dropLast().joined(separator: ", ")
            expected =
                (list.isEmpty ? "" : list + " or ") + words[words.count - 1]
                + didYouMean(value, among: option.choices)
        }
        guard let expected else { return value }
        throw error("the value '\(value)' is invalid for '\(option.usage)'; it takes \(expected)")
    }

    private mutating func assign(_ words: [String]) throws {
        for (argument, word) in zip(command.arguments, words) { places[argument.name] = word }
        if let missing = command.arguments.dropFirst(words.count).first(where: { !$0.isOptional }) {
            throw error("missing argument '\(missing.name)': \(missing.help)")
        }
        if command.arguments.last?.isRepeatable == true {
            further = Array(words.dropFirst(command.arguments.count))
            return
        }
        let extra = words.dropFirst(command.arguments.count).map { "'\($0)'" }
        if extra.count == 1 { throw error("unexpected argument \(extra[0])") }
        if !extra.isEmpty {
            throw error("\(extra.count) unexpected arguments: \(extra.joined(separator: ", "))")
        }
    }

    /// Refuses options that would change nothing.
    private func checkPlaces() throws {
        let misplaced = command.options.filter { values[$0.name] != nil && !isInPlace($0) }
        if misplaced.isEmpty { return }
        throw PipelineErrors(
            misplaced.map {
                PipelineError(.usage, "'\($0.name)' belongs to \($0.belonging)")
            })
    }

    /// Whether an option means something beside the others, which have to do so themselves.
    private func isInPlace(_ option: CommandDescriptor.Option) -> Bool {
        option.belongsTo.isEmpty
            || option.belongsTo.contains { place in
                // Whoever needs the other option says that it is missing.
                (value(place.option).map { place.values.contains($0) } ?? true)
                    && isInPlace(declared(place.option))
            }
    }

    private func error(_ message: String) -> PipelineError {
        PipelineError(.usage, message, notes: command.usageNotes)
    }
}
