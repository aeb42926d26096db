import JepaTensor
import JepaTestSupport
import Testing

@Suite struct TapeTests {
    @Test func withoutRecordingNothingIsKept() {
        let tape = Tape(recording: false)
        let x = Variable(sampleTensor([2, 3], seed: 1), requiresGradient: true)
        let y = tape.gelu(tape.add(x, x))
        #expect(tape.count == 0 && !y.requiresGradient)
    }

    @Test func constantsAreNotRecorded() {
        let tape = Tape()
        _ = tape.gelu(Variable(sampleTensor([2, 3], seed: 1)))
        #expect(tape.count == 0)
        _ = tape.gelu(Variable(sampleTensor([2, 3], seed: 1), requiresGradient: true))
        #expect(tape.count == 1)
    }

    @Test func aValueUsedTwiceGetsBothGradients() {
        let x = Variable(Tensor([2], shape: [1]), requiresGradient: true)
        let tape = Tape()
        let y = tape.scale(x, by: 3)
        let loss = tape.mean(tape.add(y, tape.scale(y, by: 10)))
        tape.backward(from: [(loss, 1)])
        #expect(x.receivedGradient?.elements == [33])
        #expect(tape.count == 0)
    }

    @Test func whatTheLossDoesNotDependOnGetsNoGradient() {
        let x = Variable(Tensor([2], shape: [1]), requiresGradient: true)
        let unused = Variable(Tensor([2], shape: [1]), requiresGradient: true)
        let tape = Tape()
        _ = tape.scale(unused, by: 2)
        tape.backward(from: [(tape.mean(x), 1)])
        #expect(unused.receivedGradient == nil && x.receivedGradient?.elements == [1])
    }

    @Test func anOwnOperationIsRecordedLikeTheBuiltInOnes() {
        expectGradients(inputs: [sampleTensor([2, 3], seed: 1)]) { tape, inputs in
            let x = inputs[0]
            let squares = Tensor(x.value.elements.map { $0 * $0 }, shape: x.shape)
            return tape.record(squares, keeps: tape.keeps(x)) { gradient in
                let passed = zip(gradient.elements, x.value.elements).map { 2 * $0 * $1 }
                x.accumulate(Tensor(passed, shape: x.shape))
            }
        }
    }
}
