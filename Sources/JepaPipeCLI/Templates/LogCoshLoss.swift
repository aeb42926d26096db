import Foundation
public import JepaCore
public import JepaTensor

/// The mean of `log cosh(predictions - targets)`, `[R, K, D]` each: a square near zero, a straight
/// line far from it.
///
/// Its derivative is the hyperbolic tangent. An operation that the tape does not have is recorded
/// with its way back.
public struct LogCoshLoss: Loss {
    public static let descriptor = StageDescriptor(
        name: "log_cosh", summary: "The mean logarithm of the hyperbolic cosine of the error.")

    public init(parameters: StageParameters) throws {}

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let (predictions, targets) = (inputs.variable("predictions"), inputs.variable("targets"))
        let (a, b) = (predictions.value, targets.value)
        var sum = 0.0
        for i in 0..<a.count {
            let distance = abs(Double(a.pointer[i]) - Double(b.pointer[i]))
            sum += distance + log1p(exp(-2 * distance)) - log(2)
        }
        let mean = Tensor(scalar: Float(sum / Double(a.count)))
        return tape.record(mean, keeps: tape.keeps(predictions, targets)) { gradient in
            let factor = gradient.scalar / Float(a.count)
            for (variable, sign) in [(predictions, factor), (targets, -factor)] {
                let slope = Tensor(uninitialized: a.shape)
                for i in 0..<a.count {
                    slope.mutablePointer[i] = sign * tanh(a.pointer[i] - b.pointer[i])
                }
                variable.accumulate(slope)
            }
        }
    }
}
