public import JepaTensor
public import Testing

/// Expects the gradients of an operation to be those that central differences measure.
///
/// The operation's result is summed with fixed irregular factors, so that every entry counts;
/// each element of each input and weight is moved by one and by two steps to either side, and the
/// fourth-order difference is compared with what the backward pass gave. Inputs should have a few
/// dozen elements of order 1.
///
/// With a step of 0.02 the truncation error is of order `step^4`, 2e-7, and the rounding error of
/// the float32 forward pass of order `1e-7 / step`, some 1e-5 of the result; the default tolerance
/// of 1e-3 of the largest gradient is far from both, and far below any wrong factor.
///
/// - Parameters:
///   - inputs: Values of the variables; all of them are given a gradient.
///   - weights: Materialised weights that the operation uses; their values are restored.
///   - tolerance: As a share of the largest gradient of each tensor, at least of 0.01.
///   - operation: Must give the same result for the same values.
public func expectGradients(
    inputs: [Tensor], weights: [Weight] = [], step: Float = 0.02, tolerance: Double = 1e-3,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    of operation: (Tape, [Variable]) -> Variable
) {
    let variables = inputs.map { Variable($0, requiresGradient: true) }
    for weight in weights { weight.clearGradient() }
    let tape = Tape()
    let output = operation(tape, variables)
    let factors = sampleTensor(output.shape, seed: 0x5eed)
    output.accumulate(factors)
    tape.backward(from: [])

    /// The result, summed with the factors.
    func result(_ inputs: [Tensor]) -> Double {
        let value = operation(Tape(recording: false), inputs.map { Variable($0) }).value
        return zip(value.elements, factors.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    /// The derivative by element `index` of a tensor that `evaluate` moves.
    func slope(_ evaluate: (_ change: Float) -> Double) -> Double {
        let near = evaluate(step) - evaluate(-step)
        let far = evaluate(2 * step) - evaluate(-2 * step)
        return (8 * near - far) / (12 * Double(step))
    }
    func expect(_ found: Tensor?, _ slopes: [Double], shape: [Int], _ name: String) {
        let zero = Tensor(repeating: 0, shape: shape)
        let largest = max(0.01, slopes.reduce(0) { max($0, abs($1)) })
        expectEqual(
            (found ?? zero).reshaped(shape), slopes, shape: shape, .absolute(tolerance * largest),
            "the gradient of \(name)", sourceLocation: sourceLocation)
    }

    for (place, input) in inputs.enumerated() {
        let slopes = (0..<input.count).map { index in
            slope { change in
                var elements = input.elements
                elements[index] += change
                var moved = inputs
                moved[place] = Tensor(elements, shape: input.shape)
                return result(moved)
            }
        }
        expect(variables[place].receivedGradient, slopes, shape: input.shape, "input \(place)")
    }
    for weight in weights {
        let original = weight.value
        let slopes = (0..<weight.count).map { index in
            slope { change in
                var elements = original.elements
                elements[index] += change
                weight.value = Tensor(elements, shape: weight.shape)
                return result(inputs)
            }
        }
        weight.value = original
        expect(weight.gradient, slopes, shape: weight.shape, "weight '\(weight.name)'")
    }
}

/// A tensor of normally distributed elements of order 1, the same for the same seed.
public func sampleTensor(_ shape: [Int], seed: UInt64) -> Tensor {
    sampleWeight("sample", shape, seed: seed).value
}

/// A materialised weight of normally distributed elements of order 1.
public func sampleWeight(_ name: String, _ shape: [Int], seed: UInt64) -> Weight {
    let weight = Weight(name, shape: shape, initial: .truncatedNormal(deviation: 1))
    weight.materialise(key: seed)
    return weight
}
