/// A dependence on a stage, or of one, that is wrong itself: what it carries is not known.
public struct OpenEdge: Sendable {
    /// The stage it comes from.
    public let source: String
    /// The stage that takes it.
    public let target: String
    /// The input or the parameter it is written at.
    public let input: String
}
