import JepaTraining
import Testing

/// The verdict as a function of the figures.
@Suite struct VerdictTests {
    /// A look at a network; what is not given is as in a healthy untrained one.
    private func look(
        _ step: Int, knn: Double? = 0.2, linear: Double? = 0.25, rank: Double = 12,
        cosine: Double = 0.9, share: Double? = 0.5, skill: Double? = 0, learnt: Bool = true,
        queries: Int = 400
    ) -> MonitorReading {
        MonitorReading(
            step: step,
            encoders: [
                EncoderReading(
                    encoder: "target_encoder", width: 128, knn: knn, linear: linear, rankMe: rank,
                    deviation: 0.3, cosine: cosine, omissions: [])
            ],
            losses: [
                LossReading(
                    loss: "loss", value: 0.4, targetVariance: 0.8, imageShare: share, skill: skill,
                    patchSkill: skill, targetsAreLearnt: learnt)
            ], majorityShare: 0.2, images: 600, queries: queries)
    }

    private func verdict(_ later: MonitorReading..., warmUp: Int = 0) -> Verdict {
        Verdict.judging([look(0)] + later, warmUp: warmUp)
    }

    // MARK: - Too early

    @Test func withoutTheUntrainedNetworkNothingIsSaid() {
        #expect(Verdict.judging([]).kind == .tooEarly)
        #expect(Verdict.judging([look(7, knn: 0.6, linear: 0.6)]).kind == .tooEarly)
        #expect(
            Verdict.judging([look(0)])
                == Verdict(.tooEarly, ["The features were not looked at again yet."]))
    }

    @Test func duringWarmUpOnlyClearThingsAreSaid() {
        let little = look(50, knn: 0.21)
        #expect(verdict(little, warmUp: 100).kind == .tooEarly)
        #expect(verdict(little, warmUp: 49).kind == .noBetter)
        #expect(verdict(look(50, knn: 0.4, linear: 0.4), warmUp: 100).kind == .learning)
        #expect(verdict(look(50, cosine: 0.99999), warmUp: 100).kind == .collapsed)
    }

    // MARK: - Accuracies

    @Test func accuraciesFarAboveUntrainedAreLearning() {
        let found = verdict(look(100, knn: 0.31, linear: 0.36, rank: 60, skill: 0.2))
        #expect(found.kind == .learning)
        #expect(found.cure == nil)
        #expect(
            found.evidence == [
                "K-NN of target_encoder rose: 0.200 untrained, 0.310 now (3.6 standard errors on 400 "
                    + "images).",
                "Linear accuracy of target_encoder rose: 0.250 untrained, 0.360 now (3.4 standard "
                    + "errors on 400 images).",
                "Predictions of loss take away 20 % of the loss of the mean target of each patch, "
                    + "which needs no look at the image.",
                "RankMe of target_encoder went from 12.0 to 60.0 of 128.",
            ])
    }

    @Test func givenWeightsHaveToBecomeBetterThemselves() {
        let now = look(100, knn: 0.31, linear: 0.36, rank: 60, skill: 0.2)
        let gained = Verdict.judging([look(0), now], given: look(0))
        #expect(gained.kind == .learning)
        #expect(
            gained.evidence.first
                == "K-NN of target_encoder rose: 0.200 with the weights given, 0.310 now (3.6 "
                + "standard errors on 400 images).")
        let kept = Verdict.judging([look(0), now], given: look(0, knn: 0.31, linear: 0.37))
        #expect(kept.kind == .stalled)
        #expect(
            kept.evidence.first
                == "K-NN of target_encoder hardly moved: 0.310 with the weights given, 0.310 now "
                + "(0.0 standard errors on 400 images).")
        #expect(kept.cure?.hasPrefix("train longer with a lower learning rate") == true)
    }

    @Test func pixelsThatTellMoreAreNamed() {
        let before = look(0)
        let start = MonitorReading(
            step: 0, encoders: before.encoders, pixels: PixelReading(knn: 0.35, linear: 0.3),
            losses: before.losses, majorityShare: 0.2, images: 600, queries: 400)
        let sentence =
            "Pixels at 16x16 without any network come to more: k-NN 0.350."
        let now = look(100, knn: 0.31, linear: 0.36)
        #expect(Verdict.judging([start, now]).evidence.contains(sentence))
        let more = look(100, knn: 0.36, linear: 0.36)
        #expect(!Verdict.judging([start, more]).evidence.contains(sentence))
    }

    @Test func predictionsBelowAGuessAreCalledWorse() {
        let found = verdict(look(100, knn: 0.31, linear: 0.36, skill: -0.17))
        #expect(
            found.evidence.contains(
                "Predictions of loss are 17 % worse than the mean target of each patch, which needs "
                    + "no look at the image."))
    }

    @Test func withoutLabelsPredictionsThatStillGetBetterAreToBeAwaited() {
        let start = look(0, knn: nil, linear: nil, skill: -3)
        let better = look(100, knn: nil, linear: nil, rank: 20, skill: -0.5)
        #expect(Verdict.judging([start, better]).kind == .tooEarly)
        let still = look(200, knn: nil, linear: nil, rank: 21, skill: -0.5)
        #expect(Verdict.judging([start, better, still]).kind == .stalled)
    }

    @Test func aRiseWithinChanceIsNone() {
        #expect(verdict(look(100, knn: 0.23, linear: 0.27)).kind == .noBetter)
        // The same rise is more than chance among many images.
        let many = [look(0, queries: 10_000), look(100, knn: 0.23, linear: 0.27, queries: 10_000)]
        #expect(Verdict.judging(many).kind == .learning)
    }

    @Test func oneAccuracyThatRisesWhileTheOtherFallsIsNoLearning() {
        #expect(verdict(look(100, knn: 0.40, linear: 0.17)).kind != .learning)
    }

    @Test func whatWasBetterAndFellBackHasStalled() {
        let found = verdict(
            look(100, knn: 0.36, linear: 0.40), look(200, knn: 0.25, linear: 0.28))
        #expect(found.kind == .stalled)
        #expect(found.evidence[0].hasPrefix("The accuracies were best after step 100 (0.380"))
        #expect(found.cure?.contains("checkpoint.best") == true)
        // Less than half of the gain lost is still a gain.
        let kept = verdict(
            look(100, knn: 0.45, linear: 0.50), look(200, knn: 0.37, linear: 0.42))
        #expect(kept.kind == .learning)
    }

    @Test func figuresThatAreThoseOfTheUntrainedNetworkHaveStalled() {
        let found = verdict(look(100))
        #expect(found.kind == .stalled)
        #expect(found.evidence[0].contains("nothing moves"))
    }

    // MARK: - Collapse

    @Test(arguments: [
        ("features all alike", 0.9999, 1.2, 0.5),
        ("targets without images", 0.9, 12.0, 0.005),
        ("one direction", 0.95, 1.3, 0.5),
    ])
    func whatTellsImagesApartNoMoreHasCollapsed(
        name: String, cosine: Double, rank: Double, share: Double
    ) {
        let found = verdict(
            look(100, knn: 0.2, linear: 0.2, rank: rank, cosine: cosine, share: share, skill: 0.9))
        #expect(found.kind == .collapsed, "\(name)")
        #expect(!found.evidence.isEmpty)
        #expect(found.cure != nil)
    }

    @Test func whatWasHardlyMoreThanOneDirectionUntrainedHasNotCollapsed() {
        let start = look(0, rank: 1.39)
        #expect(Verdict.judging([start, look(100, rank: 1.385)]).kind == .noBetter)
        #expect(Verdict.judging([start, look(100, rank: 1.1)]).kind == .collapsed)
        #expect(Verdict.judging([look(0, rank: 1), look(100, rank: 1)]).kind != .collapsed)
    }

    @Test func lostDirectionsArePartialCollapseUnlessAccuraciesRise() {
        #expect(verdict(look(100, knn: 0.19, linear: 0.2, rank: 6)).kind == .partialCollapse)
        let better = verdict(look(100, knn: 0.33, linear: 0.38, rank: 6))
        #expect(better.kind == .learning)
        #expect(better.evidence.contains { $0.contains("fewer directions") })
    }

    @Test func pixelsCannotCollapse() {
        let readings = [
            look(0, learnt: false), look(100, knn: 0.3, linear: 0.35, share: 0.001, learnt: false),
        ]
        #expect(Verdict.judging(readings).kind == .learning)
    }

    // MARK: - Without labels

    @Test func withoutLabelsThePredictionsDecide() {
        func judged(_ skill: Double?, rank: Double = 30) -> Verdict {
            Verdict.judging([
                look(0, knn: nil, linear: nil),
                look(100, knn: nil, linear: nil, rank: rank, skill: skill),
            ])
        }
        #expect(judged(0.3).kind == .learning)
        #expect(judged(0.3).evidence.last?.contains("no labels") == true)
        #expect(judged(0.01).kind == .stalled)
        #expect(judged(0.3, rank: 5).kind == .partialCollapse)
        #expect(judged(nil).kind == .tooEarly)
        #expect(judged(nil).cure?.contains("train.monitor.held_out") == true)
    }

    @Test func everyVerdictReadsAsText() {
        #expect(
            Verdict(.stalled, ["One.", "Two."], cure: "less").lines == [
                "verdict: stalled", "  - One.", "  - Two.", "  try first: less",
            ])
    }
}
