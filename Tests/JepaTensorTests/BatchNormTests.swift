import JepaTensor
import JepaTestSupport
import Testing

@Suite struct BatchNormTests {
    /// Column by column in float64.
    private func naive(
        _ x: [Double], width: Int, weight: [Double]?, bias: [Double]?, epsilon: Double
    ) -> [Double] {
        let rows = x.count / width
        var result = x
        for j in 0..<width {
            let column = (0..<rows).map { x[$0 * width + j] }
            let mean = column.reduce(0, +) / Double(rows)
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
            for r in 0..<rows {
                let normal = (x[r * width + j] - mean) / (variance + epsilon).squareRoot()
                result[r * width + j] = normal * (weight?[j] ?? 1) + (bias?[j] ?? 0)
            }
        }
        return result
    }

    @Test(
        arguments: [[2, 1], [3, 7], [5, 3, 2], [131, 67], [64, 131]], [true, false])
    func givesTheNaiveResult(shape: [Int], isAffine: Bool) {
        let width = shape.last!
        let x = sampleTensor(shape, seed: 1)
        let weight = isAffine ? sampleWeight("w", [width], seed: 2) : nil
        let bias = isAffine ? sampleWeight("b", [width], seed: 3) : nil
        let y = Tape().batchNorm(Variable(x), weight: weight, bias: bias, epsilon: 1e-5)
        let expected = naive(
            Oracle.doubles(x), width: width, weight: weight.map { Oracle.doubles($0.value) },
            bias: bias.map { Oracle.doubles($0.value) }, epsilon: 1e-5)
        // With few rows a variance may be small beside the mean, and its error large.
        expectEqual(y.value, expected, shape: shape, .ofLargest(shape[0] < 4 ? 1e-5 : 1e-6))
    }

    @Test(arguments: [[2, 1], [5, 3], [2, 3, 4]], [true, false])
    func passesGradients(shape: [Int], isAffine: Bool) {
        let weight = isAffine ? sampleWeight("w", [shape.last!], seed: 2) : nil
        let bias = isAffine ? sampleWeight("b", [shape.last!], seed: 3) : nil
        expectGradients(
            inputs: [sampleTensor(shape, seed: 1)], weights: [weight, bias].compactMap { $0 }
        ) { tape, inputs in
            tape.batchNorm(inputs[0], weight: weight, bias: bias, epsilon: 1e-2)
        }
    }

    @Test func gradientsOfTwoUsesAddUp() {
        let (weight, bias) = (sampleWeight("w", [3], seed: 2), sampleWeight("b", [3], seed: 3))
        let inputs = [sampleTensor([5, 3], seed: 1), sampleTensor([5, 3], seed: 4)]
        expectGradients(inputs: inputs, weights: [weight, bias]) { tape, x in
            tape.add(
                tape.batchNorm(x[0], weight: weight, bias: bias, epsilon: 1e-2),
                tape.batchNorm(x[1], weight: weight, bias: bias, epsilon: 1e-2))
        }
    }

    @Test func aConstantColumnBecomesTheBias() {
        let bias = Weight("b", shape: [2], initial: .constant(3))
        bias.materialise(key: 0)
        let x = Variable(Tensor(repeating: 1e4, shape: [5, 2]))
        let y = Tape().batchNorm(x, weight: nil, bias: bias, epsilon: 1e-6)
        expectEqual(y.value, Tensor(repeating: 3, shape: [5, 2]), .absolute(0))
    }

    @Test func aSingleRowIsRefused() async {
        await #expect(processExitsWith: .failure) {
            _ = Tape().batchNorm(
                Variable(Tensor([1, 2], shape: [1, 2])), weight: nil, bias: nil, epsilon: 1)
        }
    }
}
