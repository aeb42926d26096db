import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct RidgeRegressionTests {
    @Test(arguments: [("standardised_10", 10.0, true), ("raw_0", 0.0, false)])
    func figuresAgreeWithThePeer(name: String, strength: Double, standardise: Bool) throws {
        let fixtures = try Fixtures()
        let values = fixtures.peer.values
        let peer = try #require(fixtures.peer.ridge[name])
        let fitted = try RidgeRegression(strength: strength, standardise: standardise)
            .fit(fixtures.train, to: values.train)
        let found = try fitted.evaluate(fixtures.test, against: values.test)
        // Standardised features are stored as float32.
        expectClose(found.r2, peer.r2, within: 1e-6)
        expectClose(found.rmse, peer.rmse, within: 1e-6)
        expectClose(found.mae, peer.mae, within: 1e-6)
        expectClose(fitted.bias, peer.intercept, within: 1e-6)
        expectClose(
            try fitted.predict(fixtures.test)[0], peer.firstPrediction,
            within: 1e-6)
    }

    @Test func anExactLineIsFoundExactly() throws {
        let line = try set([[0], [1], [2], [3]])
        let fitted = try RidgeRegression(strength: 0, standardise: false)
            .fit(line, to: [1, 3, 5, 7])
        expectClose(fitted.weights, [2], within: 1e-12)
        expectClose(fitted.bias, 1, within: 1e-12)
        expectClose(try fitted.evaluate(line, against: [1, 3, 5, 7]).r2, 1, within: 1e-12)
    }

    @Test func aStrongPenaltyLeavesTheMean() throws {
        let line = try set([[0], [1], [2]])
        let fitted = try RidgeRegression(strength: 1e12).fit(line, to: [0, 1, 5])
        expectClose(try fitted.predict(line), [2, 2, 2], within: 1e-9)
    }

    @Test func fewerImagesThanDimensionsNeedAPenalty() throws {
        let wide = try FeatureSet(features: noiseTable(3, 5))
        let fitted = try RidgeRegression(strength: 0.1).fit(wide, to: [1, 2, 3])
        #expect(fitted.weights.allSatisfy { $0.isFinite })
        #expect(throws: PipelineError.self) {
            try RidgeRegression(strength: 0).fit(
                set([[1, 2], [2, 4], [3, 6]]), to: [1, 2, 3])
        }
    }

    @Test func figuresOfKnownErrors() {
        let found = RegressionFigures(predictions: [1, 2, 6], values: [1, 3, 5])
        expectClose(found.r2, 1 - 2.0 / 8, within: 1e-15)
        expectClose(found.rmse, (2.0 / 3).squareRoot(), within: 1e-15)
        expectClose(found.mae, 2.0 / 3, within: 1e-15)
        #expect(RegressionFigures(predictions: [1, 2], values: [3, 3]).r2 == nil)
    }

    @Test func whatCannotBeComputedIsRefused() throws {
        let images = try set([[1], [2]])
        expectError(.value, "the strength is '-1.0'; it is 0 or more") {
            try RidgeRegression(strength: -1)
        }
        expectError(.data, "found 1 values for 2 images; each image needs one") {
            try RidgeRegression().fit(images, to: [1])
        }
        expectError(.notFinite, "image 1 has the value 'nan'; it has to be finite") {
            try RidgeRegression().fit(images, to: [1, .nan])
        }
        expectError(.data, "the regression was fitted to 1 dimensions; found 2") {
            try RidgeRegression().fit(images, to: [1, 2]).predict(set([[1, 2]]))
        }
    }
}
