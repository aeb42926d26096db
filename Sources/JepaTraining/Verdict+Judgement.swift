import JepaCore

extension Verdict {
    /// What the looks at a run say of it.
    ///
    /// A pure function of the figures. Collapse is asked first, since other figures mean little then;
    /// accuracies decide where there are labels, and the predictions where there are none.
    ///
    /// - Parameters:
    ///   - readings: In the order of their steps; without one of step 0 nothing can be compared.
    ///   - given: A look at the weights that the run began with instead of random ones.
    ///   - warmUp: Steps in which the learning rate still rises; too early for anything but a
    ///     collapse.
    package static func judging(
        _ readings: [MonitorReading], given: MonitorReading? = nil, warmUp: Int = 0
    ) -> Verdict {
        guard let start = readings.first, start.step == 0, let before = start.judged else {
            return Verdict(
                .tooEarly, ["The untrained network was not looked at: nothing can be compared."])
        }
        guard let now = readings.last, now.step > 0, let after = now.judged,
            after.encoder == before.encoder
        else {
            return Verdict(.tooEarly, ["The features were not looked at again yet."])
        }
        let signs = CollapseSigns(start, now)
        let accuracy = AccuracyGain(before, after, queries: now.queries)
        if signs.areComplete {
            return Verdict(
                .collapsed, signs.sentences,
                cure: signs.imagesAreTheSame ? Cure.sameImages : Cure.collapse)
        }
        if hasNotMoved(start, now) {
            return Verdict(
                .stalled,
                [
                    "Every figure of \(after.encoder) is that of the untrained network: nothing moves."
                ],
                cure: Cure.unmoved)
        }
        if signs.arePartial, !(accuracy?.isBetter ?? false) {
            return Verdict(
                .partialCollapse, signs.sentences + (accuracy?.sentences ?? []), cure: Cure.collapse
            )
        }
        if now.step <= warmUp, accuracy?.isBetter != true {
            return Verdict(
                .tooEarly,
                [
                    "The learning rate has only just risen: \(now.step) of \(warmUp) steps of warm-up."
                ]
                    + (accuracy?.sentences ?? []))
        }
        if let accuracy {
            let since = given?.encoder(after.encoder).flatMap {
                AccuracyGain($0, after, queries: now.queries, before: "with the weights given")
            }
            return judging(accuracy, since: since, signs, among: readings)
        }
        return judgingWithoutLabels(signs, readings[readings.count - 2], now)
    }

    /// The verdict where accuracies are known and nothing has collapsed.
    private static func judging(
        _ accuracy: AccuracyGain, since: AccuracyGain?, _ signs: CollapseSigns,
        among readings: [MonitorReading]
    ) -> Verdict {
        let warnings = signs.arePartial ? signs.sentences : []
        if let fall = accuracy.fall(from: readings) {
            return Verdict(
                .stalled, [fall] + accuracy.sentences + warnings, cure: Cure.fallenBack)
        }
        if let since, accuracy.isBetter, !since.isBetter {
            return Verdict(
                .stalled, since.sentences + accuracy.sentences + warnings, cure: Cure.notBeyond)
        }
        if accuracy.isBetter {
            let pixels = accuracy.comparison(with: readings.first?.pixels)
            return Verdict(
                .learning,
                (since?.sentences ?? []) + accuracy.sentences + pixels + signs.remarks + warnings)
        }
        return Verdict(
            .noBetter, accuracy.sentences + signs.remarks,
            cure: signs.isPredicting ? Cure.noBetter : Cure.nothingPredicted)
    }

    /// The verdict by what is predicted, and by what was predicted at the look before.
    private static func judgingWithoutLabels(
        _ signs: CollapseSigns, _ before: MonitorReading, _ now: MonitorReading
    ) -> Verdict {
        let note = "There are no labels; how useful the features are is not known."
        guard let skill = now.losses.compactMap(\.patchSkill).max() else {
            return Verdict(
                .tooEarly,
                signs.remarks + ["Nor is a loss on predicted patches: only a collapse would show."]
                    + [note], cure: Cure.nothingToJudgeBy)
        }
        if skill >= VerdictThresholds.patchSkill {
            return Verdict(.learning, signs.remarks + [note])
        }
        if let old = before.losses.compactMap(\.patchSkill).max(),
            skill - old >= VerdictThresholds.patchSkill
        {
            return Verdict(
                .tooEarly, signs.remarks + ["The predictions are still getting better.", note])
        }
        return Verdict(.stalled, signs.remarks + [note], cure: Cure.nothingPredicted)
    }

    /// Whether all figures are as they were before the first step.
    private static func hasNotMoved(_ start: MonitorReading, _ now: MonitorReading) -> Bool {
        let old = Dictionary(
            (start.judged?.figures ?? []).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        return (now.judged?.figures ?? []).allSatisfy { figure in
            guard let before = old[figure.name] else { return true }
            return abs(figure.value - before)
                <= VerdictThresholds.unmoved * max(abs(before), abs(figure.value))
        }
    }

    /// What to try first.
    private enum Cure {
        static let collapse =
            "see that the targets come from an 'ema' encoder, which no gradient enters; then add a "
            + "variance_covariance loss on the context tokens with the weight 0.2, or, if there is "
            + "one, lower the learning rate threefold"
        static let sameImages =
            "look at the images, such as by 'jepa-pipe masks FILE --out masks.png'"
        static let unmoved =
            "check that the learning rate is above 0, the EMA momentum below 1, and that a loss reaches "
            + "the encoder"
        static let fallenBack =
            "keep the best checkpoint with 'train.checkpoint.best: linear', and train with a lower "
            + "learning rate or fewer epochs"
        static let notBeyond =
            "train longer with a lower learning rate: a high one first undoes what the given weights "
            + "know"
        static let noBetter =
            "train longer; then add a variance_covariance loss on the context tokens with the weight "
            + "0.2, or, if there is one, vary the learning rate by a factor of three either way"
        static let nothingToJudgeBy =
            "name a few hundred images with classes as 'train.monitor.held_out', or look at what "
            + "'jepa-pipe search' and 'jepa-pipe pictures' find"
        static let nothingPredicted =
            "nothing is predicted from the image yet: train longer or raise the learning rate "
            + "threefold, and check by 'jepa-pipe masks' that a context shows enough of the image"
    }
}
