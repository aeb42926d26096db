import JepaCore
import JepaPipeCLI
import JepaTensor
import Testing

@Suite struct MixupTests {
    /// The variance of Beta(a, a) is 1 / (4 (2 a + 1)).
    @Test(arguments: [0.2, 0.8, 1, 3])
    func sharesHaveTheMomentsOfTheirDistribution(alpha: Double) {
        var random = StageRandom(seed: 1, purpose: "test")
        let shares = (0..<20_000).map { _ in Mixup.beta(alpha, using: &random) }
        let mean = shares.reduce(0, +) / 20_000
        let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(shares.allSatisfy { (0...1).contains($0) })
        // Five standard errors.
        #expect(abs(mean - 0.5) < 5 * (variance / 20_000).squareRoot())
        #expect(abs(variance * 4 * (2 * alpha + 1) - 1) < 0.05)
    }

    @Test func imagesAndClassesAreBlendedAlike() {
        var random = StageRandom(seed: 2, purpose: "test")
        let images = Tensor([1, 2, 4], shape: [3, 1, 1, 1])
        let targets = Tensor([1, 0, 0, 1, 0, 1], shape: [3, 2])
        let mixed = Mixup(alpha: 0.8).blend(images, targets, using: &random)
        let share = mixed.targets.pointer[0]
        #expect(share > 0 && share < 1)
        #expect(abs(mixed.images.pointer[0] - (share * 1 + (1 - share) * 4)) < 1e-6)
        #expect(abs(mixed.images.pointer[2] - (share * 4 + (1 - share) * 1)) < 1e-6)
        #expect(mixed.images.pointer[1] == 2)
        #expect(abs(mixed.targets.pointer[1] - (1 - share)) < 1e-6)
        let plain = Mixup(alpha: 0).blend(images, targets, using: &random)
        #expect(plain.images.elements == images.elements)
    }
}
