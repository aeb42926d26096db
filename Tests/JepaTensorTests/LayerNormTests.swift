import JepaTensor
import JepaTestSupport
import Testing

@Suite struct LayerNormTests {
    @Test(
        arguments: [[1, 2], [3, 7], [2, 3, 5], [131, 67]],
        [(true, true), (true, false), (false, true), (false, false)])
    func givesTheNaiveResult(shape: [Int], affine: (Bool, Bool)) {
        let width = shape.last!
        let x = sampleTensor(shape, seed: 1)
        let weight = affine.0 ? sampleWeight("w", [width], seed: 2) : nil
        let bias = affine.1 ? sampleWeight("b", [width], seed: 3) : nil
        let y = Tape().layerNorm(Variable(x), weight: weight, bias: bias, epsilon: 1e-5)
        let expected = Oracle.layerNorm(
            Oracle.doubles(x), width: width, weight: weight.map { Oracle.doubles($0.value) },
            bias: bias.map { Oracle.doubles($0.value) }, epsilon: 1e-5)
        // At width 2 the variance may be small beside the mean, and its error large.
        expectEqual(y.value, expected, shape: shape, .ofLargest(width == 2 ? 1e-5 : 1e-6))
    }

    @Test(
        arguments: [[1, 3], [3, 7], [2, 3, 5]],
        [(true, true), (true, false), (false, true), (false, false)])
    func passesGradients(shape: [Int], affine: (Bool, Bool)) {
        let weight = affine.0 ? sampleWeight("w", [shape.last!], seed: 2) : nil
        let bias = affine.1 ? sampleWeight("b", [shape.last!], seed: 3) : nil
        expectGradients(
            inputs: [sampleTensor(shape, seed: 1)], weights: [weight, bias].compactMap { $0 }
        ) { tape, inputs in
            tape.layerNorm(inputs[0], weight: weight, bias: bias, epsilon: 1e-2)
        }
    }

    @Test func aConstantRowBecomesTheBias() {
        let bias = sampleWeight("b", [5], seed: 1)
        let x = Variable(Tensor(repeating: 1e4, shape: [1, 5]))
        let y = Tape().layerNorm(x, weight: nil, bias: bias, epsilon: 1e-6)
        expectEqual(y.value, bias.value.reshaped([1, 5]), .absolute(0))
    }

    @Test func whatFollowsGetsTheNormAgain() {
        // The linear map's weight gradient needs the norm's result, which is not kept.
        let (scale, shift) = (sampleWeight("w", [5], seed: 2), sampleWeight("b", [5], seed: 3))
        let map = sampleWeight("map", [3, 5], seed: 4)
        expectGradients(
            inputs: [sampleTensor([4, 5], seed: 1)], weights: [scale, shift, map]
        ) { tape, inputs in
            let normal = tape.layerNorm(inputs[0], weight: scale, bias: shift, epsilon: 1e-2)
            return tape.linear(
                tape.linear(normal, weight: map, bias: nil, activation: .gelu),
                weight: Weight.identity(3), bias: nil)
        }
    }
}

extension Weight {
    /// The identity map, not trained.
    static func identity(_ order: Int) -> Weight {
        let weight = Weight(
            "identity", shape: [order, order], initial: .constant(0), isTrainable: false)
        let elements = (0..<order * order).map { Float($0 % (order + 1) == 0 ? 1 : 0) }
        weight.value = Tensor(elements, shape: [order, order])
        return weight
    }
}
