import JepaCore

/// The arguments of a command, matched against its description.
struct CommandLineArguments {
    private var places: [String: String] = [:]
    private var values: [String: [String]] = [:]
    /// Whether `--help` was asked for; nothing else has been checked then.
    private(set) var asksForHelp = false

    /// Matches arguments.
    ///
    /// - Throws: `PipelineError` with the code `usage` for the first that does not fit.
    init(_ arguments: [String], for command: CommandDescriptor) throws {
        var rest = arguments[...]
        var free = command.arguments[...]
        var takesOptions = true
        let known = (command.options + [CommandDescriptor.help]).map(\.name)
        asksForHelp = arguments.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        if asksForHelp { return }
        while let word = rest.popFirst() {
            if takesOptions && word == "--" {
                takesOptions = false
            } else if takesOptions && word.hasPrefix("-") && word.count > 1 {
                let parts = word.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = String(parts[0])
                guard let option = command.options.first(where: { $0.name == name }) else {
                    throw Self.error(
                        "unknown option '\(name)'\(didYouMean(name, among: known))", command)
                }
                try add(option, parts.count == 2 ? String(parts[1]) : nil, &rest, command)
            } else if let place = free.popFirst() {
                places[place.name] = word
            } else {
                throw Self.error("unexpected argument '\(word)'", command)
            }
        }
        if let missing = free.first(where: { !$0.isOptional }) {
            throw Self.error("missing argument \(missing.name): \(missing.help)", command)
        }
    }

    /// An argument that is not optional.
    func argument(_ name: String) -> String {
        guard let value = places[name] else { fatalError("the argument \(name) is not declared") }
        return value
    }

    /// An argument that may be missing.
    func optionalArgument(_ name: String) -> String? { places[name] }

    /// Whether a switch is on.
    func isOn(_ option: String) -> Bool { values[option] != nil }

    /// The value of an option that may be given once.
    func value(_ option: String) -> String? { values[option]?.last }

    /// The values of an option that may be given several times.
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The value of an option as a number of at least 1.
    func count(_ option: String) throws -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), number >= 1 else {
            throw PipelineError(.usage, "'\(option)' takes a number of at least 1, not '\(text)'")
        }
        return number
    }

    private mutating func add(
        _ option: CommandDescriptor.Option, _ attached: String?, _ rest: inout ArraySlice<String>,
        _ command: CommandDescriptor
    ) throws {
        guard let placeholder = option.value else {
            if let attached {
                throw Self.error("'\(option.name)' is a switch and takes no '\(attached)'", command)
            }
            values[option.name] = []
            return
        }
        guard let value = attached ?? rest.popFirst(), !value.isEmpty else {
            throw Self.error("missing value for '\(option.name) \(placeholder)'", command)
        }
        if !option.choices.isEmpty && !option.choices.contains(value) {
            throw Self.error(
                "'\(option.name)' is one of \(option.choices.joined(separator: ", ")), "
                    + "not '\(value)'\(didYouMean(value, among: option.choices))", command)
        }
        if values[option.name] != nil && !option.isRepeatable {
            throw Self.error("'\(option.name)' is given twice", command)
        }
        values[option.name, default: []].append(value)
    }

    private static func error(_ message: String, _ command: CommandDescriptor) -> PipelineError {
        PipelineError(
            .usage, message,
            notes: ["usage: \(command.usage)", "'jepa-pipe \(command.name) --help' tells more."])
    }
}
