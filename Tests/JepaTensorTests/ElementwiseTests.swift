import Foundation
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct ElementwiseTests {
    @Test(arguments: [[1], [7], [3, 5], [40_001]])
    func geluIsExact(shape: [Int]) {
        let x = sampleTensor(shape, seed: 1)
        let y = Tape().gelu(Variable(x)).value
        expectEqual(y, Oracle.doubles(x).map(Oracle.gelu), shape: shape, .absolute(3e-7))
    }

    @Test func geluKeepsInfinitiesAndNaN() {
        let x = Tensor([.infinity, -.infinity, .nan, 0, -100], shape: [5])
        let y = Tape().gelu(Variable(x)).value.elements
        #expect(y[0] == .infinity && y[2].isNaN && y[3] == 0 && y[4] == 0)
    }

    @Test func gradientsFlowThroughTheElementwiseOperations() {
        let (a, b) = (sampleTensor([3, 5], seed: 1), sampleTensor([3, 5], seed: 2))
        expectGradients(inputs: [a]) { tape, inputs in tape.gelu(inputs[0]) }
        expectGradients(inputs: [a, b]) { tape, inputs in tape.add(inputs[0], inputs[1]) }
        expectGradients(inputs: [a]) { tape, inputs in tape.add(inputs[0], inputs[0]) }
        expectGradients(inputs: [a]) { tape, inputs in tape.scale(inputs[0], by: -2.5) }
        expectGradients(inputs: [a]) { tape, inputs in tape.mean(inputs[0]) }
    }

    @Test func sumsAndMultiples() {
        let (a, b) = (sampleTensor([40_001], seed: 1), sampleTensor([40_001], seed: 2))
        let sum = zip(Oracle.doubles(a), Oracle.doubles(b)).map { $0.0 + $0.1 }
        expectEqual(
            Tape().add(Variable(a), Variable(b)).value, sum, shape: [40_001], .absolute(1e-6))
        expectEqual(
            Tape().scale(Variable(a), by: 3).value, Oracle.doubles(a).map { 3 * $0 },
            shape: [40_001], .absolute(1e-6))
    }

    @Test func theMeanIsTakenOverEverything() {
        let x = sampleTensor([3, 40_001], seed: 1)
        let mean = Oracle.doubles(x).reduce(0, +) / Double(x.count)
        #expect(abs(Double(Tape().mean(Variable(x)).value.scalar) - mean) < 1e-7)
    }

    @Test(arguments: [[1, 1, 1], [2, 3, 5], [3, 61, 7]])
    func meanPoolAveragesTokens(shape: [Int]) {
        let x = sampleTensor(shape, seed: 1)
        let (b, k, d) = (shape[0], shape[1], shape[2])
        let elements = Oracle.doubles(x)
        let expected = (0..<b * d).map { i in
            (0..<k).reduce(0) { $0 + elements[(i / d * k + $1) * d + i % d] } / Double(k)
        }
        expectEqual(Tape().meanPool(Variable(x)).value, expected, shape: [b, d], .absolute(1e-6))
        if x.count < 100 {
            expectGradients(inputs: [x]) { tape, inputs in tape.meanPool(inputs[0]) }
        }
    }
}
