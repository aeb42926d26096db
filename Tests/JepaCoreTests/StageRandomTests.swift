import JepaCore
import Testing

@Suite struct StageRandomTests {
    private func draws(_ random: StageRandom, _ count: Int = 16) -> [UInt64] {
        var random = random
        return (0..<count).map { _ in random.next() }
    }

    @Test func isAFunctionOfItsNames() {
        let random = StageRandom(seed: 7, purpose: "masks", step: 3, sample: 5)
        #expect(draws(random) == draws(StageRandom(seed: 7, purpose: "masks", step: 3, sample: 5)))
    }

    @Test(arguments: [
        StageRandom(seed: 8, purpose: "masks", step: 3, sample: 5),
        StageRandom(seed: 7, purpose: "mask", step: 3, sample: 5),
        StageRandom(seed: 7, purpose: "masks", step: 4, sample: 5),
        StageRandom(seed: 7, purpose: "masks", step: 3, sample: 6),
        StageRandom(seed: 7, purpose: "masks", step: 3 + 1 << 32, sample: 5),
    ])
    func differsIfAnyNameDiffers(other: StageRandom) {
        let random = StageRandom(seed: 7, purpose: "masks", step: 3, sample: 5)
        #expect(Set(draws(random)).isDisjoint(with: draws(other)))
    }

    @Test func theSequenceOfASampleDoesNotDependOnEarlierDraws() {
        let fresh = StageRandom(seed: 1, purpose: "masks", step: 2)
        var used = fresh
        for _ in 0..<9 { _ = used.next() }
        #expect(draws(fresh.forSample(4)) == draws(used.forSample(4)))
        #expect(draws(fresh.forSample(4)) != draws(fresh.forSample(3)))
        #expect(draws(fresh.forSample(0)) != draws(fresh))
    }

    /// Known answers published with the generator (Random123, kat_vectors).
    @Test func isPhilox() {
        let zeros = StageRandom.philox(counter: .zero, key: .zero)
        #expect(zeros == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let ones = StageRandom.philox(
            counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        #expect(ones == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    }

    @Test func uniformNumbersAreUniformAndUncorrelated() {
        var random = StageRandom(seed: 0, purpose: "uniform")
        let count = 20_000
        let values = (0..<count).map { _ in random.uniform() }
        let mean = values.reduce(0, +) / Double(count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        // Five standard errors of the mean (1 / sqrt(12 n)) and of the variance (sqrt(1/180/n)).
        #expect(abs(mean - 0.5) < 5 * 0.0020412)
        #expect(abs(variance - 1.0 / 12) < 5 * 0.000527)
        let serial = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) }
        #expect(abs(serial / Double(count)) < 5 / 12.0 / Double(count).squareRoot())
    }

    @Test func integersCoverTheirRangeEvenly() {
        var random = StageRandom(seed: 3, purpose: "integers")
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.integer(in: -2..<5) + 2] += 1 }
        // Six degrees of freedom: above 33 once in a hundred thousand.
        let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
        #expect(chiSquared < 33)
    }

    @Test(arguments: [0, 1, 2, 97])
    func aPermutationHasEveryNumberOnce(count: Int) {
        var random = StageRandom(seed: 3, purpose: "order")
        #expect(random.permutation(of: count).sorted() == Array(0..<count))
    }
}
