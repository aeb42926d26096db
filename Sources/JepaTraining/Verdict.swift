/// What the figures say of a training, with the reasons and what to try first.
///
/// The loss does not say whether anything is learnt; this is judged by the features and
/// by the targets, always beside those of the untrained network.
public struct Verdict: Codable, Equatable, Sendable {
    /// What can be said.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// The features are better than untrained.
        case learning
        /// The features were better and have fallen back, or are no better than with the weights
        /// that the run was given, or nothing moves at all.
        case stalled
        /// The features have lost much of what told images apart.
        case partialCollapse = "partial collapse"
        /// The features hardly tell images apart any more.
        case collapsed
        /// The features have changed without becoming better.
        case noBetter = "no better than untrained"
        /// There is too little to go by.
        case tooEarly = "too early to tell"
    }

    /// What can be said.
    public let kind: Kind
    /// Why, in sentences with figures; the weightiest first.
    public let evidence: [String]
    /// The first thing to try; nil where there is nothing to be cured.
    public let cure: String?

    /// A verdict.
    package init(_ kind: Kind, _ evidence: [String], cure: String? = nil) {
        self.kind = kind
        self.evidence = evidence
        self.cure = cure
    }

    /// The verdict as lines of text.
    package var lines: [String] {
        ["verdict: \(kind.rawValue)"] + evidence.map { "  - \($0)" }
            + (cure.map { ["  try first: \($0)"] } ?? [])
    }
}
