public import JepaTensor

/// The masks of one batch. A mask lists the patches that are kept, row-major.
public struct MaskSet: Equatable, Sendable {
    /// What the context encoder sees, `[1, B, K]`.
    public let context: PatchIndices
    /// What the predictor has to predict, `[M, B, K]`.
    public let targets: PatchIndices

    /// Masks of the same batch size.
    public init(context: PatchIndices, targets: PatchIndices) {
        precondition(
            context.batch == targets.batch && context.blocks == 1,
            "context [\(context.blocks), \(context.batch), _] does not go with "
                + "targets [\(targets.blocks), \(targets.batch), _]")
        self.context = context
        self.targets = targets
    }
}
