import CLibYAML
import JepaCore

/// What libyaml says of a text that is not YAML, in the words of this project.
struct YAMLSyntaxError {
    private let problem: String
    private let context: String
    private let mark: SourceText.Mark
    private let contextMark: SourceText.Mark?
    private let isOutOfMemory: Bool

    /// The error a parser stopped with.
    init(_ parser: yaml_parser_t) {
        problem = parser.problem.map { String(cString: $0) } ?? ""
        context = parser.context.map { String(cString: $0) } ?? ""
        mark = .init(parser.problem_mark)
        contextMark = parser.context.map { _ in .init(parser.context_mark) }
        isOutOfMemory = parser.error == YAML_MEMORY_ERROR
    }

    /// The error as it is shown.
    func described(in source: SourceText) -> PipelineError {
        if isOutOfMemory { return PipelineError(.file, "there is no memory to read the text") }
        let place = source.location(at: mark)
        let tabs = place.text.prefix { $0 == " " || $0 == "\t" }.prefix { $0 != "\t" }.count
        let indentsByTab = place.text.dropFirst(tabs).first == "\t"
        if indentsByTab, isAboutIndentation {
            return PipelineError(
                .syntax, "a tab cannot indent a line of YAML; use spaces",
                at: source.location(at: .init(line: place.line - 1, column: tabs)))
        }
        let isFirst = place.text.prefix(place.column - 1).allSatisfy { $0 == " " }
        let (message, pointsAtContext) = wording(
            found: place.text.dropFirst(place.column - 1).first, isFirst: isFirst,
            isAtEnd: source.isEnd(mark))
        guard let contextMark, contextMark != mark else {
            return PipelineError(.syntax, message, at: place)
        }
        let begin = source.location(at: contextMark)
        if pointsAtContext { return PipelineError(.syntax, message, at: begin) }
        return PipelineError(
            .syntax, message, at: place,
            notes: contextMark.line == mark.line ? [] : notes(begin))
    }

    private func notes(_ begin: SourceLocation) -> [String] {
        let place = "\(begin.file):\(begin.line):\(begin.column)"
        return switch context {
        case "while parsing a flow mapping", "while parsing a flow sequence":
            ["The bracket opens at \(place)."]
        case "while parsing a block mapping": ["The mapping begins at \(place)."]
        case "while parsing a block collection": ["The list begins at \(place)."]
        default: []
        }
    }

    private var isAboutIndentation: Bool {
        problem.contains("cannot start any token") || problem.contains("tab character")
            || problem.contains("expected ':'") || problem.contains("did not find expected")
    }

    /// The message, and whether it points at the beginning of the construct.
    private func wording(
        found: Character?, isFirst: Bool, isAtEnd: Bool
    ) -> (String, pointsAtContext: Bool) {
        let quoted = found.map { "'\($0)'" } ?? "this"
        return switch (problem, found) {
        case ("found unexpected end of stream", _) where context.contains("quoted"):
            ("the quote that opens here is never closed", true)
        case ("could not find expected ':'", _): ("a ':' is missing after this key", true)
        case ("mapping values are not allowed in this context", _):
            ("a ':' cannot stand here; begin a new line, or put the text in quotes", false)
        case ("block sequence entries are not allowed in this context", _):
            ("a list item '- ' cannot stand here; begin a new line", false)
        case ("did not find expected ',' or '}'", _) where isAtEnd,
            ("did not find expected ',' or ']'", _) where isAtEnd:
            ("the bracket that opens here is never closed", true)
        case ("did not find expected ',' or '}'", _):
            ("a ',' or '}' is missing before this", false)
        case ("did not find expected ',' or ']'", _):
            ("a ',' or ']' is missing before this", false)
        case ("did not find expected key", ":"): ("a key is missing before ':'", false)
        case ("did not find expected key", "-"): ("a list item stands among keys", false)
        case ("did not find expected key", "]"), ("did not find expected key", "}"),
            ("did not find expected <document start>", "]"),
            ("did not find expected <document start>", "}"):
            ("this \(quoted) closes nothing", false)
        case ("did not find expected key", _) where !isFirst:
            ("this cannot follow what stands before it on the line", false)
        case ("did not find expected key", _):
            ("a key was expected here; is the line indented like its neighbours?", false)
        case ("did not find expected '-' indicator", _):
            ("a list item '- ' was expected here; is the line indented like its neighbours?", false)
        case ("did not find expected <document start>", _):
            ("the value of the file ends before this; is the line indented rightly?", false)
        case ("did not find expected node content", _): ("a value was expected here", false)
        case ("found character that cannot start any token", _):
            ("a text cannot begin with \(quoted); put it in quotes", false)
        case ("did not find expected alphabetic or numeric character", _):
            ("the name of an anchor is of letters and digits", false)
        case ("found unknown escape character", _):
            ("this escape is not one of YAML's; single quotes take backslashes as they are", false)
        case ("found undefined tag handle", _):
            ("this tag is not declared; graph files use no tags", false)
        case ("found unknown directive name", _):
            ("graph files use no directives; remove the line", false)
        case ("found incompatible YAML document", _):
            ("this version of YAML is not read; remove the line", false)
        default: (problem + (context.isEmpty ? "" : " " + context), false)
        }
    }
}
