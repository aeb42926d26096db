/// The learning rate of an optimizer over the training, from parameters that optimizers share.
///
/// It rises linearly during warm-up and then stays, falls as a cosine, or is divided by a factor
/// at equal distances.
public struct LearningRateSchedule: Equatable, Sendable {
    /// What happens after warm-up.
    public enum Form: String, CaseIterable, Sendable {
        case constant
        case cosine
        /// Divided at equal distances.
        case steps
    }

    private let form: Form
    private let start: Double
    private let end: Double
    private let warmUpFrom: Double
    private let distance: Double
    private let divisor: Double

    /// The parameters of an optimizer that uses such a schedule.
    ///
    /// - Parameter standard: The learning rate if the graph file does not say.
    public static func parameters(standard: Double) -> [ParameterDescriptor] {
        [
            .real("lr", in: 0...1e3, default: standard, help: "The learning rate after warm-up."),
            .real(
                "start_lr", in: 0...1e3, default: 0,
                help: "The learning rate that warm-up begins with."),
            .choice(
                "schedule", of: Form.self, default: .cosine,
                help: "What the learning rate does after warm-up: nothing, fall as a cosine, or "
                    + "fall in steps."),
            .real(
                "final_lr", in: 0...1e3, default: 0,
                help: "The learning rate at the end of a cosine."),
            .real(
                "step_every", in: 0.001...1, default: 0.3,
                help: "The share of the training between two steps of 'schedule: steps'; 0.3 is "
                    + "every 15 of 50 epochs."),
            .real(
                "step_factor", in: 1...1e6, default: 10,
                help: "What the learning rate is divided by at each step."),
        ]
    }

    /// A schedule from the parameters of a stage.
    public init(_ parameters: StageParameters) {
        form = parameters.choice("schedule", as: Form.self)
        start = parameters.real("lr")
        end = parameters.real("final_lr")
        warmUpFrom = parameters.real("start_lr")
        distance = parameters.real("step_every")
        divisor = parameters.real("step_factor")
    }

    /// The learning rate at a step, counted from 0.
    public func value(at step: StepInfo) -> Double {
        if step.index < step.warmUp {
            return warmUpFrom
                + (start - warmUpFrom) * Double(step.index + 1) / Double(step.warmUp)
        }
        let progress =
            Double(step.index - step.warmUp) / Double(max(1, step.total - step.warmUp))
        switch form {
        case .constant: return start
        case .cosine: return Schedule(from: start, to: end, .cosine).value(at: progress)
        case .steps:
            // A step is due a rounding error before the share is reached.
            let steps = Int((progress / distance + 1e-9).rounded(.down))
            return (0..<steps).reduce(start) { value, _ in value / divisor }
        }
    }
}
