import JepaCore
import JepaStages
import JepaTensor
import Testing

/// The sizes of the networks of the paper, counted without positions.
@Suite struct WeightCountTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let encoder: Int
        let predictor: Int
        var testDescription: String { file }
    }

    @Test(arguments: [
        Case(file: "ijepa-vit-b16", encoder: 85_646_592, predictor: 11_238_912),
        Case(file: "paper/vit-l16", encoder: 303_098_880, predictor: 22_082_560),
        Case(file: "official/vit-h14", encoder: 630_434_560, predictor: 22_279_424),
        Case(file: "official/vit-h16-448", encoder: 630_664_960, predictor: 22_279_424),
        Case(file: "official/in22k-vit-h14", encoder: 630_434_560, predictor: 22_279_424),
        Case(file: "official/in22k-vit-g16", encoder: 1_011_092_608, predictor: 29_475_712),
    ])
    func agreeWithTheOfficialCode(_ size: Case) throws {
        let graph = try ShippedPipelines.graph("\(size.file).yaml")
        let pipeline = try Pipeline(graph, registry: ShippedPipelines.registry())
        #expect(pipeline.node("context_encoder")?.weightCount == size.encoder)
        #expect(pipeline.node("target_encoder")?.weightCount == size.encoder)
        #expect(pipeline.node("predictor")?.weightCount == size.predictor)
        #expect(pipeline.allWeights.allSatisfy { !$0.weight.isMaterialised })
    }
}
