import JepaCore
import JepaTensor
import Synchronization

/// A linear map of every patch that gets one thing wrong.
final class FaultyEncoder: Encoder {
    static let descriptor = StageDescriptor(
        name: "faulty_encoder", summary: "A linear map of every patch.",
        parameters: [
            .fault(
                "shape", "undeclared", "early", "twins", "unsteady", "counts", "hides", "images",
                "blocks", "writes", "factor", "silent", "infinite", "plain_error", "refuses",
                "figure", "records")
        ],
        links: [.init("image_shape", from: "image", of: "images", help: "The size of the images.")])

    private static let made = Mutex(0)
    let weights: [Weight]
    private let fault: String
    private let grid: PatchGrid
    private let keeps: Bool
    private let gathers: Bool
    private var calls = 0
    private var updates = 0

    init(parameters: StageParameters) throws {
        fault = parameters.text("fault")
        if fault == "plain_error" { throw PlainError() }
        if fault == "refuses" { throw parameters.error("it does not want to") }
        let image = parameters.imageShape("image_shape")
        grid = PatchGrid(height: image.height / 4, width: image.width / 4)
        keeps = parameters.isConnected("keep")
        gathers = parameters.isConnected("gather")
        let number = Self.made.withLock { count in
            count += 1
            return count
        }
        weights = [
            Weight(
                fault == "unsteady" ? "weight\(number)" : "weight",
                shape: [6, image.channels, 4, 4],
                initial: .truncatedNormal(deviation: 0.3)),
            Weight(fault == "twins" ? "weight" : "bias", shape: [6], initial: .constant(0)),
        ]
        if fault == "early" { weights[0].materialise(key: 1) }
    }

    var properties: [String: StageProperty] { ["grid": .grid(grid), "width": .integer(6)] }

    var dimensions: [String: Dimension] {
        var dimensions: [String: Dimension] = [
            "D": fault == "shape" ? 7 : 6, "R": gathers ? "M*B" : "B",
        ]
        if fault == "undeclared" { dimensions["D"] = nil }
        if !keeps && !gathers { dimensions["K"] = Dimension(grid.count) }
        return dimensions
    }

    func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        calls += 1
        let images = inputs.variable("images")
        let all = tape.patchEmbedding(
            images: images, weight: weights[0], bias: weights[1], patchSize: 4,
            keep: inputs.optionalMask("keep"))
        if fault == "writes" { images.value.mutablePointer[0] += 1 }
        let tokens = inputs.optionalMask("gather").map { tape.gather(all, $0) } ?? all
        let value = tokens.value
        switch fault {
        case "counts": return tape.scale(tokens, by: Float(calls))
        case "hides": return tape.scale(tokens, by: Float(1 + updates))
        case "images":
            let order = (0..<tokens.shape[0]).reversed()
            return Variable(
                Tensor(order.flatMap { value.rows($0..<$0 + 1).elements }, shape: value.shape))
        case "blocks" where gathers:
            let batch = images.shape[0]
            let blocks = tokens.shape[0] / batch
            let order = (0..<tokens.shape[0]).map { $0 % blocks * batch + $0 / blocks }
            return Variable(
                Tensor(order.flatMap { value.rows($0..<$0 + 1).elements }, shape: value.shape))
        case "factor":
            return tape.record(value, keeps: tape.keeps(tokens)) { gradient in
                let twice = gradient.copy()
                scaleInPlace(twice, by: 2)
                tokens.accumulate(twice)
            }
        case "silent": return Variable(value)
        case "infinite": return tape.scale(tokens, by: .infinity)
        case "records":
            return tape.record(value, keeps: true) { tokens.accumulate($0) }
        default: return tokens
        }
    }

    func afterUpdate(_ step: StepInfo) throws -> [Figure] {
        updates += 1
        return fault == "figure" ? [Figure("Speed", .nan)] : []
    }
}
