import JepaCore
import JepaTensor

/// The mean squared distance with one thing wrong.
struct FaultyLoss: Loss {
    static let descriptor = StageDescriptor(
        name: "faulty_loss", summary: "The mean squared distance.",
        parameters: [
            .fault(
                "sum", "cautious", "vector", "row", "factor", "root", "stops", "overflows", "random"
            )
        ])

    private let fault: String

    init(parameters: StageParameters) throws { fault = parameters.text("fault") }

    var couplesImages: Bool { fault == "cautious" }

    func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let (predictions, targets) = (inputs.variable("predictions"), inputs.variable("targets"))
        let right = tape.squaredError(predictions, targets)
        switch fault {
        case "sum": return tape.scale(right, by: Float(predictions.shape[0]))
        case "vector": return tape.reshape(right, [1])
        case "row":
            // Everything is compared with the first token of the first row.
            let first = tape.tokens(0..<1, of: Variable(targets.value.rows(0..<1)))
            let repeated = tape.repeatBatch(first, times: predictions.shape[0])
            return tape.squaredError(tape.tokens(0..<1, of: predictions), repeated)
        case "factor", "root":
            let value =
                fault == "factor" ? right.value : Tensor(scalar: right.value.scalar.squareRoot())
            let slope = fault == "factor" ? 0.5 : 0.5 / value.scalar
            return tape.record(value, keeps: tape.keeps(right)) { gradient in
                right.accumulate(Tensor(scalar: gradient.scalar * slope))
            }
        case "stops":
            return tape.squaredError(Variable(predictions.value), Variable(targets.value))
        case "overflows":
            return tape.scale(right, by: right.value.scalar > 1000 ? .infinity : 1)
        case "random": return tape.scale(right, by: .random(in: 1...2))
        default: return right
        }
    }
}
