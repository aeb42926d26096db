import JepaCore
import JepaTensor

extension StageConformance {
    /// Compares the gradients of a stage with central differences, at some elements of each weight
    /// and of each input that carries tokens.
    ///
    /// The result is summed with fixed irregular factors. A difference counts if it is more than
    /// 1 % of the largest gradient of its tensor: the rounding of float32 stays below a tenth of
    /// that, a wrong sign or factor far above. An input may have no gradient at all, which is how a
    /// stage stops it, but not all of them unless the stage says that it stops gradients.
    func gradientViolations(
        of stage: any Stage, _ arrivals: StageBench.Arrivals, on bench: StageBench
    ) throws -> [String] {
        let names = bench.sockets.filter { $0.kind == .tokens }.map(\.name)
        var variables: [String: Variable] = [:]
        for name in names {
            variables[name] = arrivals.tensors[name].map { Variable($0, requiresGradient: true) }
        }
        for weight in stage.weights { weight.clearGradient() }
        defer { for weight in stage.weights { weight.clearGradient() } }
        let tape = Tape()
        let output = try bench.run(stage, arrivals, variables: variables, on: tape)
        let factors =
            output.shape.isEmpty
            ? Tensor(scalar: 1) : sampleTensor(output.shape, seed: 0x5eed)
        output.accumulate(factors)
        tape.backward(from: [])

        /// The result, summed with the factors.
        func sum(_ arrivals: StageBench.Arrivals) throws -> Double {
            let value = try bench.run(stage, arrivals, on: Tape(recording: false)).value
            return zip(value.elements, factors.elements).reduce(0) {
                $0 + Double($1.0) * Double($1.1)
            }
        }
        var probe = GradientProbe()
        for name in names {
            guard let tensor = arrivals.tensors[name],
                let received = variables[name]?.receivedGradient
            else { continue }
            try probe.compare(received, at: tensor, "input '\(name)'") { moved in
                var arrivals = arrivals
                arrivals.tensors[name] = moved
                return try sum(arrivals)
            }
        }
        let stopsAll = !names.isEmpty && variables.values.allSatisfy { $0.receivedGradient == nil }
        if stopsAll && !stage.stopsGradient {
            probe.found.append("no gradient reaches any of its inputs")
        }
        for weight in stage.weights {
            if !weight.isTrainable {
                if weight.gradient != nil {
                    probe.found.append("weight '\(weight.name)' is not trained but has a gradient")
                }
                continue
            }
            let original = weight.value
            let zero = Tensor(repeating: 0, shape: weight.shape)
            try probe.compare(weight.gradient ?? zero, at: original, "weight '\(weight.name)'") {
                weight.value = $0
                return try sum(arrivals)
            }
            weight.value = original
        }
        return probe.found
    }
}

/// Compares gradients with central differences.
private struct GradientProbe {
    var found: [String] = []
    private static let step: Float = 0.02
    /// Elements of a tensor that are tried.
    private static let elements = 8

    /// Tries some elements of one tensor.
    mutating func compare(
        _ gradient: Tensor, at tensor: Tensor, _ name: String,
        of evaluate: (Tensor) throws -> Double
    ) throws {
        guard gradient.shape == tensor.shape else {
            found.append("the gradient of \(name) has the shape \(gradient.shape)")
            return
        }
        let places =
            tensor.count <= Self.elements
            ? Array(0..<tensor.count)
            : (0..<Self.elements).map { ($0 * tensor.count) / Self.elements }
        let given = gradient.elements
        var slopes: [(place: Int, slope: Double)] = []
        for place in places {
            func moved(_ change: Float) throws -> Double {
                var elements = tensor.elements
                elements[place] += change
                return try evaluate(Tensor(elements, shape: tensor.shape))
            }
            let near = try moved(Self.step) - moved(-Self.step)
            let far = try moved(2 * Self.step) - moved(-2 * Self.step)
            slopes.append((place, (8 * near - far) / (12 * Double(Self.step))))
        }
        let largest = max(
            given.reduce(0) { max($0, abs(Double($1))) },
            slopes.reduce(0) { max($0, abs($1.slope)) })
        // Below this the differences are rounding.
        let allowed = max(0.01 * largest, 2e-4)
        let worst = slopes.max { a, b in
            abs(a.slope - Double(given[a.place])) < abs(b.slope - Double(given[b.place]))
        }
        if let worst, !(abs(worst.slope - Double(given[worst.place])) <= allowed) {
            found.append(
                "the gradient of \(name) at \(position(worst.place, in: tensor.shape)) is "
                    + "\(given[worst.place]), by central differences \(Float(worst.slope))")
        }
    }
}
