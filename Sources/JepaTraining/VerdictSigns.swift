import JepaCore

/// What is left of the differences between images, in the features and in the targets.
struct CollapseSigns {
    private let encoder: String
    private let width: Int
    private let rank: (before: Double, now: Double)
    private let cosine: (before: Double, now: Double)?
    private let targets: (loss: String, before: LossReading, now: LossReading)?
    private let prediction: LossReading?

    /// The signs of the judged encoder, and of the learnt targets that have lost most.
    init(_ start: MonitorReading, _ now: MonitorReading) {
        guard let before = start.judged, let after = now.judged else {
            fatalError("signs need the figures of an encoder")
        }
        (encoder, width) = (after.encoder, after.width)
        rank = (before.rankMe, after.rankMe)
        if let old = before.cosine, let new = after.cosine {
            cosine = (old, new)
        } else {
            cosine = nil
        }
        prediction = now.losses.first { $0.patchSkill != nil } ?? now.losses.first
        let learnt = now.losses.filter { $0.targetsAreLearnt && $0.imageVariance != nil }
        targets = learnt.compactMap { loss in
            start.loss(loss.loss).map { (loss.loss, $0, loss) }
        }.min { Self.ratio($0.1, $0.2) < Self.ratio($1.1, $1.2) }
    }

    private static func ratio(_ before: LossReading, _ now: LossReading) -> Double {
        (now.imageVariance ?? 0) / max(before.imageVariance ?? 0, 1e-12)
    }

    /// The spread of the features beside the untrained spread.
    private var spread: Double? { cosine.map { (1 - $0.now) / max(1 - $0.before, 1e-12) } }

    private var targetRatio: Double? { targets.map { Self.ratio($0.before, $0.now) } }

    /// Whether images could not even be told apart untrained: they are all the same.
    var imagesAreTheSame: Bool {
        cosine.map { 1 - $0.before < VerdictThresholds.sameImages } ?? false
    }

    /// Whether images can hardly be told apart any more.
    var areComplete: Bool {
        imagesAreTheSame || (cosine.map { 1 - $0.now < VerdictThresholds.sameImages } ?? false)
            || (spread ?? 1) < VerdictThresholds.collapsedSpread
            || (targetRatio ?? 1) < VerdictThresholds.collapsedTargets
            || isOneDirection
    }

    /// Whether the features are hardly more than one direction, and were more untrained. The least
    /// that RankMe can be is 1, so what is above that is compared.
    private var isOneDirection: Bool {
        rank.now < VerdictThresholds.collapsedRank
            && rank.now - 1 < VerdictThresholds.partialRank * (rank.before - 1)
    }

    /// Whether much of what told images apart has gone.
    var arePartial: Bool {
        rank.now < VerdictThresholds.partialRank * rank.before
            || (targetRatio ?? 1) < VerdictThresholds.partialTargets
    }

    /// Whether anything is predicted from the image.
    var isPredicting: Bool {
        prediction?.patchSkill.map { $0 >= VerdictThresholds.patchSkill } ?? true
    }

    /// The signs in words, those that say something is lost.
    var sentences: [String] {
        var lines: [String] = []
        if imagesAreTheSame {
            lines.append(
                "Even the untrained network gives the same features for different images: the "
                    + "images look all the same.")
            return lines
        }
        if rank.now < VerdictThresholds.partialRank * rank.before || isOneDirection {
            lines.append(
                "RankMe of \(encoder) fell from \(count(rank.before)) to \(count(rank.now)): its "
                    + "features use fewer directions than untrained.")
        }
        if let cosine, let spread, spread < 0.5 {
            lines.append(
                "The mean cosine of different images rose from \(decimal(cosine.before, 4)) to "
                    + "\(decimal(cosine.now, 4)); 1 would be all the same.")
        }
        if let targets, let ratio = targetRatio, ratio < VerdictThresholds.partialTargets {
            lines.append(
                "The targets of \(targets.loss) keep \(roughly(ratio)) of the variance between "
                    + "images that they had untrained.")
        }
        return lines
    }

    /// How the loss of the predictions compares with that of a guess.
    private static func remark(
        _ prediction: LossReading, _ skill: Double, _ guess: String
    ) -> String {
        skill >= 0
            ? "Predictions of \(prediction.loss) take away \(roughly(skill)) of the loss of \(guess)."
            : "Predictions of \(prediction.loss) are \(roughly(-skill)) worse than \(guess)."
    }

