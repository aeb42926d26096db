import Foundation
import JepaCore
import JepaPipeCLI
import JepaTensor
import JepaTestSupport
import Testing

/// Linear classifiers that are trained side by side.
@Suite struct LinearHeadsTests {
    private func heads(
        _ setting: LinearHeads.Setting, rule: LinearHeads.Rule = .sgd, classes: Int, width: Int
    ) throws -> LinearHeads {
        try LinearHeads(
            [setting], rule: rule, batchSize: 256, classes: classes, layerWidth: width, layers: 1)
    }

    /// As wherever classes are named, so that the same logits give the same figure.
    @Test func ofEqualLogitsTheLowerClassWins() throws {
        let setting = LinearHeads.Setting(
            layers: 1, isNormalised: false, learningRate: 0.1, weightDecay: 0)
        let heads = try heads(setting, classes: 3, width: 2)
        // Without features only the biases are left, which begin at zero.
        let features = Tensor(repeating: 0, shape: [4, 2])
        let scores = heads.scores(features, labels: [0, 0, 0, 2])
        #expect(scores.map(\.accuracy) == [0.75])
        #expect(abs(scores[0].loss - log(3)) < 1e-6)
    }

    /// By their own batch, two images of one class would lie on both sides of 0.
    @Test func imagesAreJudgedByRunningMeans() throws {
        var heads = try heads(
            .init(layers: 1, isNormalised: true, learningRate: 1, weightDecay: 0), classes: 2,
            width: 1)
        for index in 0..<40 {
            _ = try heads.step(
                Tensor([-1, 1], shape: [2, 1]), labels: [0, 1],
                at: StepInfo(index: index, total: 40, warmUp: 0, batchSize: 2, seed: 0))
        }
        let scores = heads.scores(Tensor([3, 5], shape: [2, 1]), labels: [1, 1])
        #expect(scores.map(\.accuracy) == [1])
    }

    @Test(arguments: [(LinearHeads.Rule.sgd, 1.0), (.lars, 2.0)])
    func theRateFallsThreeTimes(rule: LinearHeads.Rule, first: Double) throws {
        let optimizer = try LinearHeads.optimizer(
            rule, .init(layers: 1, isNormalised: false, learningRate: 2, weightDecay: 0.5),
            batchSize: 128)
        let rates = try (0..<10).map { index in
            let figures = try optimizer.update(
                [], at: StepInfo(index: index, total: 10, warmUp: 0, batchSize: 128, seed: 0))
            #expect(figures.first { $0.name == "weight_decay" }?.value == 0.5)
            return try #require(figures.first { $0.name == "lr" }).value
        }
        for (place, rate) in rates.enumerated() {
            #expect(abs(rate / (first / pow(10, Double(place / 3))) - 1) < 1e-12, "\(place)")
        }
    }

    @Test func aRateBeyondReasonIsRefused() {
        #expect {
            try LinearHeads.optimizer(
                .sgd, .init(layers: 1, isNormalised: false, learningRate: 500, weightDecay: 0),
                batchSize: 1024)
        } throws: { error in
            (error as? PipelineError)?.message
                == "the learning rate 500.0 of '--lr' comes to 2000.0 for 1024 images a batch; "
                + "allowed is 1000"
        }
    }

    /// A hundred steps are few: low rates leave small weights where they are.
    @Test(arguments: LinearHeads.Rule.allCases)
    func theStandardRatesSuitFewImages(rule: LinearHeads.Rule) throws {
        var random = StageRandom(seed: 1, purpose: "test")
        func images(_ count: Int) -> (features: Tensor, labels: [Int]) {
            let labels = (0..<count).map { $0 % 4 }
            let values = labels.flatMap { label in
                (0..<8).map { Float(random.uniform(in: -1...1)) + ($0 == label ? 2 : 0) }
            }
            return (Tensor(values, shape: [count, 8]), labels)
        }
        var options = LinearTrainingOptions()
        options.rule = rule
        options.batchSize = 64
        var heads = try LinearHeads(
            options.settings(layers: [1]), rule: rule, batchSize: 64, classes: 4, layerWidth: 8,
            layers: 1)
        for index in 0..<100 {
            let batch = images(64)
            let losses = try heads.step(
                batch.features, labels: batch.labels,
                at: StepInfo(index: index, total: 100, warmUp: 0, batchSize: 64, seed: 0))
            // Two normalisations, two weight decays.
            #expect(losses.count == 4 * rule.standardRates.count)
        }
        let test = images(200)
        let scores = heads.scores(test.features, labels: test.labels)
        #expect(scores.map(\.accuracy).max() ?? 0 > 0.9)
    }
}

@Suite struct BatchNormalisationTests {
    @Test func runningMeansMoveATenthOfTheWay() {
        var normalisation = BatchNormalisation(width: 2)
        let first = normalisation.train(Tensor([1, 0, 3, 0], shape: [2, 2]))
        expectEqual(first, [-1, 0, 1, 0], shape: [2, 2], .absolute(1e-6))
        // Means 2 and 0, variances over n - 1 of 2 and 0.
        #expect(normalisation.mean == [0.2, 0])
        expectSame(normalisation.variance, [1.1, 0.9])
        _ = normalisation.train(Tensor([0, 4, 6, 4], shape: [2, 2]))
        expectSame(normalisation.mean, [0.2 + 0.1 * 2.8, 0.4])
        expectSame(normalisation.variance, [1.1 + 0.1 * 16.9, 0.81])
        let judged = normalisation(Tensor([0.48, 1.3], shape: [1, 2]))
        expectEqual(judged, [0, 1], shape: [1, 2], .absolute(1e-5))
    }

