import Foundation
import JepaCore
import JepaTestSupport
import JepaTraining
import Synchronization
import Testing

@Suite struct MonitorTests {
    private let scratch = TemporaryFolder()
    private var run: String { scratch.path + "/run" }

    private func train(_ monitor: Setting, heldOut: Setting? = nil) throws -> TrainingOutcome {
        let toy = try ToyRun(
            ["batch_size": 8, "epochs": 2, "monitor": monitor], data: ["count": 96],
            stages: heldOut.map { ["other": $0] } ?? [:])
        return try toy.train(in: run)
    }

    @Test func targetAndContextEncoderAreJudgedBeforeAndAfter() throws {
        let outcome = try train(["images": 64, "queries": 32])
        #expect(outcome.untrained?.step == 0)
        #expect(outcome.latest?.step == 24)
        let names = outcome.latest?.encoders.map(\.encoder)
        #expect(names == ["target_encoder", "context_encoder"])
        for reading in (outcome.untrained?.encoders ?? []) + (outcome.latest?.encoders ?? []) {
            #expect(reading.width == 6)
            let knn = try #require(reading.knn)
            let linear = try #require(reading.linear)
            // Four classes of waves are easy; 1/4 would be chance.
            #expect(knn > 0.4 && knn <= 1)
            #expect(linear > 0.4 && linear <= 1)
            #expect(reading.rankMe >= 1 && reading.rankMe <= 6.001)
            #expect(reading.deviation > 0)
        }
        // The untrained target encoder is a copy of the context encoder.
        let untrained = try #require(outcome.untrained)
        #expect(untrained.encoders[0].figures == untrained.encoders[1].figures)
        #expect(outcome.latest?.images == 64)
        #expect(outcome.latest?.queries == 32)
        // Waves of four directions are told apart by their pixels as well.
        let pixels = try #require(untrained.pixels)
        #expect(try #require(pixels.knn) > 0.4)
        #expect(try #require(pixels.linear) > 0.4)
        #expect(outcome.latest?.pixels == nil)
        #expect(outcome.text.contains("Pixels at 16x16 without any network: k-NN "))
    }

    /// At 256 pixels 64 images are 16 MiB.
    @Test(arguments: [(8, 64, 32, 96), (256, 64, 1, 65), (256, 65, 1, 4 * 65 + 1)])
    func smallImagesOfLooksAreLoadedOnce(
        size: Int, images: Int, queries: Int, loads: Int
    ) throws {
        let toy = try ToyRun(
            [
                "batch_size": 8, "steps": 2, "epochs": 1,
                "monitor": [
                    "every_steps": 1, "images": Setting(.integer(images)),
                    "queries": Setting(.integer(queries)),
                    "augmented": 2, "views": 1,
                ],
            ],
            data: ["use": "counted_images", "count": 96, "size": Setting(.integer(size))],
            adding: CountedImages.self)
        let trainer = try toy.trainer()
        _ = try trainer.run(in: RunFolder.create(at: run, pipeline: "toy"))
        #expect(trainer.state.readings.map(\.step) == [0, 1, 2])
        let source = try #require(toy.pipeline.node("data")?.stage as? CountedImages)
        // Large ones at each of three looks, and once for what their pixels come to.
        #expect(source.plainLoads == loads)
    }

    @Test func betweenFirstAndLastOnlyTheTargetEncoderIsLookedAt() throws {
        for (detail, encoders) in [("ends", [2, 1, 2]), ("always", [2, 2, 2])] {
            let toy = try ToyRun(
                [
                    "batch_size": 8, "epochs": 2,
                    "monitor": ["every_steps": 12, "detail": Setting(.text(detail))],
                ], data: ["count": 96])
            let trainer = try toy.trainer()
            _ = try trainer.run(in: RunFolder.create(at: run + detail, pipeline: "toy"))
            let readings = trainer.state.readings
            #expect(readings.map(\.step) == [0, 12, 24])
            #expect(readings.map(\.encoders.count) == encoders)
            #expect(readings.map { $0.encoders[0].lidar != nil } == encoders.map { $0 == 2 })
        }
    }