    /// What else is worth knowing.
    var remarks: [String] {
        var lines: [String] = []
        if let prediction, let skill = prediction.patchSkill {
            lines.append(
                Self.remark(
                    prediction, skill,
                    "the mean target of each patch, which needs no look at the image"))
        } else if let prediction, let skill = prediction.skill {
            lines.append(Self.remark(prediction, skill, "the mean target"))
        }
        if rank.now >= VerdictThresholds.partialRank * rank.before {
            lines.append(
                "RankMe of \(encoder) went from \(count(rank.before)) to \(count(rank.now)) of "
                    + "\(width).")
        }
        return lines
    }
}

/// How accuracies compare with those of the untrained network.
struct AccuracyGain {
    /// One accuracy.
    private struct Change {
        let title: String
        let before: Double
        let now: Double
        let queries: Int

        /// The standard error of the difference if the two accuracies were of different images, so
        /// that no change is taken for larger than it is.
        var error: Double { AccuracyGain.error(before, now, queries) }
        var errors: Double { (now - before) / error }
    }

    private let encoder: String
    private let changes: [Change]
    private let after: EncoderReading
    private let queries: Int
    private let start: String

    /// The gain; nil without labels.
    ///
    /// - Parameter start: What the features were like before, in words.
    init?(
        _ before: EncoderReading, _ after: EncoderReading, queries: Int,
        before start: String = "untrained"
    ) {
        encoder = after.encoder
        self.after = after
        (self.queries, self.start) = (queries, start)
        let pairs = [
            ("k-NN", before.knn, after.knn), ("linear accuracy", before.linear, after.linear),
        ]
        changes = pairs.compactMap { title, old, new in
            guard let old, let new else { return nil }
            return Change(title: title, before: old, now: new, queries: queries)
        }
        if changes.isEmpty { return nil }
    }

    /// The standard error of the difference of two shares of so many images.
    fileprivate static func error(_ a: Double, _ b: Double, _ count: Int) -> Double {
        let variance = (a * (1 - a) + b * (1 - b)) / Double(max(count, 1))
        return max(variance.squareRoot(), 1 / Double(max(count, 1)))
    }

    /// Whether the accuracies together are above those of the untrained network by more than chance,
    /// and none is below it.
    var isBetter: Bool {
        meanErrors >= VerdictThresholds.errors
            && changes.allSatisfy { $0.errors > -VerdictThresholds.errors }
    }

    /// The mean rise in its own standard errors.
    private var meanErrors: Double {
        let mean = changes.reduce(0) { $0 + $1.errors } / Double(changes.count)
        return changes.count == 1 ? mean : mean / VerdictThresholds.spreadOfMean
    }

    /// The gains in words.
    var sentences: [String] {
        changes.map { change in
            let verb =
                abs(change.errors) < VerdictThresholds.errors
                ? "hardly moved" : change.now > change.before ? "rose" : "fell"
            return "\(change.title.first!.uppercased())\(change.title.dropFirst()) of \(encoder) "
                + "\(verb): \(decimal(change.before, 3)) \(start), \(decimal(change.now, 3)) now "
                + "(\(decimal(change.errors, 1)) standard errors on \(queries) images)."
        }
    }

    /// The sentence that names the accuracies in which pixels alone are ahead; none otherwise.
    func comparison(with pixels: PixelReading?) -> [String] {
        func more(_ pixels: Double?, _ own: Double?) -> Double? {
            if let pixels, let own, pixels > own { pixels } else { nil }
        }
        let ahead = PixelReading(
            knn: more(pixels?.knn, after.knn), linear: more(pixels?.linear, after.linear))
        return ahead.map { ["Pixels at 16x16 without any network come to more: \($0.words)."] }
            ?? []
    }

    /// The sentence that says when it was better, if it was by more than chance and more than half
    /// of the gain is gone again; nil otherwise.
    func fall(from readings: [MonitorReading]) -> String? {
        func mean(_ reading: EncoderReading?) -> Double? {
            let values = [reading?.knn, reading?.linear].compactMap { $0 }
            return values.count == changes.count
                ? values.reduce(0, +) / Double(values.count) : nil
        }
        let earlier = readings.dropFirst().dropLast()
        let best = earlier.compactMap { reading in
            mean(reading.encoder(encoder)).map { (step: reading.step, value: $0) }
        }.max { $0.value < $1.value }
        guard let best, let first = mean(readings.first?.encoder(encoder)),
            let last = mean(readings.last?.encoder(encoder)),
            best.value - last > VerdictThresholds.errors * Self.error(best.value, last, queries),
            best.value - last > (best.value - first) / 2
        else { return nil }
        return "The accuracies were best after step \(best.step) (\(decimal(best.value, 3)) on "
            + "average) and have fallen back to \(decimal(last, 3))."
    }
}

/// A number of directions.
private func count(_ value: Double) -> String { decimal(value, value >= 10 ? 1 : 2) }

/// A share in two digits that count, about.
private func roughly(_ share: Double) -> String { percent(share, abs(share) >= 0.1 ? 0 : 1) }
