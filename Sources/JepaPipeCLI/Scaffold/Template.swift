import JepaCore

/// A text with places that are filled in: `{{Name}}`.
struct Template {
    private let text: String

    /// A template of the folder `Templates`, which is part of the program.
    init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

    /// The text with all places filled in; traps on one that has no value.
    func filled(_ values: [String: String]) -> String {
        text.replacing(/\{\{([^}]+)\}\}/) { match in
            guard let value = values[String(match.1)] else {
                fatalError("the place '\(match.0)' of a template has no value")
            }
            return value
        }
    }

    /// The text with words put in the place of others.
    func replacing(_ words: [(String, String)]) -> String {
        words.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}
