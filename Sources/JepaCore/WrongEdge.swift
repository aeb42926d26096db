/// An edge or a link that cannot stand as it is written.
public struct WrongEdge: Sendable {
    /// Where it comes from, as the graph writes it; nil for an input that is left open.
    public let source: String?
    /// The stage that takes it.
    public let target: String
    /// The input or the parameter it is written at.
    public let input: String
    /// What is wrong, in a few words.
    public internal(set) var reason: String

    init(from source: String? = nil, to target: String, _ input: String, _ reason: String = "") {
        self.source = source
        self.target = target
        self.input = input
        self.reason = reason
    }

    /// An edge of which something is written, but maybe no reference.
    init(from setting: Setting, to target: String, _ input: String) {
        var text = setting.quoted
        if case .text(let written) = setting.content { text = written }
        self.init(from: text, to: target, input)
    }
}
