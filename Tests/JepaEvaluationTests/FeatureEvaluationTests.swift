import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct FeatureEvaluationTests {
    @Test func reportHoldsTheFiguresOfItsParts() throws {
        let fixtures = try Fixtures()
        let report = try FeatureEvaluation.standard()
            .report(train: fixtures.train, test: fixtures.test)
        #expect(report.figures.map(\.name) == FeatureReport.names)
        #expect(report.knn == fixtures.golden.knn.k20Weighted)
        #expect(report.omissions.isEmpty)
        expectClose(
            report.figures.map(\.value),
            [
                0.6616666666666666, 0.8966666666666666, 21.931028096927015, 1.2587792702352487,
                0.02231126372763462,
            ], within: 1e-5)
    }

    @Test func withoutLabelsTheFiguresThatNeedNoneRemain() throws {
        let bare = try FeatureSet(features: noiseTable(6, 3))
        let report = try FeatureEvaluation.standard().report(train: bare, test: bare)
        #expect(report.figures.map(\.name) == ["rankme", "feature_std", "mean_cosine"])
        #expect(report.omissions == ["knn and linear are left out: the images have no labels."])
    }

    @Test func oneClassLeavesNothingToTellApart() throws {
        let same = try FeatureSet(features: noiseTable(3, 2), labels: [1, 1, 1])
        let report = try FeatureEvaluation.standard().report(train: same, test: same)
        #expect(report.figures.map(\.name) == ["rankme", "feature_std", "mean_cosine"])
        #expect(
            report.omissions
                == ["knn and linear are left out: the training images are all of one class."])
    }

    @Test func aSingleImageHasNoCosine() throws {
        let one = try set([[1, 2]], labels: [0])
        let report = try FeatureEvaluation(nearestNeighbours: nil, logisticRegression: nil)
            .report(train: one, test: one)
        #expect(report.figures.map(\.name) == ["rankme", "feature_std"])
        #expect(report.omissions == ["mean_cosine is left out: it needs 2 images or more."])
    }

    @Test func aSmallBankAndAShortSearchAreMentioned() throws {
        let images = try FeatureSet(features: noiseTable(12, 3), labels: (0..<12).map { $0 % 3 })
        let report = try FeatureEvaluation(
            nearestNeighbours: NearestNeighbours(),
            logisticRegression: LogisticRegression(maxIterations: 1)
        ).report(train: images, test: images)
        #expect(
            report.omissions == [
                "knn has 12 neighbours instead of 20: there are no more training images.",
                "linear did not reach its minimum in 1 steps.",
            ])
    }

    @Test func collapsedFeaturesAreReportedAsSuch() throws {
        let flat = try FeatureSet(
            features: Tensor(repeating: 0.3, shape: [8, 4]), labels: (0..<8).map { $0 % 2 })
        let report = try FeatureEvaluation.standard().report(train: flat, test: flat)
        expectClose(
            report.figures.map(\.value), [0.5, 0.5, 1, 0, 1], within: 1e-4)
    }
}
