import Foundation
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct OptimizationTests {
    @Test(arguments: [1, 7, 40_001])
    func adamWTakesThePublishedSteps(count: Int) {
        let weight = sampleTensor([count], seed: 1)
        let (first, second) = (
            Tensor(repeating: 0, shape: [count]), Tensor(repeating: 0, shape: [count])
        )
        var (w, m, v) = (
            Oracle.doubles(weight), [Double](repeating: 0, count: count),
            [Double](repeating: 0, count: count)
        )
        for step in 1...3 {
            let gradient = sampleTensor([count], seed: UInt64(10 + step))
            adamWUpdate(
                weight: weight, gradient: gradient, firstMoment: first, secondMoment: second,
                learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1,
                step: step)
            for (i, g) in Oracle.doubles(gradient).enumerated() {
                w[i] *= 1 - 0.01 * 0.1
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g * g
                w[i] -=
                    0.01 * (m[i] / (1 - pow(0.9, Double(step))))
                    / ((v[i] / (1 - pow(0.999, Double(step)))).squareRoot() + 1e-8)
            }
        }
        expectEqual(weight, w, shape: [count], .absolute(1e-6))
        expectEqual(first, m, shape: [count], .absolute(1e-6))
        expectEqual(second, v, shape: [count], .absolute(1e-8))
    }

    @Test func aGradientOfZeroOnlyDecays() {
        let weight = Tensor([2], shape: [1])
        let zeros = { Tensor([0], shape: [1]) }
        adamWUpdate(
            weight: weight, gradient: zeros(), firstMoment: zeros(), secondMoment: zeros(),
            learningRate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5, step: 1)
        #expect(weight.elements == [1.5])
    }

    @Test func theMovingAverageMovesByOneMinusItsMomentum() {
        let (target, source) = (sampleTensor([40_001], seed: 1), sampleTensor([40_001], seed: 2))
        let expected = zip(Oracle.doubles(target), Oracle.doubles(source)).map {
            0.996 * $0.0 + 0.004 * $0.1
        }
        emaUpdate(target: target, source: source, momentum: 0.996)
        expectEqual(target, expected, shape: [40_001], .absolute(1e-6))
        emaUpdate(target: target, source: source, momentum: 0)
        expectEqual(target, source, .absolute(0))
    }

    @Test func theNormIsTakenOverAllTensors() {
        let tensors = [Tensor([3], shape: [1]), Tensor([4, 12], shape: [2])]
        #expect(globalNorm(tensors) == 13)
        #expect(globalNorm([]) == 0)
        // The squares overflow float32.
        #expect(globalNorm([Tensor([1e30], shape: [1])]).isFinite)
    }

    @Test func scalingInPlaceMultiplies() {
        let tensor = Tensor([1, -2, 3], shape: [3])
        scaleInPlace(tensor, by: -2)
        #expect(tensor.elements == [-2, 4, -6])
    }
}