    /// 4 images in 3 views differ in 8 directions at most, features of 6 numbers take 12.
    @Test func lidarTakesEnoughViews() throws {
        let enough = try train(["augmented": 4, "views": 4])
        #expect(enough.latest?.encoders[0].lidar != nil)
        #expect(enough.latest?.encoders[0].omissions == [])
        try FileManager.default.removeItem(atPath: run)
        let few = try train(["augmented": 4, "views": 3])
        for encoder in few.latest?.encoders ?? [] {
            #expect(encoder.lidar == nil)
            #expect(
                encoder.omissions == [
                    "LiDAR is left out: for features of 6 numbers it takes 4 images in 4 views "
                        + "('views' of 'monitor'), not 3."
                ])
        }
    }

    @Test func aSmallDataSetIsSharedOut() throws {
        let outcome = try train(["images": 1000, "queries": 500])
        #expect(outcome.latest?.images == 64)
        #expect(outcome.latest?.queries == 32)
    }

    @Test func evenOfVeryFewImagesThereIsANeighbourAndAQuery() throws {
        for (count, images, queries) in [(16, 2, 14), (8, 2, 6)] {
            let toy = try ToyRun(
                ["batch_size": 8, "epochs": 1, "monitor": ["images": 2, "queries": 500]],
                data: ["count": Setting(.integer(count))])
            let outcome = try toy.train(in: run + "-\(count)")
            #expect(outcome.latest?.images == images)
            #expect(outcome.latest?.queries == queries)
        }
        let alone = try ToyRun(["batch_size": 1, "epochs": 1], data: ["count": 1])
        let error = #expect(throws: PipelineError.self) { try alone.train(in: run) }
        #expect(error?.message == "'monitor' needs a neighbour and a query, and 'data' has 1 image")
    }

    @Test func queriesCanComeFromHeldOutData() throws {
        let outcome = try train(
            ["images": 50, "queries": 40, "held_out": "other", "encoder": "context_encoder"],
            heldOut: ["use": "toy_images", "count": 30])
        #expect(outcome.latest?.images == 50)
        #expect(outcome.latest?.queries == 30)
        #expect(outcome.latest?.encoders.map(\.encoder) == ["context_encoder"])
    }

    /// A folder without classes is judged by a few images that have some.
    @Test func onlyTheHeldOutImagesMayHaveClasses() throws {
        let toy = try ToyRun(
            [
                "batch_size": 8, "epochs": 1,
                "monitor": ["images": 40, "queries": 30, "held_out": "other"],
            ], data: ["count": 96, "classes": 0],
            stages: ["other": ["use": "toy_images", "count": 60]])
        let outcome = try toy.train(in: run)
        let reading = try #require(outcome.latest)
        #expect(reading.images == 34 && reading.queries == 26)
        #expect(try #require(reading.encoders[0].knn) > 0.4)
        #expect(try #require(outcome.untrained?.pixels?.knn) > 0.4)
        #expect(reading.encoders[0].omissions == [])
    }

    @Test(
        arguments: [
            (
                ["use": "toy_images", "size": 4],
                "the images of 'held_out' are 1x4x4, those of training 1x8x8"
            ),
            (
                ["use": "toy_images", "classes": 2],
                "the classes of 'held_out' (direction 0, direction 1) are not those of training "
                    + "(direction 0, direction 1, direction 2, direction 3)"
            ),
        ] as [(Setting, String)])
    func heldOutDataHasToFit(stage: Setting, message: String) throws {
        let error = #expect(throws: PipelineError.self) {
            try train(["held_out": "other"], heldOut: stage)
        }
        #expect(error?.message == message)
    }

    @Test func imagesInNoClassAreLeftOutOfAccuraciesAlone() throws {
        let toy = try ToyRun(
            ["batch_size": 8, "epochs": 1, "monitor": ["images": 64, "queries": 32]],
            data: ["count": 96, "unlabelled": 30])
        let reading = try #require(try toy.train(in: run).latest)
        let knn = try #require(reading.encoders[0].knn)
        #expect(knn > 0.4 && knn <= 1)
        #expect(reading.images == 64)
        #expect(reading.queries < 32)
        #expect(
            reading.encoders[0].omissions.last
                == "knn and linear leave out \(32 - reading.queries) of 32 images: they are in no "
                + "class.")
        #expect(reading.encoders[0].omissions.count == 2)
    }

    @Test func lookingDoesNotChangeTheTraining() throws {
        let elements = try [true, false].map { isEnabled in
            let toy = try ToyRun([
                "batch_size": 8, "epochs": 1,
                "monitor": ["enabled": Setting(.boolean(isEnabled)), "every_steps": 1],
            ])
            try toy.train(in: run + "-\(isEnabled)")
            return toy.elements
        }
        #expect(elements[0] == elements[1])
    }

    // MARK: - Text

    private func reading(step: Int, knn: Double?, rankMe: Double) -> MonitorReading {
        let encoder = EncoderReading(
            encoder: "target_encoder", width: 192, knn: knn, linear: knn.map { $0 + 0.1 },
            rankMe: rankMe, deviation: 0.0312, cosine: 0.75,
            omissions: knn == nil
                ? ["knn and linear are left out: the images have no labels."] : [])
        return MonitorReading(
            step: step, encoders: [encoder], majorityShare: knn.map { _ in 0.125 }, images: 1024,
            queries: 512)
    }

    @Test func aLineComparesWithTheUntrainedNetwork() {
        let (first, now) = (
            reading(step: 0, knn: 0.312, rankMe: 41), reading(step: 400, knn: 0.441, rankMe: 67)
        )
        #expect(
            MonitorTable.line(first, untrained: first)
                == "target_encoder untrained: k-NN 0.312, linear 0.412, RankMe 41.0 of 192, "
                + "feature deviation 0.0312, mean cosine 0.750")
        #expect(
            MonitorTable.line(now, untrained: first)
                == "target_encoder after step 400: k-NN 0.312 -> 0.441, linear 0.412 -> 0.541, "
                + "RankMe 41.0 -> 67.0 of 192, feature deviation 0.0312 -> 0.0312, "
                + "mean cosine 0.750 -> 0.750")
    }

    @Test func theTableSaysWhatTheFiguresAreOf() {
        let text = MonitorTable.text(
            untrained: reading(step: 0, knn: 0.312, rankMe: 41),
            now: reading(step: 400, knn: 0.441, rankMe: 67))
        #expect(
            text == """
                                       untrained     after 400
                target_encoder
                  k-NN                     0.312         0.441
                  linear                   0.412         0.541
                  RankMe                    41.0          67.0 of 192
                  feature deviation       0.0312        0.0312
                  mean cosine              0.750         0.750
                Features of 1,024 images; accuracy on 512 others, known to about 0.022; always \
                naming the most frequent class: 0.125.
                """)
    }

    @Test func withoutLabelsTheTableSaysWhyFiguresAreMissing() {
        let text = MonitorTable.text(untrained: nil, now: reading(step: 5, knn: nil, rankMe: 3))
        #expect(text.contains("knn and linear are left out: the images have no labels."))
        #expect(text.hasSuffix("Features of 1,024 images."))
        #expect(text.contains("RankMe                       ?           3.0 of 192"))
    }
}

/// Toy images that count how often one was asked for as it is.
private final class CountedImages: DataSource {
    static let descriptor = StageDescriptor(
        name: "counted_images", summary: "Counts.", parameters: ToyImages.descriptor.parameters)
    private let images: ToyImages
    private let counter = Mutex(0)

    init(parameters: StageParameters) throws { images = try ToyImages(parameters: parameters) }

    var count: Int { images.count }
    var imageShape: ImageShape { images.imageShape }
    var classNames: [String] { images.classNames }
    var plainLoads: Int { counter.withLock { $0 } }

    func fingerprint() throws -> String { try images.fingerprint() }

    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        if !request.isAugmented { counter.withLock { $0 += 1 } }
        return try images.load(request, into: views)
    }
}
