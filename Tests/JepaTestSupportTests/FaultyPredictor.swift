import JepaCore
import JepaTensor

/// A linear map of the mean context token that gets one thing wrong.
final class FaultyPredictor: Predictor {
    static let descriptor = StageDescriptor(
        name: "faulty_predictor", summary: "A linear map of the mean context token.",
        parameters: [.fault("shape", "blocks", "stops", "sign", "caches")],
        links: [.init("width", from: "width", of: "tokens", help: "The length of a token.")])

    let weights: [Weight]
    private let fault: String
    private var cached: Variable?

    init(parameters: StageParameters) throws {
        fault = parameters.text("fault")
        let width = parameters.linkedInteger("width")
        weights = [
            Weight(
                "weight", shape: [width, width], initial: .truncatedNormal(deviation: 0.3)),
            Weight("bias", shape: [width], initial: .constant(0)),
        ]
    }

    var dimensions: [String: Dimension] { ["D": Dimension(weights[1].count)] }

    func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        if fault == "caches", let cached { return cached }
        let (tokens, targets) = (inputs.variable("tokens"), inputs.mask("targets"))
        let source = fault == "stops" ? Variable(tokens.value) : tokens
        let mean = tape.reshape(tape.meanPool(source), [targets.batch, 1, weights[1].count])
        var mapped = tape.linear(mean, weight: weights[0], bias: weights[1])
        if fault == "sign" {
            let right = mapped
            mapped = tape.record(right.value, keeps: tape.keeps(right)) { gradient in
                let wrong = gradient.copy()
                scaleInPlace(wrong, by: -1)
                right.accumulate(wrong)
            }
        }
        let first = [Int32](repeating: 0, count: targets.values.count)
        let rows = tape.gather(
            mapped,
            PatchIndices(
                blocks: targets.blocks, batch: targets.batch, kept: targets.kept, values: first))
        cached = rows
        switch fault {
        case "shape":
            let shape = [targets.batch, targets.blocks * targets.kept, weights[1].count]
            return tape.reshape(rows, shape)
        case "blocks":
            // Block by block within an image, where image by image within a block is right.
            let value = rows.value
            let order = (0..<rows.shape[0]).map {
                $0 % targets.blocks * targets.batch + $0 / targets.blocks
            }
            return tape.record(
                Tensor(order.flatMap { value.rows($0..<$0 + 1).elements }, shape: value.shape),
                keeps: tape.keeps(rows)
            ) { gradient in
                let back = Tensor(uninitialized: value.shape)
                let width = value.count / order.count
                for (row, source) in order.enumerated() {
                    (back.mutablePointer + source * width)
                        .update(from: gradient.pointer + row * width, count: width)
                }
                rows.accumulate(back)
            }
        default: return rows
        }
    }
}
