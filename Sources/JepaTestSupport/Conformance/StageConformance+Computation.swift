import JepaCore
import JepaTensor

extension StageConformance {
    /// What an encoder, a predictor or a loss gets wrong, tried with its optional inputs open and
    /// with each of them wired.
    func computationViolations(_ entry: Registry.Entry) -> [String] {
        let required = Set(entry.inputs.filter { !$0.isOptional }.map(\.name))
        let optional = entry.inputs.filter(\.isOptional).map(\.name)
        let variants = [required] + optional.map { required.union([$0]) }
        var found: [String] = []
        var refusals: [String] = []
        for connected in variants {
            let bench = StageBench(conformance: self, entry: entry, connected: connected)
            let inputs = entry.inputs.map(\.name).filter(connected.contains)
            let place = "with \(inputs.joined(separator: ", ")): "
            do {
                found += try violations(on: bench).map { place + $0 }
            } catch let refusal as StageRefusal {
                if !refusal.isPipelineError {
                    found.append(
                        place + "refused by '\(refusal.reason)', which is no PipelineError")
                }
                refusals.append(refusal.reason)
            } catch {
                found.append(place + "threw '\(error)'")
            }
        }
        if refusals.count == variants.count {
            found.append("refuses all inputs: \(refusals.first ?? "")")
        }
        return found
    }

    private func violations(on bench: StageBench) throws -> [String] {
        let (made, twin) = try StageRefusal.catching { (try bench.make(), try bench.make()) }
        let stage = made.stage
        var found = weightViolations(of: stage, and: twin.stage)
        guard found.isEmpty else { return found }
        try StageBench.materialise(made)
        try StageBench.materialise(twin)
        // Weights that begin at 0 would hide what they multiply.
        for (place, weight) in stage.weights.enumerated() {
            let change = sampleTensor(weight.shape, seed: UInt64(100 + place))
            scaleInPlace(change, by: 0.2)
            weight.value = weight.value + change
        }
        let arrivals = bench.arrivals(for: stage)
        let output = try bench.run(stage, arrivals)
        found += shapeViolations(of: output, from: stage, on: bench)
        guard found.isEmpty else { return found }
        found += try repetitionViolations(stage, twin.stage, arrivals, output.value, on: bench)
        if found.isEmpty {
            found += try orderViolations(stage, arrivals, output.value, on: bench)
            found += try gradientViolations(of: stage, arrivals, on: bench)
            if let loss = stage as? any Loss {
                found += try lossViolations(of: loss, arrivals, output.value, on: bench)
            }
        }
        let sizes = bench.sizes(at: stage)
        if stage.multiplyAdds(for: sizes) < 0 { found.append("'multiplyAdds' is negative") }
        if stage.keptNumbers(for: sizes) < 0 { found.append("'keptNumbers' is negative") }
        found += figureViolations(try stage.afterUpdate(StageBench.step))
        return found
    }

    /// Compares the result with the output socket.
    private func shapeViolations(
        of output: Variable, from stage: any Stage, on bench: StageBench
    ) -> [String] {
        guard let socket = bench.entry.outputs.first else { return ["there is no output"] }
        var found: [String] = []
        let known = bench.sizes(at: stage)
        for axis in socket.shape {
            let letters = bench.spelledOut(axis, at: stage).split(separator: "*").map(String.init)
            for letter in letters
            where Int(letter) == nil && known[letter] == nil && stage.dimensions[letter] == nil {
                found.append(
                    "'\(letter)' of output '\(socket.name)' is neither in 'dimensions' nor an "
                        + "axis of an input")
            }
        }
        guard found.isEmpty else { return found }
        let expected = socket.shape.map { bench.length(of: $0, at: stage) }
        if output.shape != expected {
            found.append(
                "output '\(socket.name)' has the shape \(output.shape); "
                    + "\(socket.type) is \(expected)")
        } else if !output.value.isFinite {
            found.append("output '\(socket.name)' is not finite")
        }
        return found
    }

