import JepaTensor
import JepaTestSupport
import Testing

@Suite struct LossTests {
    @Test(arguments: [[1], [3, 5], [40_001]], [Float(0.5), 1, 2])
    func smoothL1IsQuadraticNearZeroAndLinearFar(shape: [Int], beta: Float) {
        let (a, b) = (sampleTensor(shape, seed: 1), sampleTensor(shape, seed: 2))
        let total = zip(Oracle.doubles(a), Oracle.doubles(b)).reduce(0.0) { sum, pair in
            let d = abs(pair.0 - pair.1)
            let beta = Double(beta)
            return sum + (d < beta ? d * d / (2 * beta) : d - beta / 2)
        }
        let loss = Tape().smoothL1(Variable(a), Variable(b), beta: beta).value.scalar
        #expect(abs(Double(loss) / (total / Double(a.count)) - 1) < 1e-6)
    }

    @Test(arguments: [[1], [3, 5], [40_001]])
    func squaredErrorIsTheMeanSquare(shape: [Int]) {
        let (a, b) = (sampleTensor(shape, seed: 1), sampleTensor(shape, seed: 2))
        let total = zip(Oracle.doubles(a), Oracle.doubles(b)).reduce(0.0) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        let loss = Tape().squaredError(Variable(a), Variable(b)).value.scalar
        #expect(abs(Double(loss) / (total / Double(a.count)) - 1) < 1e-6)
    }

    @Test func gradientsReachPredictionsAndTargets() {
        let inputs = [sampleTensor([3, 5], seed: 1), sampleTensor([3, 5], seed: 2)]
        // The derivative has kinks at |d| = beta; none of these differences comes within two steps.
        expectGradients(inputs: inputs) { tape, x in tape.smoothL1(x[0], x[1]) }
        expectGradients(inputs: inputs) { tape, x in tape.squaredError(x[0], x[1]) }
    }

    @Test func lossesEnterWithTheirWeights() {
        let x = Variable(Tensor([3], shape: [1]), requiresGradient: true)
        let tape = Tape()
        let zero = Variable(Tensor([0], shape: [1]))
        let (square, linear) = (tape.squaredError(x, zero), tape.smoothL1(x, zero))
        tape.backward(from: [(square, 0.5), (linear, 10)])
        #expect(x.receivedGradient?.elements == [13])
    }

    @Test(arguments: [[2, 1], [7, 3], [3, 7]])
    func varianceCovarianceIsThatOfVICReg(shape: [Int]) {
        let z = sampleTensor(shape, seed: 6)
        let (rows, width) = (shape[0], shape[1])
        let x = Oracle.doubles(z)
        let means = (0..<width).map { j in
            (0..<rows).reduce(0) { $0 + x[$1 * width + j] } / Double(rows)
        }
        var (hinge, squares) = (0.0, 0.0)
        for i in 0..<width {
            for j in 0..<width {
                let covariance =
                    (0..<rows).reduce(0) {
                        $0 + (x[$1 * width + i] - means[i]) * (x[$1 * width + j] - means[j])
                    } / Double(rows - 1)
                if i == j {
                    hinge += max(0, 1 - (covariance + 1e-4).squareRoot()) / Double(width)
                } else {
                    squares += covariance * covariance / Double(width)
                }
            }
        }
        let loss = Tape().varianceCovariance(
            Variable(z), varianceWeight: 2, covarianceWeight: 3, epsilon: 1e-4)
        #expect(abs(Double(loss.value.scalar) - (2 * hinge + 3 * squares)) < 1e-5)
        // Of three samples some deviation is small, and its square root bends within a step of .02.
        expectGradients(inputs: [z], step: 0.005) { tape, inputs in
            tape.varianceCovariance(
                inputs[0], varianceWeight: 2, covarianceWeight: 3, epsilon: 1e-2)
        }
    }
}
