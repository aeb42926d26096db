import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct LogisticRegressionTests {
    @Test(arguments: [("0.01", 0.01), ("1.0", 1.0)])
    func lossAndAccuracyAreTheGoldenOnes(name: String, c: Double) throws {
        let fixtures = try Fixtures()
        let golden = try #require(fixtures.golden.logisticRegression.byC[name])
        let probe = try LogisticRegression(inverseRegularisation: c).fit(fixtures.train)
        #expect(probe.converged)
        // The golden search stopped at scikit-learn's own tolerance, some 3e-6 above the minimum.
        expectClose(probe.loss, golden.trainLoss, within: 1e-4)
        #expect(try probe.classify(fixtures.test).accuracy == golden.accuracy)
    }

    /// The peer searched to a tolerance of 1e-10, so only float32 stands between the two.
    @Test(arguments: [("standardised_C1", 1.0, true), ("raw_C0.1", 0.1, false)])
    func theMinimumIsTheOneThePeerFinds(name: String, c: Double, standardise: Bool) throws {
        let fixtures = try Fixtures()
        let peer = try #require(fixtures.peer.logistic[name])
        let probe = try LogisticRegression(inverseRegularisation: c, standardise: standardise)
            .fit(fixtures.train)
        expectClose(probe.loss, peer.trainLoss, within: 2e-6)
        expectClose(try probe.loss(on: fixtures.test), peer.testLoss, within: 1e-5)
        expectClose(try probe.loss(on: fixtures.train), probe.loss, within: 1e-7)
        #expect(try probe.classify(fixtures.test).accuracy == peer.accuracy)
    }

    @Test func separableImagesAreAllNamedCorrectly() throws {
        let images = try set([[0, 1], [0.1, 1], [1, 0], [1, 0.1]], labels: [2, 2, 9, 9])
        let probe = try LogisticRegression().fit(images)
        #expect(probe.classes == [2, 9])
        #expect(probe.weights.shape == [2, 2])
        #expect(try probe.classify(images).accuracy == 1)
    }

    @Test func equalFeaturesPredictTheClassFrequencies() throws {
        let images = try set([[3, 3], [3, 3], [3, 3], [3, 3]], labels: [0, 1, 1, 1])
        let probe = try LogisticRegression().fit(images)
        let entropy = -(0.25 * log(0.25) + 0.75 * log(0.75))
        expectClose(probe.loss, entropy, within: 1e-6)
        #expect(try probe.classify(images).predictions == [1, 1, 1, 1])
    }

    @Test func aConstantDimensionChangesNothing() throws {
        let narrow = try set([[0.3], [-0.4], [0.1], [0.8]], labels: [0, 1, 1, 0])
        let wide = try set(
            [[0.3, 0.1], [-0.4, 0.1], [0.1, 0.1], [0.8, 0.1]], labels: [0, 1, 1, 0])
        let probe = try LogisticRegression()
        expectClose(try probe.fit(wide).loss, try probe.fit(narrow).loss, within: 1e-7)
    }

    @Test func roundingInAConstantDimensionIsNoFeature() throws {
        // One step of float32 around 1000, in time with the labels.
        let step = Float(1000).ulp
        let rows = [[0.3, 1000], [-0.4, 1000 + step], [0.1, 1000 + step], [0.8, 1000]]
        let probe = try LogisticRegression().fit(set(rows, labels: [0, 1, 1, 0]))
        let narrow = try LogisticRegression()
            .fit(set(rows.map { [$0[0]] }, labels: [0, 1, 1, 0]))
        expectClose(probe.loss, narrow.loss, within: 1e-7)
    }

    @Test func anUnfinishedSearchSaysSo() throws {
        let fixtures = try Fixtures()
        let probe = try LogisticRegression(maxIterations: 2).fit(fixtures.train)
        #expect(!probe.converged)
        #expect(probe.iterations == 2)
    }

    @Test func whatCannotBeComputedIsRefused() throws {
        expectError(.missing, "logistic regression needs labels, and the 1 images have none") {
            try LogisticRegression().fit(set([[1]]))
        }
        expectError(
            .data,
            "all 2 training images have the label '4'; logistic regression needs 2 classes or more"
        ) { try LogisticRegression().fit(set([[1], [2]], labels: [4, 4])) }
        expectError(.value, "the inverse regularisation is '0.0'; it has to be above 0") {
            try LogisticRegression(inverseRegularisation: 0)
        }
        expectError(.value, "the number of iterations is '0'; it is 1 or more") {
            try LogisticRegression(maxIterations: 0)
        }
        let probe = try LogisticRegression().fit(set([[1], [2]], labels: [0, 1]))
        expectError(.data, "the classifier was fitted to 1 dimensions; found 2") {
            try probe.logits(of: set([[1, 2]]))
        }
        expectError(.data, "the label '2' does not occur among the training images") {
            try probe.loss(on: set([[1]], labels: [2]))
        }
        expectError(
            .missing, "the accuracy of a linear probe needs labels, and the 1 images have none"
        ) { try probe.classify(set([[1]])) }
    }
}

@Suite struct LBFGSTests {
    @Test func findsTheMinimumOfACurvedValley() {
        // Rosenbrock's function: the minimum 0 lies at (1, 1), at the end of a bent valley.
        let found = LBFGS(maxIterations: 200, tolerance: 1e-16)
            .minimise(from: [-1.2, 1]) { p in
                let (a, b) = (1 - p[0], p[1] - p[0] * p[0])
                return (a * a + 100 * b * b, [-2 * a - 400 * p[0] * b, 200 * b])
            }
        #expect(found.converged)
        expectClose(found.point, [1, 1], within: 1e-6)
    }

    @Test func aStartAtTheMinimumTakesNoStep() {
        let found = LBFGS().minimise(from: [0]) { ($0[0] * $0[0], [2 * $0[0]]) }
        #expect(found.converged)
        #expect(found.iterations == 0)
    }

    @Test func stepsThatLeaveTheDomainAreShortened() {
        // The value is NaN for negative arguments; the minimum of x - log x is at 1.
        let found = LBFGS(tolerance: 1e-14).minimise(from: [0.01]) {
            ($0[0] - log($0[0]), [1 - 1 / $0[0]])
        }
        expectClose(found.point, [1], within: 1e-5)
    }

    @Test func exhaustedIterationsAreNotConvergence() {
        let found = LBFGS(maxIterations: 1).minimise(from: [3, 1]) {
            ($0[0] * $0[0] + 50 * $0[1] * $0[1], [2 * $0[0], 100 * $0[1]])
        }
        #expect(!found.converged)
    }
}
