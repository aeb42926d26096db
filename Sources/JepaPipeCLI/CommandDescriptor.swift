/// What a command takes; the parser, the help and the messages come from it.
package struct CommandDescriptor: Sendable {
    /// A value given by its place.
    package struct Argument: Sendable {
        /// The placeholder, in capitals: `FILE`.
        package let name: String
        /// What it is, in a sentence.
        package let help: String
        /// Whether it may be left out; only the last ones may.
        package let isOptional: Bool
        /// Whether there may be more of it; only of the last one.
        package let isRepeatable: Bool

        /// An argument.
        package init(
            name: String, help: String, isOptional: Bool = false, isRepeatable: Bool = false
        ) {
            self.name = name
            self.help = help
            self.isOptional = isOptional
            self.isRepeatable = isRepeatable
        }
    }

    /// A value given by its name, or a switch.
    package struct Option: Sendable {
        /// Values of another option, with one of which an option means something.
        package struct Place: Sendable {
            /// The other option, with its dashes.
            let option: String
            /// One or more of its values.
            let values: [String]

            /// A place.
            package init(option: String, values: [String]) {
                self.option = option
                self.values = values
            }

            /// `--task count or distance`
            var words: String {
                let list = values.dropLast().joined(separator: ", ")
                let last = values.last ?? ""
                return "\(option) \(list.isEmpty ? last : "\(list) or \(last)")"
            }
        }

        /// With its dashes: `--out`.
        package let name: String
        /// With its dash, if there is a short form: `-o`.
        package let short: String?
        /// What the value is called in the help; nil for a switch.
        package let value: String?
        /// The values there are, if there are few.
        package let choices: [String]
        /// The values there are if they are whole numbers.
        package let range: ClosedRange<Int>?
        /// Whether it may be given several times.
        package let isRepeatable: Bool
        /// Whether many commands have it, so that a usage line leaves it out as it does `--help`.
        package let isCommon: Bool
        /// Whether the command cannot do without it.
        package let isRequired: Bool
        /// What holds without it.
        package let standard: String?
        /// Where it means something; empty if that is everywhere.
        package let belongsTo: [Place]
        /// What it does, in a sentence.
        package let help: String

        /// An option.
        package init(
            name: String, short: String? = nil, value: String? = nil, choices: [String] = [],
            range: ClosedRange<Int>? = nil, isRepeatable: Bool = false, isCommon: Bool = false,
            isRequired: Bool = false, standard: String? = nil, belongsTo: [Place] = [],
            help: String
        ) {
            self.name = name
            self.short = short
            self.value = value
            self.choices = choices
            self.range = range
            self.isRepeatable = isRepeatable
            self.isCommon = isCommon
            self.isRequired = isRequired
            self.standard = standard
            self.belongsTo = belongsTo
            self.help = help
        }

        /// The option as messages write it: `--out DIR`.
        package var usage: String { value.map { "\(name) \($0)" } ?? name }

        /// What it does within a sentence, with the values there are if they are few.
        var question: String {
            let sentence = help.prefix(1).lowercased() + help.dropFirst()
            let choice = choices.isEmpty ? "" : "; one of \(choices.joined(separator: ", "))"
            return (sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence) + choice
        }

        /// `--protocol paper or --task finetune`; empty if it means something everywhere.
        var belonging: String { belongsTo.map(\.words).joined(separator: " or ") }
    }

    /// A command line that works, and what it does.
    package struct Example: Sendable {
        /// Everything behind the name of the program.
        package let arguments: String
        /// What it does, in a sentence.
        package let help: String

        /// An example.
        package init(_ arguments: String, help: String) {
            self.arguments = arguments
            self.help = help
        }
    }

    /// The word, or the words, that choose it: `run`, `stages show`.
    package let name: String
    /// What it does, in a sentence.
    package let summary: String
    /// What stands behind the name, in this order.
    package let arguments: [Argument]
    /// What it takes beside `--help` and `--version`.
    package let options: [Option]
    /// Further paragraphs of the help.
    package let notes: [String]
    /// Command lines that work.
    package let examples: [Example]

    /// A command.
    package init(
        name: String, summary: String, arguments: [Argument] = [], options: [Option] = [],
        notes: [String] = [], examples: [Example] = []
    ) {
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.notes = notes
        self.examples = examples
    }

    /// The words of the name.
    var words: [String] { name.split(separator: " ").map(String.init) }

    /// `jepa-pipe run FILE [--set PATH=VALUE]... [--out DIR]`
    package var usage: String {
        let names = options.filter { !$0.isCommon && !$0.isRequired }.map {
            "[\($0.usage)]" + ($0.isRepeatable ? "..." : "")
        }
        return (usageOfRequired + names).joined(separator: " ")
    }

    /// What stands below a mistake: the usage, without the names of options if they are many, and
    /// where there is more.
    package var usageNotes: [String] {
        let short = (usageOfRequired + ["[options]"]).joined(separator: " ")
        return [
            "Usage: \(usage.count <= Self.longestUsage ? usage : short)",
            "'jepa-pipe \(name) --help' tells more.",
        ]
    }

    /// A longer usage tells nothing that could be found in it.
    private static let longestUsage = 160

    /// The beginning of a usage, as words: everything that cannot be left out, and all arguments.
    private var usageOfRequired: [String] {
        let places = arguments.map {
            ($0.isOptional ? "[\($0.name)]" : $0.name) + ($0.isRepeatable ? "..." : "")
        }
        return ["jepa-pipe", name] + places + options.filter(\.isRequired).map(\.usage)
    }
}
