/// What a command takes; the parser, the help and the messages come from it.
struct CommandDescriptor {
    /// A value given by its place.
    struct Argument {
        let name: String
        let help: String
        var isOptional = false
    }

    /// A value given by its name.
    struct Option {
        /// With its dashes: `--out`.
        let name: String
        /// What the value is called in the help; nil for a switch.
        var value: String?
        /// The values there are, if there are few.
        var choices: [String] = []
        var isRepeatable = false
        let help: String
    }

    let name: String
    let summary: String
    var arguments: [Argument] = []
    var options: [Option] = []
    /// Further lines of the help.
    var notes: [String] = []

    static let help = Option(name: "--help", help: "Shows this text.")

    /// `jepa-pipe run FILE [--set PATH=VALUE]… [--out DIR]`
    var usage: String {
        let places = arguments.map { $0.isOptional ? "[\($0.name)]" : $0.name }
        let names = options.map { option in
            let value = option.value.map { " \($0)" } ?? ""
            return "[\(option.name)\(value)]" + (option.isRepeatable ? "…" : "")
        }
        return (["jepa-pipe", name] + places + names).joined(separator: " ")
    }

    /// The text of `--help`.
    var helpText: String {
        var lines = [summary, "", "usage: \(usage)"]
        var table = TextTable([.left, .left])
        for argument in arguments { table.add(["  " + argument.name, argument.help]) }
        for option in options + [Self.help] {
            let value = option.value.map { " \($0)" } ?? ""
            table.add(["  " + option.name + value, option.help])
        }
        lines += [""] + table.lines
        if !notes.isEmpty { lines += [""] + notes }
        return lines.joined(separator: "\n")
    }
}
