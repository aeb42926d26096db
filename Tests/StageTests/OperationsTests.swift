import JepaCore
import JepaTensor
import Testing

/// The operations of a step as published, layer by layer.
@Suite struct OperationsTests {
    /// A block over rows of tokens: qkv, scores, mixing, projection, and the two maps of the MLP.
    private func block(tokens n: Int, width d: Int) -> Int {
        n * d * 3 * d + n * n * d + n * n * d + n * d * d + n * d * 4 * d + n * 4 * d * d
    }

    @Test func theyAreThoseOfTheMethodWhateverIsSaved() throws {
        let pipeline = try Pipeline(
            ShippedPipelines.graph("bench/vit-s16.yaml"), registry: ShippedPipelines.registry())
        let masks = try pipeline.sampleMasks(batchSize: 2)
        let set = try #require(masks.values.first)
        let (kc, kt) = (set.context.kept, set.targets.kept)
        let found = pipeline.costs(batchSize: 2, masks: masks).reduce(0) { $0 + $1.operations }

        let (patches, width, pixels) = (196, 384, 3 * 16 * 16)
        let embedding = patches * pixels * width
        let target = embedding + 12 * block(tokens: patches, width: width)
        // No gradient of the images is wanted.
        let context = 2 * embedding + 3 * 12 * block(tokens: kc, width: width)
        let predictor =
            kc * width * width
            + 4 * (6 * block(tokens: kc + kt, width: 384) + kt * 384 * width)
        #expect(found == Double(2 * 2 * (target + context + 3 * predictor)))
    }
}
