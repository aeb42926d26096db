/// What went wrong, where, and what would be right.
public struct PipelineError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a mistake, for programs; the message is for people.
    public struct Code: Hashable, Sendable {
        /// The stable name of the code.
        public let name: String
        /// A code; a stage outside this package may make its own.
        public init(_ name: String) { self.name = name }

        /// A file cannot be read, written, or is not what its name says.
        public static let file = Code("file")
        /// The text is not valid YAML, or uses a part of it that graph files do not.
        public static let syntax = Code("syntax")
        /// A stage, role, socket or key that does not exist.
        public static let unknownName = Code("unknown-name")
        /// A name used twice.
        public static let duplicateName = Code("duplicate-name")
        /// A value of the wrong type or outside its range.
        public static let value = Code("value")
        /// A key that has to be there is not.
        public static let missing = Code("missing")
        /// An edge that joins sockets that do not fit, or leads nowhere, or closes a cycle.
        public static let wiring = Code("wiring")
        /// Values that are each allowed but cannot work together.
        public static let configuration = Code("configuration")
        /// Data that cannot be used.
        public static let data = Code("data")
        /// Training produced a number that is not finite.
        public static let notFinite = Code("not-finite")
        /// A command line that cannot be understood.
        public static let usage = Code("usage")
        /// A part that this build does not have.
        public static let unavailable = Code("unavailable")
    }

    /// The kind of mistake.
    public let code: Code
    /// What was found and what is allowed, in one sentence.
    public let message: String
    /// Where it stands, if it stands in a graph file.
    public var location: SourceLocation?
    /// Further lines: the allowed names, the other side of an edge, the remedy.
    public var notes: [String]

    /// An error.
    public init(
        _ code: Code, _ message: String, at location: SourceLocation? = nil, notes: [String] = []
    ) {
        self.code = code
        // A name from a damaged file may be as long as the file.
        self.message = message.utf8.count <= 2000 ? message : message.prefix(1000) + "…"
        self.location = location
        self.notes = notes
    }

    /// The message as it is shown: position, text, the line with a caret, notes.
    public var description: String {
        var lines: [String] = []
        if let location {
            lines.append("\(location.file):\(location.line):\(location.column): error: \(message)")
            if !location.text.isEmpty {
                lines.append(location.text)
                let indent = location.text.prefix(location.column - 1).map {
                    $0 == "\t" ? "\t" : " "
                }
                let tildes = String(repeating: "~", count: location.length - 1)
                lines.append(indent.joined() + "^" + tildes)
            }
        } else {
            lines.append("error: \(message)")
        }
        return (lines + notes).joined(separator: "\n")
    }
}

/// Everything that is wrong with one input, reported at once.
public struct PipelineErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// The errors, in the order of the file; never empty.
    public let errors: [PipelineError]

    /// Sorts the errors by position.
    public init(_ errors: [PipelineError]) {
        precondition(!errors.isEmpty, "there is no error to report")
        self.errors = errors.enumerated().sorted { a, b in
            let (p, q) = (a.element.location, b.element.location)
            let pa = (p?.line ?? .max, p?.column ?? .max, a.offset)
            let pb = (q?.line ?? .max, q?.column ?? .max, b.offset)
            return pa < pb
        }.map(\.element)
    }

    /// The mistakes that a caught error tells of, be it several or one; nil for an error of
    /// another type.
    ///
    /// - Parameter place: Where a single mistake stands that does not say so itself.
    public init?(_ error: any Error, at place: SourceLocation? = nil) {
        switch error {
        case let errors as PipelineErrors: self = errors
        case var single as PipelineError:
            single.location = single.location ?? place
            self.init([single])
        default: return nil
        }
    }

    /// The messages, one after the other; of very many only the first.
    public var description: String {
        let shown = errors.prefix(50).map(\.description)
        let more = errors.count - shown.count
        return (shown + (more > 0 ? ["… and \(more) more errors"] : [])).joined(separator: "\n")
    }
}
