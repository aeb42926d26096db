import CSceneRenderer
import JepaCore
import JepaScenes
import Testing

@Suite struct ScenesStageTests {
    private func makeStage(_ values: Setting = [:]) throws -> Scenes {
        try Scenes(parameters: StageParameters(for: Scenes.self, named: "data", values))
    }

    private func load(
        _ stage: Scenes, _ index: Int, augmented: Bool = false, step: Int = 0
    ) throws -> (pixels: [Float], label: Int32) {
        var pixels = [Float](repeating: .nan, count: stage.imageShape.count)
        let random = StageRandom(seed: 1, purpose: "data", step: step, sample: index)
        let request = SampleRequest(index: index, isAugmented: augmented, random: random)
        let label = try pixels.withUnsafeMutableBufferPointer {
            try stage.load(request, into: [$0])
        }
        return (pixels, label)
    }

    @Test func defaultsAreSmallSquareImagesLabelledByTheLargestSolid() throws {
        let stage = try makeStage()
        #expect(stage.count == 10_000)
        #expect(stage.imageShape == ImageShape(channels: 3, height: 48, width: 48))
        #expect(stage.classNames == ["cube", "sphere", "cylinder", "cone", "torus"])
        #expect(stage.rejected.isEmpty)
    }

    @Test func imagesAreThePictureNormalisedChannelByChannel() throws {
        let stage = try makeStage(["size": [20, 30], "seed": 5])
        let (pixels, _) = try load(stage, 7)
        let picture = Picture(makeScene(7), 30, 20)
        let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        for channel in 0..<3 {
            for pixel in 0..<600 {
                let display = Double(pixels[600 * channel + pixel]) * std[channel] + mean[channel]
                // A byte is within half a level of the value.
                let level = Double(picture.rgb[3 * pixel + channel])
                #expect(abs(display * 255 - level) <= 0.501)
            }
        }
    }

    @Test func evaluationShowsTheWholePictureWhateverTheRandomNumbers() throws {
        let stage = try makeStage(["size": 16])
        #expect(try load(stage, 3, step: 0).pixels == load(stage, 3, step: 9).pixels)
    }

    @Test func augmentationIsAFunctionOfTheRandomNumbers() throws {
        let stage = try makeStage(["size": 16, "flip": true])
        let first = try load(stage, 3, augmented: true, step: 0)
        #expect(try load(stage, 3, augmented: true, step: 0).pixels == first.pixels)
        #expect(try load(stage, 3, augmented: true, step: 1).pixels != first.pixels)
        #expect(try load(stage, 3).pixels != first.pixels)
        #expect(try load(stage, 3).label == first.label)
    }

    @Test func aCropScaleOfOneLeavesThePictureAsItIsAndFlipMirrorsHalf() throws {
        let plain = try makeStage(["size": 12, "crop_scale": [1.0, 1.0]])
        let flipping = try makeStage(["size": 12, "crop_scale": [1.0, 1.0], "flip": true])
        var mirrored = 0
        for index in 0..<64 {
            let whole = try load(plain, index).pixels
            #expect(try load(plain, index, augmented: true).pixels == whole)
            if try load(flipping, index, augmented: true).pixels != whole { mirrored += 1 }
        }
        // Four standard errors about one half.
        #expect((16...48).contains(mirrored))
    }

    @Test func labelsTellWhatTheParameterSays() throws {
        let stages = try ["largest_class", "count", "distance"].map {
            try makeStage(["size": 1, "seed": 5, "labels": .init(stringLiteral: $0)])
        }
        #expect(stages[1].classNames == ["3", "4", "5", "6", "7", "8", "9", "10"])
        #expect(
            stages[2].classNames == [
                "below 8.0", "8.0 to 8.5", "8.5 to 9.0", "9.0 to 9.5", "9.5 to 10.0", "above 10.0",
            ])
        for index in 0..<50 {
            let scene = makeScene(index)
            let labels = try stages.map { try load($0, index).label }
            #expect(labels[0] == Int32(scene.solids.0.shape.rawValue))
            #expect(labels[1] == scene.count - 3)
            #expect(labels[2] == Int32(((scene.distance - 7.5) * 2).rounded(.down)))
        }
    }

    @Test func splitsAndSeedsHaveNoImageInCommon() throws {
        let settings: [Setting] = [
            ["size": 8], ["size": 8, "split": "test"], ["size": 8, "seed": 1],
            ["size": 8, "seed": 1, "split": "test"],
        ]
        let images = try settings.flatMap { setting in
            let stage = try makeStage(setting)
            return try (0..<50).map { try load(stage, $0).pixels }
        }
        #expect(Set(images).count == 200)
    }

    @Test func theFingerprintChangesWithTheData() throws {
        let settings: [Setting] = [
            [:], ["count": 9], ["size": 32], ["split": "test"], ["seed": 1], ["labels": "count"],
        ]
        let prints = try settings.map { try makeStage($0).fingerprint() }
        #expect(Set(prints).count == settings.count)
        #expect(try makeStage().fingerprint() == prints[0])
    }

    private static let mistakes: [(values: Setting, message: String)] = [
        (
            ["labels": "colour"],
            "'labels' of stage 'data' is one of largest_class, count, distance, not 'colour'"
        ),
        (
            ["labels": "cuont"],
            "'labels' of stage 'data' is one of largest_class, count, distance, not 'cuont'; "
                + "did you mean 'count'?"
        ),
        (
            ["size": 0],
            "'size' of stage 'data' is an integer or [height, width], each in 1...4096 (pixels), "
                + "not 0"
        ),
        (
            ["crop_scale": [0.9, 0.3]],
            "'crop_scale' of stage 'data' is a number or [low, high] in 0.01...1, in this order, not [0.9, 0.3]"
        ),
        (["sizes": 3], "stage 'data' has no parameter 'sizes'; did you mean 'size'?"),
    ]

    @Test(arguments: mistakes)
    func aWrongParameterIsNamedWithWhatIsAllowed(values: Setting, message: String) {
        let errors = #expect(throws: PipelineErrors.self) {
            try StageParameters(for: Scenes.self, named: "data", values)
        }
        #expect(errors?.errors.map(\.message) == [message])
    }

    @Test func theSecondViewIsDrawnApartAndTheFirstStaysAsItIs() throws {
        let stage = try makeStage(["size": 16, "jitter": [0.4, 0.4, 0.4, 0.1], "blur": 0.5])
        let count = stage.imageShape.count
        for step in 0..<4 {
            var pixels = [Float](repeating: .nan, count: 2 * count)
            let random = StageRandom(seed: 1, purpose: "data", step: step, sample: 3)
            let request = SampleRequest(index: 3, isAugmented: true, random: random)
            try pixels.withUnsafeMutableBufferPointer { all in
                let halves = [all[..<count], all[count...]]
                _ = try stage.load(
                    request, into: halves.map { UnsafeMutableBufferPointer(rebasing: $0) })
            }
            #expect(
                Array(pixels[..<count]) == (try load(stage, 3, augmented: true, step: step)).pixels)
            #expect(Array(pixels[count...]) != Array(pixels[..<count]))
            #expect(pixels.allSatisfy { $0.isFinite })
        }
        let plain = try makeStage(["size": 16])
        #expect(try load(stage, 3).pixels == load(plain, 3).pixels)
    }
}
