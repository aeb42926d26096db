/// How far a number may be from the recorded one.
///
/// Five times the error of PyTorch's own float32 replay of a run that was computed in float64: room
/// for another order of summation, none for another formula.
package enum Allowance: Equatable {
    /// In units of the numbers themselves.
    case absolute(Double)
    /// In units of the largest number of the tensor: the error of a sum scales with its largest
    /// terms, not with the entry that is left of them.
    case relative(Double)
    /// Not at all.
    case exact

    /// Activations and gradients.
    package static let activations = relative(5 * 4e-7)
    /// Losses.
    package static let losses = relative(5 * 1.1e-7)
    /// Weights after training.
    package static let weights = absolute(5 * 3e-7)
    /// Biases of keys after training. They move all scores of a query alike, so the softmax does
    /// not notice them and their gradient is zero in exact arithmetic; AdamW makes steps of the
    /// rounding noise that is left, harmless to the outputs.
    package static let keyBiases = absolute(5 * 1.5e-6)
    /// Learning rate, weight decay, momentum: the same formula in float64.
    package static let schedules = relative(1e-12)

    /// The difference allowed where the largest number is `scale`.
    func distance(scale: Double) -> Double {
        switch self {
        case .absolute(let bound): bound
        case .relative(let bound): bound * scale
        case .exact: 0
        }
    }
}
