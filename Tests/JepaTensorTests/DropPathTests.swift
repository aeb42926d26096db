import JepaTensor
import JepaTestSupport
import Testing

@Suite struct DropPathTests {
    @Test(arguments: [[1, 1, 1], [3, 2, 5], [7, 3]])
    func everyRowHasItsOwnFactor(shape: [Int]) {
        let (x, change) = (sampleTensor(shape, seed: 1), sampleTensor(shape, seed: 2))
        let factors = (0..<shape[0]).map { Float($0 % 3) * 0.75 }
        let width = x.count / shape[0]
        let expected = zip(Oracle.doubles(x), Oracle.doubles(change)).enumerated().map {
            $0.element.0 + Double(factors[$0.offset / width]) * $0.element.1
        }
        let found = Tape().add(Variable(x), Variable(change), times: factors).value
        expectEqual(found, expected, shape: shape, .absolute(1e-6))
        expectGradients(inputs: [x, change]) { tape, v in
            tape.add(v[0], v[1], times: factors)
        }
    }

    @Test func aRowThatSkipsIsWhatItWas() {
        let tape = Tape()
        let change = Variable(Tensor([5, 7], shape: [2, 1]), requiresGradient: true)
        let y = tape.add(Variable(Tensor([1, 2], shape: [2, 1])), change, times: [0, 2])
        #expect(y.value.elements == [1, 16])
        tape.backward(from: [(tape.mean(y), 2)])
        #expect(change.receivedGradient?.elements == [0, 2])
    }
}
