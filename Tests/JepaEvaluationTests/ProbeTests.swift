import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct ProbeTests {
    private func golden() throws -> (train: ProbeSet, test: ProbeSet, fixtures: Fixtures) {
        let fixtures = try Fixtures()
        return (try ProbeSet(fixtures.train), try ProbeSet(fixtures.test), fixtures)
    }

    @Test func neighboursAndRankAreTheGoldenOnes() throws {
        let (train, test, fixtures) = try golden()
        let figures = try NeighbourProbe(NearestNeighbours()).figures(train: train, test: test)
        #expect(figures.map(\.name) == ["knn", "rankme"])
        #expect(figures[0].value == fixtures.golden.knn.accuracy(20, weighted: true))
        expectClose(figures[1].value, fixtures.golden.rankme.value, within: 1e-3)
    }

    @Test func theLinearProbeHasTheGoldenAccuracy() throws {
        let (train, test, fixtures) = try golden()
        let figures = try LinearProbe(LogisticRegression()).figures(train: train, test: test)
        #expect(figures[0].value == fixtures.golden.logisticRegression.byC["1.0"]?.accuracy)
        let baselines = try LinearProbe(LogisticRegression()).baselines(train: train, test: test)
        #expect(baselines["linear, mean of classes"] == 1 / Double(fixtures.test.classes.count))
    }

    @Test func theMajorityIsThatOfTheTrainingImages() throws {
        let train = try ProbeSet(set([[1], [2], [3]], labels: [4, 4, 9]))
        let test = try ProbeSet(set([[1], [2], [3], [4]], labels: [9, 9, 9, 4]))
        let found = try LinearProbe(LogisticRegression()).baselines(train: train, test: test)
        #expect(found["linear"] == 0.25)
    }

    // MARK: - Standard errors

    /// Of many images that of the binomial distribution; of a few that are all right not zero.
    @Test(arguments: [
        (0.5, 10_000, 0.005), (0.1, 10_000, 0.003), (1.0, 10_000, 0.000141),
        (1.0, 6, 0.126491), (0.0, 6, 0.126491),
    ])
    func theStandardErrorOfAShare(share: Double, count: Int, expected: Double) {
        expectClose(shareError(share, of: count), expected, within: 0.01 * expected)
    }

    @Test func sharesOfTheTestImagesHaveAStandardError() throws {
        let (train, test, _) = try golden()
        let count = test.images.count
        let found = try [
            NeighbourProbe(NearestNeighbours()).figures(train: train, test: test),
            LinearProbe(LogisticRegression()).figures(train: train, test: test),
            LowShotProbe(LogisticRegression(), amounts: [.perClass(5)], seeds: [0, 1])
                .figures(train: train, test: test),
        ]
        for figures in found {
            #expect(figures[0].standardError == shareError(figures[0].value, of: count))
        }
        #expect(found[0][1].standardError == nil && found[1][1].standardError == nil)
    }

    // MARK: - Low-shot

    @Test func labelsAreDrawnClassByClass() {
        let labels = (0..<300).map { $0 % 3 == 0 ? 7 : 2 }
        let drawn = LowShotProbe.draw(.share(0.1), from: labels, seed: 1)
        #expect(drawn.count { labels[$0] == 7 } == 10)
        #expect(drawn.count { labels[$0] == 2 } == 20)
        #expect(drawn == drawn.sorted() && Set(drawn).count == 30)
        #expect(LowShotProbe.draw(.share(0.1), from: labels, seed: 1) == drawn)
        #expect(LowShotProbe.draw(.share(0.1), from: labels, seed: 2) != drawn)
        #expect(LowShotProbe.draw(.share(1e-6), from: labels, seed: 1).count == 2)
        #expect(LowShotProbe.draw(.perClass(150), from: labels, seed: 1).count == 250)
    }

    @Test func allLabelsGiveTheLinearProbeWithoutSpread() throws {
        let (train, test, fixtures) = try golden()
        let probe = try LowShotProbe(
            LogisticRegression(), amounts: [.share(1), .perClass(5)], seeds: [0, 1, 2])
        let figures = try probe.figures(train: train, test: test)
        #expect(figures.map(\.name) == ["linear, 100 %", "linear, 5 per class"])
        #expect(figures[0].value == fixtures.golden.logisticRegression.byC["1.0"]?.accuracy)
        #expect(figures[0].spread == 0)
        #expect(figures[1].value < figures[0].value)
        #expect((figures[1].spread ?? 0) > 0)
    }

    @Test(arguments: [
        (LowShotProbe.Amount.share(0.07), "7 %"), (.share(0.001), "0.1 %"),
        (.share(0.29), "29 %"), (.share(1), "100 %"), (.share(1.0 / 3), "33.33333333 %"),
        (.perClass(7), "7 per class"),
    ])
    func amountsAreWrittenAsTheyAreTyped(amount: LowShotProbe.Amount, words: String) {
        #expect(amount.words == words)
    }

    @Test func amountsOutOfRangeAreRefused() throws {
        expectError(.value, "the share of the labels is '1.5'; it is above 0 and at most 1") {
            try LowShotProbe(LogisticRegression(), amounts: [.share(1.5)], seeds: [0])
        }
        expectError(.value, "the number of labels per class is '0'; it is 1 or more") {
            try LowShotProbe(LogisticRegression(), amounts: [.perClass(0)], seeds: [0])
        }
        // They would have one name.
        expectError(.value, "the labels '7 %' are asked for twice; an amount counts once") {
            try LowShotProbe(
                LogisticRegression(), amounts: [.share(0.07), .perClass(7), .share(7.0 / 100)],
                seeds: [0])
        }
    }

    // MARK: - Values

    /// A value that is a linear function of the features, and classes that are its halves.
    private func measured(_ count: Int, seed: UInt64) throws -> ProbeSet {
        let features = noiseTable(count, 3, seed: seed)
        let values = (0..<count).map { row in
            2 + 3 * Double(features.pointer[row * 3]) - Double(features.pointer[row * 3 + 2])
        }
        return try ProbeSet(
            FeatureSet(features: features, labels: values.map { $0 > 2 ? 1 : 0 }), values: values)
    }

    @Test func aLinearQuantityIsFound() throws {
        let (train, test) = (try measured(200, seed: 3), try measured(100, seed: 4))
        let probe = ValueProbe(try LogisticRegression())
        let figures = try probe.figures(train: train, test: test)
        #expect(figures.map(\.name) == ["accuracy", "rmse", "mae", "r2"])
        #expect(figures[0].value > 0.95)
        #expect(figures[3].value > 0.999)
        let baselines = try probe.baselines(train: train, test: test)
        expectClose(baselines["r2"], 0, within: 0.1)
        #expect(baselines["rmse"]! > 10 * figures[1].value)
    }

    @Test func withoutClassesOnlyTheNumberIsAsked() throws {
        let (train, test) = (try measured(60, seed: 3), try measured(30, seed: 4))
        let bare = { (set: ProbeSet) in
            try ProbeSet(FeatureSet(features: set.images.features), values: set.values)
        }
        let figures = try ValueProbe(LogisticRegression())
            .figures(train: bare(train), test: bare(test))
        #expect(figures.map(\.name) == ["rmse", "mae", "r2"])
        expectError(.missing, "a regression needs a number per image, and the 60 images have none")
        {
            try ValueProbe(LogisticRegression())
                .figures(train: ProbeSet(bare(train).images), test: bare(test))
        }
        expectError(.data, "found 1 values for 60 images; each image needs one") {
            try ProbeSet(train.images, values: [1])
        }
    }

    @Test func noiseIsPenalisedMoreThanASignal() throws {
        let strengths = ValueProbe.strengths
        #expect(strengths == [0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6])
        let signal = try measured(100, seed: 5)
        let clear = try RidgeRegression(
            bestFor: signal.images, signal.values ?? [], among: strengths)
        #expect(clear.strength == 0.1)
        let blurred = try RidgeRegression(
            bestFor: FeatureSet(features: noiseTable(40, 30, seed: 6)),
            noise(40, seed: 7).map(Double.init), among: strengths)
        #expect(blurred.strength >= 100)
        expectError(.data, "found 1 image; cross-validation needs 2 or more") {
            try RidgeRegression(bestFor: set([[1]]), [1], among: strengths)
        }
    }
}

