import JepaTensor
import JepaTestSupport
import Testing

@Suite struct ReluTests {
    @Test(arguments: [[1], [3, 7], [40_001]])
    func negativeNumbersBecomeZero(shape: [Int]) {
        let x = sampleTensor(shape, seed: 1)
        let expected = Tensor(x.elements.map { max($0, 0) }, shape: shape)
        expectEqual(Tape().relu(Variable(x)).value, expected, .absolute(0))
    }

    @Test func gradientsPassWhereTheInputIsPositive() {
        let x = Variable(Tensor([-1, 0, 2, 0.5], shape: [2, 2]), requiresGradient: true)
        let tape = Tape()
        let y = tape.relu(x)
        y.accumulate(Tensor([5, 6, 7, 8], shape: [2, 2]))
        tape.backward(from: [])
        #expect(x.receivedGradient?.elements == [0, 0, 7, 8])
    }

    @Test func aReshapedValuePassesItsGradient() {
        expectGradients(inputs: [sampleTensor([6], seed: 1)]) { tape, x in
            tape.layerNorm(
                tape.reshape(x[0], [2, 1, 3]), weight: nil, bias: nil, epsilon: 1e-2)
        }
    }
}
