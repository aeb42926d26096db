extension Graph {
    /// What the names of one kind look like: one rule for the check and for the schema.
    package struct NameRule: Sendable {
        /// A regular expression for the whole name that Swift and JSON Schema read alike.
        package let pattern: String

        /// Whether a text is such a name.
        func allows(_ text: String) -> Bool {
            guard let form = try? Regex(pattern) else {
                fatalError("'\(pattern)' is no regular expression")
            }
            return text.wholeMatch(of: form.matchingSemantics(.unicodeScalar)) != nil
        }
    }

    /// More than any method needs, and few enough for the checks to be quick.
    package static let maximumStages = 200

    /// The name of a stage; those of sockets and values look alike.
    package static let stageName = NameRule(pattern: "[A-Za-z_][A-Za-z0-9_]*")

    /// The name of a pipeline, after which run folders are named: no slash, no control characters.
    package static let pipelineName = NameRule(
        pattern: "[^/\\u0000-\\u001F\\u007F-\\u009F]+")
}
