/// A place in a graph file.
public struct SourceLocation: Hashable, Sendable {
    /// The file as the user named it.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// Counted from 1, in characters; a smaller one is taken for 1.
    public let column: Int
    /// How many characters the caret line underlines, at least 1.
    public let length: Int
    /// The text of the line, for the message; empty if unknown.
    public let text: String

    /// A place in a file.
    public init(file: String, line: Int, column: Int, length: Int = 1, text: String = "") {
        self.file = file
        self.line = line
        self.column = max(1, column)
        self.length = max(1, length)
        self.text = text
    }
}
