/// What a command takes and what it is for; the parser and the help both come from it.
package struct CommandDescriptor: Sendable {
    /// A word that is found by where it stands.
    package struct Argument: Sendable {
        /// The placeholder, in capitals: `FILE`.
        package let name: String
        /// What it is, in a sentence.
        package let help: String
        /// Whether it has to be there.
        package let isRequired: Bool

        /// An argument.
        package init(_ name: String, required: Bool = true, help: String) {
            self.name = name
            self.help = help
            isRequired = required
        }
    }

    /// A word that begins with `--`, with or without a value.
    package struct Option: Sendable {
        /// What may follow an option.
        package enum Value: Sendable, Equatable {
            /// Nothing: it is there or not.
            case none
            case text
            case integer(ClosedRange<Int>)
            case choice([String])
        }

        /// The name without the dashes.
        package let name: String
        /// One letter that stands for it, if any.
        package let short: Character?
        /// What may follow.
        package let value: Value
        /// How the help writes the value, in capitals or as an example.
        package let placeholder: String
        /// Whether it may be given several times.
        package let isRepeated: Bool
        /// What holds without it, if the help has to say so.
        package let standard: String?
        /// What it does, in a sentence.
        package let help: String

        /// An option that is there or not.
        package static func flag(_ name: String, short: Character? = nil, help: String) -> Self {
            Self(
                name: name, short: short, value: .none, placeholder: "", isRepeated: false,
                standard: nil, help: help)
        }

        /// An option with a text.
        package static func text(
            _ name: String, short: Character? = nil, placeholder: String, repeated: Bool = false,
            default standard: String? = nil, help: String
        ) -> Self {
            Self(
                name: name, short: short, value: .text, placeholder: placeholder,
                isRepeated: repeated, standard: standard, help: help)
        }

        /// An option with a whole number.
        package static func integer(
            _ name: String, short: Character? = nil, in range: ClosedRange<Int>,
            placeholder: String = "N", default standard: Int? = nil, help: String
        ) -> Self {
            Self(
                name: name, short: short, value: .integer(range), placeholder: placeholder,
                isRepeated: false, standard: standard.map(String.init), help: help)
        }

        /// An option with one of a few words.
        package static func choice(
            _ name: String, short: Character? = nil, of words: [String], placeholder: String,
            default standard: String? = nil, help: String
        ) -> Self {
            Self(
                name: name, short: short, value: .choice(words), placeholder: placeholder,
                isRepeated: false, standard: standard, help: help)
        }

        /// The option as messages and the help write it: `--out DIR`.
        package var usage: String { value == .none ? "--\(name)" : "--\(name) \(placeholder)" }
    }

    /// A command line that works, and what it does.
    package struct Example: Sendable {
        /// Everything behind the name of the program.
        package let arguments: String
        /// What it does.
        package let help: String

        /// An example.
        package init(_ arguments: String, _ help: String) {
            self.arguments = arguments
            self.help = help
        }
    }

    /// The word, or the words, that choose it: `run`, `stages show`.
    package let name: String
    /// What it does, as if its name stood before: `trains the pipeline of a graph file`.
    package let summary: String
    /// Paragraphs below the usage line; may be empty.
    package let discussion: [String]
    /// What stands behind the name, in this order; only the last ones may be left out.
    package let arguments: [Argument]
    /// What it takes beside `--help` and `--version`.
    package let options: [Option]
    /// Command lines that work.
    package let examples: [Example]

    /// A command.
    package init(
        _ name: String, summary: String, discussion: [String] = [], arguments: [Argument] = [],
        options: [Option] = [], examples: [Example] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.examples = examples
    }

    /// The words of the name.
    var words: [String] { name.split(separator: " ").map(String.init) }
}
