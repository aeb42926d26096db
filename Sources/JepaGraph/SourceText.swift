import JepaCore

/// The text of a file as lines, to say where something stands and to show it.
///
/// Marks count lines and Unicode scalars from 0, as libyaml does; locations count from 1, in
/// characters. libyaml ends lines at CR, LF, CR LF, NEL, LS and PS, so this does too.
struct SourceText {
    /// A place in the text.
    struct Mark: Equatable {
        let line: Int
        let column: Int
    }

    private struct Line {
        var text = ""
        var scalars = 0
    }

    /// The longest line that is shown below a message, in characters.
    private static let longestShown = 160

    /// The file as the user named it.
    let file: String
    private let lines: [Line]
    /// Scalars that stand before the parsed text in the first line.
    private let offset: Int

    /// A text; `prefix` stands before it in the first line but is not part of what is parsed.
    init(_ text: some StringProtocol, file: String, prefix: String = "") {
        self.file = file
        offset = prefix.unicodeScalars.count
        var lines: [Line] = []
        var current = String.UnicodeScalarView(prefix.unicodeScalars)
        var count = offset
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            guard Self.isBreak(scalar) else {
                current.append(scalar)
                count += 1
                continue
            }
            if scalar == "\n" && previous == "\r" { continue }
            lines.append(Line(text: Self.shown(current), scalars: count))
            current = String.UnicodeScalarView()
            count = 0
        }
        lines.append(Line(text: Self.shown(current), scalars: count))
        self.lines = lines
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    /// A line without characters that could do something to a terminal; empty if it is very long.
    private static func shown(_ scalars: String.UnicodeScalarView) -> String {
        guard scalars.count <= 4 * longestShown else { return "" }
        let safe = scalars.map { scalar -> Unicode.Scalar in
            let isControl = scalar.properties.generalCategory == .control && scalar != "\t"
            return isControl ? "\u{FFFD}" : scalar
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: safe)
        return String(text)
    }

    /// The place between two marks; a place of several lines is cut at the end of the first.
    func location(from start: Mark, to end: Mark) -> SourceLocation {
        location(
            at: start, length: end.line > start.line ? .max : max(1, end.column - start.column))
    }

    /// The place of `length` scalars from a mark on, cut at the end of the line.
    func location(at start: Mark, length: Int = 1) -> SourceLocation {
        // A mark behind the last line break stands at the end of the last line that has a text.
        guard start.line < lines.count else {
            let last = lines.count - 1
            return location(at: Mark(line: last, column: lines[last].scalars))
        }
        let line = lines[start.line]
        let column = min(start.column + (start.line == 0 ? offset : 0), line.scalars)
        let end = min(column + min(length, line.scalars), line.scalars)
        guard !line.text.isEmpty, line.scalars > 0 else {
            return SourceLocation(file: file, line: start.line + 1, column: column + 1)
        }
        let scalars = line.text.unicodeScalars
        let from = scalars.index(scalars.startIndex, offsetBy: column)
        let to = scalars.index(from, offsetBy: max(0, end - column))
        let before = String(scalars[..<from]).count
        var marked = Substring(scalars[from..<to])
        while marked.last?.isWhitespace == true { marked.removeLast() }
        let isShown = before + marked.count <= Self.longestShown
        let shown =
            line.text.count <= Self.longestShown
            ? line.text : String(line.text.prefix(Self.longestShown)) + "…"
        return SourceLocation(
            file: file, line: start.line + 1, column: before + 1, length: marked.count,
            text: isShown ? shown : "")
    }

    /// Whether nothing stands at or after a mark.
    func isEnd(_ mark: Mark) -> Bool {
        mark.line >= lines.count
            || mark.line == lines.count - 1 && mark.column >= lines[mark.line].scalars
    }

    /// The mark of a character that libyaml would refuse, with the character.
    static func firstForbidden(in text: String) -> (mark: Mark, scalar: Unicode.Scalar)? {
        var line = 0
        var column = 0
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if isBreak(scalar) {
                if scalar == "\n" && previous == "\r" { continue }
                line += 1
                column = 0
                continue
            }
            let isForbidden =
                switch scalar.value {
                case 0x09: false
                case 0x00...0x1F, 0x7F...0x9F, 0xFEFF, 0xFFFE, 0xFFFF: true
                default: false
                }
            if isForbidden { return (Mark(line: line, column: column), scalar) }
            column += 1
        }
        return nil
    }
}