    @Test func oneImageIsNoBatch() {
        var normalisation = BatchNormalisation(width: 1)
        let rows = Tensor([3], shape: [1, 1])
        expectEqual(normalisation.train(rows), [3], shape: [1, 1], .absolute(1e-5))
        #expect(normalisation.mean == [0] && normalisation.variance == [1])
    }

    private func expectSame(_ found: [Double], _ expected: [Double]) {
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found)")
    }
}

/// Which classifier of a sweep counts.
@Suite struct HeadChoiceTests {
    private func settings(_ rates: [Double]) -> [LinearHeads.Setting] {
        rates.map {
            .init(layers: 1, isNormalised: false, learningRate: $0, weightDecay: 0)
        }
    }

    private func scores(_ accuracies: [Double], losses: [Double]? = nil) -> [LinearHeads.Score] {
        zip(accuracies, losses ?? accuracies.map { 1 - $0 }).map { .init(accuracy: $0, loss: $1) }
    }

    @Test(arguments: [
        ([0.1, 0.7, 0.6, 0.2], [1.0, 2, 0.5, 1], 1), ([0.1, 0.7, 0.7, 0.2], [1, 2, 0.5, 1], 2),
        ([0.7, 0.7, 0.7, 0.7], [2, 2, 3, 2], 0), ([0.7, 0.7, 0.7, 0.7], [.nan, .nan, 9, .nan], 2),
    ])
    func theMostAccurateCountsThenTheSurest(
        accuracies: [Double], losses: [Double], expected: Int
    ) {
        let choice = HeadChoice(
            settings([3, 1, 2, 4]), heldOut: scores(accuracies, losses: losses))
        #expect(choice.place == expected)
        #expect(choice.forms.map(\.place) == [expected])
    }

    @Test func everyFormHasABestOfItsOwn() {
        var options = LinearTrainingOptions()
        options.rates = [1, 2]
        options.decays = [0]
        let all = options.settings(layers: [1, 4])
        let choice = HeadChoice(all, heldOut: scores([0.1, 0.2, 0.4, 0.3, 0.9, 0.8, 0.5, 0.6]))
        #expect(choice.place == 4)
        #expect(choice.forms.map(\.place) == [1, 2, 4, 7])
        #expect(
            choice.forms.map(\.name) == [
                "last layer", "last layer, batch norm", "4 layers", "4 layers, batch norm",
            ])
    }

    @Test(arguments: [
        ([1.0, 2, 3], [0.1, 0.2, 0.3], HeadChoice.End.highest),
        ([3, 2, 1], [0.3, 0.2, 0.1], .highest), ([1, 2, 3], [0.3, 0.2, 0.1], .lowest),
        ([1, 2, 3], [0.1, 0.3, 0.2], nil),
        // Another rate is as good.
        ([1, 2, 3], [0.3, 0.3, 0.1], nil),
        // There is nothing to compare with.
        ([2, 2], [0.1, 0.3], nil),
    ])
    func anEndOfTheSweepIsSeen(rates: [Double], heldOut: [Double], end: HeadChoice.End?) {
        #expect(HeadChoice(settings(rates), heldOut: scores(heldOut)).end == end)
    }

    @Test(arguments: [(2, 1), (19, 1), (25, 2), (200, 20)])
    func aTenthIsHeldOut(count: Int, expected: Int) throws {
        let tenth = try HeldOutTenth(of: count)
        #expect(tenth.held.count == expected)
        #expect((tenth.held + tenth.fitted).sorted() == Array(0..<count))
    }

    @Test func oneImageCannotBeParted() {
        #expect {
            try HeldOutTenth(of: 1)
        } throws: { error in
            (error as? PipelineError)?.message
                == "one training image is too few to hold some of them out"
        }
    }
}

@Suite struct LossCautionTests {
    private func caution(_ loss: Double, _ labels: [Int] = [0, 0, 0, 1]) -> String? {
        LossCaution.text(loss: loss, labels: labels, classes: 2, of: "the network")
    }

    @Test func aLossThatStaysIsTold() {
        // -0.75 log 0.75 - 0.25 log 0.25
        #expect(
            caution(0.55)
                == "The loss of the network ended at 0.550, and an answer without image has 0.562: "
                + "it has learnt next to nothing, which says little of the features. Higher "
                + "learning rates (--lr) or more epochs may help.")
        // Even chances, with which small random weights begin.
        #expect(caution(0.693)?.contains("0.693, and an answer without image has 0.562") == true)
    }

    @Test(arguments: [0.5, 0.1, 0.8, 5, .nan])
    func anyOtherLossIsNot(loss: Double) { #expect(caution(loss) == nil) }

    @Test func oneClassLeavesNothingToLearn() { #expect(caution(0.5, [1, 1]) == nil) }
}
