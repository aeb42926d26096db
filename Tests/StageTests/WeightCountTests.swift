import JepaCore
import JepaStages
import JepaTensor
import Testing

/// The sizes of the networks of the paper, counted without positions.
@Suite struct WeightCountTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let preset: String
        let patch: Int
        let size: Int
        let encoder: Int
        let predictorDepth: Int
        let predictor: Int
        var testDescription: String { "\(preset)/\(patch)" }
    }

    @Test(arguments: [
        Case(
            preset: "base", patch: 16, size: 224, encoder: 85_646_592, predictorDepth: 6,
            predictor: 11_238_912),
        Case(
            preset: "large", patch: 16, size: 224, encoder: 303_098_880, predictorDepth: 12,
            predictor: 22_082_560),
        Case(
            preset: "huge", patch: 14, size: 224, encoder: 630_434_560, predictorDepth: 12,
            predictor: 22_279_424),
        Case(
            preset: "huge", patch: 16, size: 448, encoder: 630_664_960, predictorDepth: 12,
            predictor: 22_279_424),
        Case(
            preset: "giant", patch: 16, size: 224, encoder: 1_011_092_608, predictorDepth: 16,
            predictor: 29_475_712),
    ])
    func agreeWithTheOfficialCode(_ size: Case) throws {
        let graph = try ShippedPipelines.graph(
            "ijepa-vit-b16.yaml", "stages.context_encoder.preset=\(size.preset)",
            "stages.context_encoder.patch_size=\(size.patch)", "stages.data.size=\(size.size)",
            "stages.predictor.depth=\(size.predictorDepth)")
        let pipeline = try Pipeline(graph, registry: ShippedPipelines.registry())
        #expect(pipeline.node("context_encoder")?.weightCount == size.encoder)
        #expect(pipeline.node("target_encoder")?.weightCount == size.encoder)
        #expect(pipeline.node("predictor")?.weightCount == size.predictor)
        #expect(pipeline.allWeights.allSatisfy { !$0.weight.isMaterialised })
    }
}
