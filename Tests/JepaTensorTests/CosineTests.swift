import JepaTensor
import JepaTestSupport
import Testing

@Suite struct CosineTests {
    @Test(arguments: [[1, 1], [3, 7], [2, 3, 5], [131, 67]])
    func isTheMeanOverRows(shape: [Int]) {
        let (a, b) = (sampleTensor(shape, seed: 1), sampleTensor(shape, seed: 2))
        let (x, y, width) = (Oracle.doubles(a), Oracle.doubles(b), shape.last!)
        let rows = x.count / width
        let total = (0..<rows).reduce(0.0) { sum, row in
            let range = row * width..<(row + 1) * width
            let dot = range.reduce(0) { $0 + x[$1] * y[$1] }
            let lengths =
                range.reduce(0) { $0 + x[$1] * x[$1] }.squareRoot()
                * range.reduce(0) { $0 + y[$1] * y[$1] }.squareRoot()
            return sum + dot / lengths
        }
        let found = Tape().cosineSimilarity(Variable(a), Variable(b)).value.scalar
        #expect(abs(Double(found) - total / Double(rows)) < 1e-6)
    }

    @Test(arguments: [[1, 2], [3, 5], [2, 3, 4]])
    func gradientsReachBoth(shape: [Int]) {
        let inputs = [sampleTensor(shape, seed: 1), sampleTensor(shape, seed: 2)]
        expectGradients(inputs: inputs) { tape, x in tape.cosineSimilarity(x[0], x[1]) }
    }

    @Test func aRowOfZerosHasNoAngleAndPassesAFiniteGradient() {
        let x = Variable(Tensor([0, 0], shape: [1, 2]), requiresGradient: true)
        let y = Variable(Tensor([1, 0], shape: [1, 2]), requiresGradient: true)
        let tape = Tape()
        let cosine = tape.cosineSimilarity(x, y)
        #expect(cosine.value.scalar == 0)
        tape.backward(from: [(cosine, 1)])
        #expect(x.receivedGradient?.isFinite == true)
        #expect(y.receivedGradient?.elements == [0, 0])
    }
}
