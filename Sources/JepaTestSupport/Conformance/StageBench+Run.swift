import JepaCore
import JepaTensor

extension StageBench {
    /// Runs a stage that computes.
    ///
    /// - Parameters:
    ///   - variables: Tensors that are to receive a gradient, by socket.
    ///   - seed: That of the random numbers the stage is given.
    func run(
        _ stage: any Stage, _ arrivals: Arrivals, variables: [String: Variable] = [:],
        seed: UInt64 = 5, on tape: Tape = Tape()
    ) throws -> Variable {
        var values: [String: StageInputs.Value] = [:]
        for (name, tensor) in arrivals.tensors {
            values[name] = .variable(variables[name] ?? Variable(tensor))
        }
        for (name, mask) in arrivals.masks { values[name] = .mask(mask) }
        for (name, labels) in arrivals.labels { values[name] = .labels(labels) }
        let inputs = StageInputs(
            values, step: Self.step, random: StageRandom(seed: seed, purpose: "conformance"))
        switch stage {
        case let stage as any Encoder: return try stage.encode(inputs, on: tape)
        case let stage as any Predictor: return try stage.predict(inputs, on: tape)
        case let stage as any Loss: return try stage.loss(inputs, on: tape)
        default: fatalError("'\(type(of: stage))' computes nothing")
        }
    }

    /// The place in the training that stages are told.
    static let step = StepInfo(index: 2, total: 10, warmUp: 1, batchSize: 3, seed: 5)
}

extension StageBench.Arrivals {
    /// The same inputs with the rows of images or target blocks in another order.
    ///
    /// - Parameters:
    ///   - letter: `B`, `M` or `R`.
    ///   - order: Which row comes to each place.
    ///   - sockets: The inputs.
    func reordered(_ letter: String, by order: [Int], _ sockets: [Socket]) -> Self {
        var result = self
        for socket in sockets {
            let axis = socket.shape.first ?? ""
            if let tensor = tensors[socket.name] {
                result.tensors[socket.name] = tensor.reordered(axis, letter, by: order)
            }
            if let mask = masks[socket.name] {
                result.masks[socket.name] = mask.reordered(letter, by: order)
            }
            if let labels = labels[socket.name], letter == axis {
                result.labels[socket.name] = order.map { labels[$0] }
            }
        }
        return result
    }
}

extension Tensor {
    /// The rows of the first axis, which is `axis`, with those of `letter` in another order; in
    /// `M*B` row `m*B + b` belongs to block m of image b.
    func reordered(_ axis: String, _ letter: String, by order: [Int]) -> Tensor {
        let letters = axis.split(separator: "*").map(String.init)
        guard letters.contains(letter), let rows = shape.first else { return self }
        let others = rows / order.count
        let isInner = letters.count > 1 && letters.last == letter
        let source = (0..<rows).map { row in
            guard letters.count > 1 else { return order[row] }
            return isInner
                ? row / order.count * order.count + order[row % order.count]
                : order[row / others] * others + row % others
        }
        let width = count / max(rows, 1)
        let elements = self.elements
        return Tensor(
            source.flatMap { elements[$0 * width..<($0 + 1) * width] }, shape: shape)
    }
}

extension PatchIndices {
    /// The masks with images (`B`) or blocks (`M`) in another order.
    func reordered(_ letter: String, by order: [Int]) -> PatchIndices {
        guard letter == "B" || (letter == "M" && blocks == order.count) else { return self }
        let values = (0..<blocks).flatMap { m in
            (0..<batch).flatMap { b in
                self[block: letter == "M" ? order[m] : m, image: letter == "B" ? order[b] : b]
            }
        }
        return PatchIndices(blocks: blocks, batch: batch, kept: kept, values: values)
    }
}
