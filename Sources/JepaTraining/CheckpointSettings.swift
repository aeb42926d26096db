import JepaCore

/// When checkpoints are written, and which are kept: the group `checkpoint` of `train`.
///
/// One is always written at the end and when training is interrupted.
public struct CheckpointSettings: Equatable, Sendable {
    /// How much training lies between two checkpoints; nil for none by count.
    public let interval: TrainingSpan?
    /// How much time lies between two checkpoints, in seconds; nil for none by the clock.
    public let seconds: Double?
    /// How many of the newest are kept.
    public let keep: Int
    /// The figure whose best checkpoint is kept besides; nil for none.
    public let best: BestFigure?

    /// A figure of the monitor that says how good a checkpoint is.
    public enum BestFigure: String, CaseIterable, Sendable {
        /// Accuracy of the nearest neighbours.
        case knn
        /// Accuracy of a linear classifier.
        case linear
        /// The number of directions the features use.
        case rankme
    }

    init(_ values: ParameterSet) {
        interval =
            values.optionalInteger("every_steps").map(TrainingSpan.steps)
            ?? values.optionalInteger("every_epochs").map { .epochs(Double($0)) }
        let minutes = values.optionalReal("every_minutes") ?? (interval == nil ? 10 : nil)
        seconds = minutes.map { $0 * 60 }
        keep = values.integer("keep")
        best = values.optionalText("best").flatMap(BestFigure.init)
    }

    static let parameters: [ParameterDescriptor] = [
        .optionalInteger(
            "every_epochs", in: 1...1_000_000, help: "Saves after so many epochs.", unit: .epochs),
        .optionalInteger(
            "every_steps", in: 1...1_000_000_000, help: "Saves after so many steps.", unit: .steps),
        .optionalReal(
            "every_minutes", in: 0...100_000,
            help: "Saves after so much time; 10 if nothing else says when to save."),
        .integer("keep", in: 1...1_000_000, default: 3, help: "How many of the newest are kept."),
        .optionalChoice(
            "best", of: BestFigure.allCases.map(\.rawValue),
            help: "Keeps the checkpoint at which this figure of the monitor was highest, too."),
    ]
}
