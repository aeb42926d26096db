import JepaFormats
import JepaInterop
import JepaTensor
import JepaTestSupport
import Testing

/// Features are those of the networks they come from.
@Suite struct FeatureExtractorTests {
    // Skipped: ../shared is not here.
    @Test(.enabled(if: Reference.isHere), arguments: [Reference.huggingFace, Reference.official])
    func areThoseOfTransformers(path: String) throws {
        let expected = try SafetensorsReader(
            path: Reference.folder + "/interop/huggingface_features.safetensors")
        let images = try expected.tensor("images").floats()
        let model = try ModelWeights(reading: path, hints: ModelHints(heads: 3))
        let patches = try FeatureExtractor(model, encoder: .targetEncoder, pooling: .none)
        // The bound that loading in another program is held to; entries reach 3.
        expectEqual(
            patches.features(of: images), try expected.tensor("last_hidden_state").floats(),
            .absolute(1e-5), "tokens")
        let pooled = try FeatureExtractor(model, encoder: .targetEncoder)
        expectEqual(
            pooled.features(of: images), try expected.tensor("mean_pooled").floats(),
            .absolute(1e-5), "means")
    }

    @Test func theLastOfSeveralLayersIsTheLayerAlone() throws {
        let folder = TemporaryFolder()
        try write(TinyModel().tensors, to: folder.file("x"))
        let model = try ModelWeights(reading: folder.file("x"), hints: ModelHints(heads: 2))
        let images = Tensor((0..<2 * 3 * 64).map { Float($0 % 17) / 17 }, shape: [2, 3, 8, 8])
        for pooling in FeatureExtractor.Pooling.allCases {
            let one = try FeatureExtractor(model, encoder: .targetEncoder, pooling: pooling)
            let two = try FeatureExtractor(
                model, encoder: .targetEncoder, layers: 2, pooling: pooling)
            let (a, b) = (one.features(of: images), two.features(of: images))
            let rows = a.count / 8
            #expect(b.shape == (pooling == .mean ? [2, 16] : [2, 4, 16]))
            let last = (0..<rows).flatMap { Array(b.elements[$0 * 16 + 8..<$0 * 16 + 16]) }
            #expect(last == a.elements)
            #expect(Array(b.elements[..<8]) != Array(b.elements[8..<16]))
        }
    }

    @Test func theTwoEncodersDiffer() throws {
        let folder = TemporaryFolder()
        try write(TinyModel().tensors, to: folder.file("x"))
        let model = try ModelWeights(reading: folder.file("x"), hints: ModelHints(heads: 2))
        let images = Tensor(repeating: 0.5, shape: [1, 3, 8, 8])
        let features = try [ModelNetwork.contextEncoder, .targetEncoder].map {
            try FeatureExtractor(model, encoder: $0).features(of: images).elements
        }
        #expect(features[0] != features[1])
    }
}
