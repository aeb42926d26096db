/// What a stage is for; the only thing the runtime knows of it.
public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Gives images, and labels if it has any.
    case dataSource = "data source"
    /// Chooses which patches are context and which are targets.
    case masker
    /// Turns images into tokens.
    case encoder
    /// Turns tokens into predictions of other tokens.
    case predictor
    /// Turns predictions and targets into one number.
    case loss
    /// Changes the weights.
    case optimizer

    /// The word for several stages of the role.
    public var plural: String { self == .loss ? "losses" : rawValue + "s" }
}
