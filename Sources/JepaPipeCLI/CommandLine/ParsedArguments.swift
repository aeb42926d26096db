import JepaCore

/// What a command line gives to a command, already checked against its descriptor.
package struct ParsedArguments: Sendable {
    private let descriptor: CommandDescriptor
    private var arguments: [String: String] = [:]
    private var options: [String: [String]] = [:]

    init(_ descriptor: CommandDescriptor) { self.descriptor = descriptor }

    mutating func set(_ argument: CommandDescriptor.Argument, to word: String) {
        arguments[argument.name] = word
    }

    /// Adds a value, for a flag the empty text; false if the option is there and may not be twice.
    mutating func add(_ value: String, to option: CommandDescriptor.Option) -> Bool {
        if !option.isRepeated, options[option.name] != nil { return false }
        options[option.name, default: []].append(value)
        return true
    }

    /// A word by its placeholder; traps if the descriptor does not require it.
    package func argument(_ name: String) -> String {
        guard let word = optionalArgument(name) else {
            fatalError("'\(descriptor.name)' reads the argument '\(name)' but does not require it")
        }
        return word
    }

    /// A word that may have been left out; traps if the descriptor does not have it.
    package func optionalArgument(_ name: String) -> String? {
        precondition(
            descriptor.arguments.contains { $0.name == name },
            "'\(descriptor.name)' reads the argument '\(name)' but does not declare it")
        return arguments[name]
    }

    /// Whether an option is there.
    package func flag(_ name: String) -> Bool { !values(name).isEmpty }

    /// The value of an option, or what its descriptor says holds without it.
    package func value(_ name: String) -> String? { values(name).first ?? option(name).standard }

    /// The values of an option that may be given several times, in order.
    package func values(_ name: String) -> [String] { options[option(name).name] ?? [] }

    /// The whole number of an option.
    package func integer(_ name: String) -> Int? { value(name).flatMap(Int.init) }

    private func option(_ name: String) -> CommandDescriptor.Option {
        guard let option = descriptor.options.first(where: { $0.name == name }) else {
            fatalError("'\(descriptor.name)' reads the option '--\(name)' but does not declare it")
        }
        return option
    }
}