@Suite struct EvaluationRecordTests {
    private let record = EvaluationRecord(
        task: "linear", time: "2026-01-31T14:25:00Z", command: "jepa-pipe eval", version: "0.1.0",
        seconds: 1.5,
        encoder: .init(
            weights: "runs/x", network: "target encoder", step: nil, checksum: "0", sizes: "small"),
        data: .init(
            train: "a, 2 images", test: "b, 1 image", trainImages: 2, testImages: 1,
            classes: ["cat", "dog"], fingerprint: "f"),
        protocol: ["classifier": "any"],
        figures: [.init("linear", 0.5, untrained: 0.25)], notes: [])

    @Test func aRecordComesBackAsItWas() throws {
        let bytes = try JSONEncoder().encode(record)
        #expect(try JSONDecoder().decode(EvaluationRecord.self, from: bytes) == record)
    }

    /// The keys that readers of other programs rely on.
    @Test func theFileHasTheDocumentedKeys() throws {
        let root = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(record)) as? [String: Any])
        #expect(
            root.keys.sorted() == [
                "command", "data", "encoder", "figures", "format", "notes", "protocol", "seconds",
                "task", "time", "version",
            ])
        #expect(root["format"] as? String == "jepa-pipe evaluation 1")
        let figure = try #require((root["figures"] as? [[String: Any]])?.first)
        #expect(figure.keys.sorted() == ["isBetterHigher", "name", "untrained", "value"])
        let encoder = try #require(root["encoder"] as? [String: Any])
        #expect(encoder.keys.sorted() == ["checksum", "network", "sizes", "weights"])
    }
}
