import JepaTensor
import JepaTestSupport
import Testing

@Suite struct WeightTests {
    @Test func elementsAreAFunctionOfKeyAndPlace() {
        func draw(_ shape: [Int], _ key: UInt64) -> [Float] {
            let weight = Weight("w", shape: shape, initial: .truncatedNormal(deviation: 0.02))
            weight.materialise(key: key)
            return weight.value.elements
        }
        #expect(draw([100_003], 7) == draw([100_003], 7))
        // Another length, hence other parts for the threads, but the same beginning.
        #expect(Array(draw([100_003], 7)[..<5000]) == draw([5000], 7))
        #expect(draw([100], 7) != draw([100], 8))
    }

    @Test func theDistributionIsNormalWithItsDeviation() {
        let weight = Weight("w", shape: [200_000], initial: .truncatedNormal(deviation: 0.02))
        weight.materialise(key: 3)
        let x = Oracle.doubles(weight.value)
        let mean = x.reduce(0, +) / 200_000
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200_000
        let beyond = Double(x.count { abs($0) > 0.04 }) / 200_000
        // Five standard errors each: .02 / sqrt(n), variance * sqrt(2 / n), sqrt(p / n).
        #expect(abs(mean) < 2.3e-4)
        #expect(abs(variance / 4e-4 - 1) < 0.016)
        #expect(abs(beyond - 0.0455) < 0.0024)
    }

    @Test func theCutIsAtTwo() {
        let weight = Weight("w", shape: [50_000], initial: .truncatedNormal(deviation: 2))
        weight.materialise(key: 3)
        let x = weight.value.elements
        #expect(x.allSatisfy { abs($0) <= 2 } && x.contains { abs($0) > 1.9 })
        // Drawn again, not moved to the border.
        #expect(!x.contains { abs($0) == 2 })
    }

    @Test func aWeightWithoutMemoryTrapsWithItsName() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = Weight("norm.weight", shape: [1], initial: .constant(1)).value }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("weight 'norm.weight' has not been materialised"))
    }

    @Test func whatIsNotTrainedKeepsNothing() {
        let weight = Weight("w", shape: [2, 2], initial: .constant(1), isTrainable: false)
        weight.materialise(key: 0)
        let tape = Tape()
        let y = tape.linear(Variable(sampleTensor([3, 2], seed: 1)), weight: weight, bias: nil)
        #expect(tape.count == 0 && !y.requiresGradient)
    }
}