    /// The same inputs and weights have to give the same result, whoever asks and how often.
    private func repetitionViolations(
        _ stage: any Stage, _ twin: any Stage, _ arrivals: StageBench.Arrivals, _ output: Tensor,
        on bench: StageBench
    ) throws -> [String] {
        var found: [String] = []
        let before = arrivals.tensors.mapValues(\.elements)
        if try bench.run(stage, arrivals).value.elements != output.elements {
            found.append("the same inputs give another result the second time")
        }
        let silent = Tape(recording: false)
        let unrecorded = try bench.run(stage, arrivals, on: silent).value
        if !unrecorded.isClose(to: output) {
            found.append("without recording the result is another one")
        }
        if silent.count > 0 { found.append("it records on a tape that does not record") }
        for (name, elements) in before where arrivals.tensors[name]?.elements != elements {
            found.append("it writes into its input '\(name)'")
        }
        // Whatever it has learnt by now has to be in its weights, or a resumed run is another one.
        _ = try stage.afterUpdate(StageBench.step)
        let now = try bench.run(stage, arrivals).value
        for (own, weight) in zip(twin.weights, stage.weights) { own.value = weight.value.copy() }
        if try bench.run(twin, arrivals).value.elements != now.elements {
            found.append("a second stage with the same weights gives another result")
        }
        return found
    }

    /// Whether the result changes with the random numbers a stage is given.
    func dependsOnChance(
        _ stage: any Stage, _ arrivals: StageBench.Arrivals, on bench: StageBench
    ) throws -> Bool {
        try bench.run(stage, arrivals, seed: 5).value.elements
            != bench.run(stage, arrivals, seed: 6).value.elements
    }

    /// Images and target blocks in another order have to give their rows in that order: row
    /// `m*B + b` is block m of image b. A stage that draws random numbers is left out.
    private func orderViolations(
        _ stage: any Stage, _ arrivals: StageBench.Arrivals, _ output: Tensor, on bench: StageBench
    ) throws -> [String] {
        guard try !dependsOnChance(stage, arrivals, on: bench) else { return [] }
        // `afterUpdate` may have moved the weights since.
        let output = try bench.run(stage, arrivals).value
        var found: [String] = []
        let axis = bench.entry.outputs.first?.shape.first.map { bench.spelledOut($0, at: stage) }
        let sizes = bench.sizes(at: stage)
        for (letter, name) in [("B", "images"), ("M", "target blocks"), ("R", "rows")] {
            guard let count = sizes[letter], count > 1 else { continue }
            let order = Array(1..<count) + [0]
            let moved = try bench.run(
                stage, arrivals.reordered(letter, by: order, bench.sockets)
            ).value
            let expected = axis.map { output.reordered($0, letter, by: order) } ?? output
            if !moved.isClose(to: expected) {
                found.append(
                    stage is any Loss
                        ? "the loss depends on the order of the \(name)"
                        : "with the \(name) in another order the rows are not in that order: row "
                            + "m*B + b belongs to block m of image b")
            }
        }
        return found
    }
}

/// A stage that did not want to be made.
struct StageRefusal: Error {
    let reason: String
    let isPipelineError: Bool

    static func catching<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch {
            let found = PipelineErrors(error)?.errors
            throw StageRefusal(
                reason: found?.map(\.message).joined(separator: "; ") ?? "\(error)",
                isPipelineError: found != nil)
        }
    }
}

extension Tensor {
    /// Whether all elements agree up to the rounding of a sum in another order.
    func isClose(to other: Tensor) -> Bool {
        let (a, b) = (elements, other.elements)
        let largest = b.reduce(1e-3) { max($0, abs($1)) }
        return shape == other.shape && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * largest }
    }

    /// The sum of two tensors of one shape.
    static func + (a: Tensor, b: Tensor) -> Tensor {
        Tensor(zip(a.elements, b.elements).map { $0 + $1 }, shape: a.shape)
    }
}
