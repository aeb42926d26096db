import JepaCore
import JepaImages
import JepaPipeCLI
import JepaStages
import Testing

struct MaskSurveyTests {
    /// A pipeline on the built-in images with one encoder for each of the maskers, all `random`,
    /// or a single encoder without.
    private func pipeline(maskers: [String]) throws -> Pipeline {
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        var stages: [Setting.Entry] = [.init("data", ["use": "scenes", "count": 5, "size": 32])]
        var losses: [Setting] = []
        for name in maskers.isEmpty ? ["all"] : maskers {
            var encoder: [Setting.Entry] = [
                .init("use", "vit"), .init("patch_size", 8), .init("width", 16),
                .init("depth", 1), .init("heads", 1), .init("images", "data.images"),
            ]
            if !maskers.isEmpty {
                encoder.append(.init("keep", Setting(.text("\(name).context"))))
                let patches = Setting(.text("\(name)_encoder.grid"))
                stages.append(.init(name, ["use": "random", "patches": patches]))
            }
            stages.append(.init("\(name)_encoder", Setting(.mapping(encoder))))
            let tokens = Setting(.text("\(name)_encoder.tokens"))
            stages.append(
                .init("\(name)_loss", ["use": "variance_covariance", "tokens": tokens]))
            losses.append(Setting(.text("\(name)_loss")))
        }
        let minimize = Setting(.list(losses))
        stages.append(.init("optimizer", ["use": "adamw", "minimize": minimize, "lr": 0.001]))
        let graph = try Graph(["pipeline": "small", "seed": 1, "stages": Setting(.mapping(stages))])
        return try Pipeline(graph, registry: registry)
    }

    @Test func drawsAsManyImagesAsTheBatchHas() throws {
        let pipeline = try pipeline(maskers: ["masks"])
        try pipeline.openData()
        let survey = try MaskSurvey(pipeline, batchSize: 3, batches: 2)
        #expect(survey.statistics.images == 6)
        #expect(survey.lines[0] == "small: 'masks' (random), batch size 3")
        let (one, many) = (try survey.montage(images: 1), try survey.montage(images: 100))
        #expect(many.height - one.height == 2 * (192 + 8))
        // A scene has many colours; an image that was not loaded would have one.
        #expect(Set((0..<192).map { one[8 + $0, 150] }).count > 10)
    }

    @Test func masksAreThoseOfTheTraining() throws {
        let pipeline = try pipeline(maskers: ["masks"])
        var expected = MaskStatistics(grid: PatchGrid(height: 4, width: 4))
        for step in 0..<3 {
            expected.add(try #require(try pipeline.sampleMasks(batchSize: 4, step: step)["masks"]))
        }
        let survey = try MaskSurvey(pipeline, batchSize: 4, batches: 3)
        #expect(survey.statistics.contextCounts == expected.contextCounts)
    }

    @Test func oneOfSeveralMaskersIsNamed() throws {
        let survey = try MaskSurvey(
            try pipeline(maskers: ["near", "far"]), masker: "far", batchSize: 2, batches: 1)
        #expect(survey.lines[0] == "small: 'far' (random), batch size 2")
    }

    @Test(
        arguments: [
            ([], nil, "error: pipeline 'small' has no masker"),
            ([], "far", "error: pipeline 'small' has no masker 'far'"),
            (
                ["near", "far"], nil,
                "error: pipeline 'small' has 2 maskers: 'near', 'far'\n"
                    + "'--masker' says which one is meant."
            ),
            (
                ["near", "far"], "faar",
                "error: pipeline 'small' has no masker 'faar'; did you mean 'far'?\n"
                    + "Maskers: 'near', 'far'."
            ),
        ] as [([String], String?, String)])
    func saysWhichMaskersThereAre(_ maskers: [String], _ name: String?, _ message: String) throws {
        let pipeline = try pipeline(maskers: maskers)
        let error = try #require(throws: PipelineError.self) {
            _ = try MaskSurvey(pipeline, masker: name, batchSize: 1, batches: 1)
        }
        #expect(error.description == message)
    }
}
