import JepaCore
import JepaEvaluation

/// The figures of the features as text, beside those of the untrained network.
///
/// A figure by itself says little: an untrained network already separates classes somewhat.
package enum MonitorTable {
    /// One line for the newest figures of the first encoder.
    ///
    /// `target_encoder after step 400: k-NN .312 -> .441, RankMe 41 -> 67 of 192`
    ///
    /// - Parameter place: What is said instead of the step; nil for the step.
    package static func line(
        _ reading: MonitorReading, untrained: MonitorReading?, place: String? = nil
    ) -> String {
        guard let now = reading.encoders.first else { return "no encoder to look at" }
        let before = untrained?.encoders.first { $0.encoder == now.encoder }
        let isFirst = reading.step == 0 && place == nil
        let parts = figures.filter(\.isOnLine).compactMap { figure -> String? in
            guard let value = figure.value(now) else { return nil }
            let old = isFirst ? nil : before.flatMap(figure.value)
            let change = (old.map { figure.text($0) + " -> " } ?? "") + figure.text(value)
            return "\(figure.title) \(change)\(figure.suffix(now))"
        }
        let place = place ?? (isFirst ? "untrained" : "after step \(reading.step)")
        let losses = reading.losses.flatMap { loss in
            let before = untrained?.loss(loss.loss)
            return lossFigures.filter(\.isOnLine).compactMap { figure -> String? in
                guard let value = figure.value(loss) else { return nil }
                let old = isFirst ? nil : before.flatMap(figure.value)
                let change = (old.map { figure.text($0) + " -> " } ?? "") + figure.text(value)
                return "\(figure.title) of \(loss.loss) \(change)"
            }
        }
        return "\(now.encoder) \(place): " + (parts + losses).joined(separator: ", ")
    }

    /// The newest figures in a few words: `k-NN 0.441 (untrained 0.312), RankMe 67.0 (41.0)`.
    static func brief(_ reading: MonitorReading, untrained: MonitorReading?) -> String {
        guard let now = reading.judged else { return "" }
        let before = reading.step == 0 ? nil : untrained?.encoder(now.encoder)
        let shown = figures.filter { $0.isBrief && $0.value(now) != nil }
        return shown.enumerated().compactMap { position, figure in
            guard let value = figure.value(now) else { return nil }
            let word = position == 0 ? "untrained " : ""
            let old = before.flatMap(figure.value).map { " (\(word)\(figure.text($0)))" }
            let own = reading.step == 0 ? " untrained" : ""
            return "\(figure.title) \(figure.text(value))" + (old ?? own)
        }.joined(separator: ", ")
    }

    /// All figures of all encoders, untrained and now, with what they are of.
    package static func text(untrained: MonitorReading?, now: MonitorReading) -> String {
        var lines = [row("", "untrained", "after \(now.step)", "")]
        for reading in now.encoders {
            lines.append(reading.encoder)
            let before = untrained?.encoders.first { $0.encoder == reading.encoder }
            for figure in figures {
                guard let value = figure.value(reading) else { continue }
                let old = before.flatMap(figure.value).map(figure.text) ?? "?"
                lines.append(
                    row("  " + figure.title, old, figure.text(value), figure.suffix(reading)))
            }
            lines += Set(reading.omissions).sorted().map { "  " + $0 }
        }
        for reading in now.losses {
            lines.append(reading.loss)
            let before = untrained?.loss(reading.loss)
            for figure in lossFigures {
                guard let value = figure.value(reading) else { continue }
                let old = before.flatMap(figure.value).map(figure.text) ?? "?"
                lines.append(row("  " + figure.title, old, figure.text(value), ""))
            }
        }
        lines.append(basis(now))
        if let pixels = untrained?.pixels {
            lines.append("Pixels at 16x16 without any network: \(pixels.words).")
        }
        return lines.joined(separator: "\n")
    }

    private static func basis(_ reading: MonitorReading) -> String {
        guard let share = reading.majorityShare else {
            return "Features of \(grouped(reading.images)) images."
        }
        return "Features of \(grouped(reading.images)) images; "
            + accuracyBasis(reading, majorityShare: share)
    }

    /// How many images the accuracies of a look are of, how exactly they are known, and what no
    /// look at an image comes to.
    ///
    /// - Parameter majorityShare: The share of the most frequent class.
    package static func accuracyBasis(
        _ reading: MonitorReading, majorityShare: Double
    ) -> String {
        let accuracy = reading.encoders.first?.knn ?? reading.encoders.first?.linear ?? 0.5
        let error = shareError(accuracy, of: reading.queries)
        return "accuracy on \(grouped(reading.queries)) others, known to about "
            + "\(decimal(error, 3)); always naming the most frequent class: "
            + "\(decimal(majorityShare, 3))."
    }

    private static func row(_ title: String, _ old: String, _ new: String, _ suffix: String)
        -> String
    {
        func right(_ text: String) -> String {
            String(repeating: " ", count: max(0, 10 - text.count)) + text
        }
        let label = title + String(repeating: " ", count: max(0, 22 - title.count))
        return "\(label)\(right(old))    \(right(new))\(suffix)"
    }

    /// How one figure is shown.
    private struct Shown<Reading> {
        let title: String
        let digits: Int
        let value: (Reading) -> Double?
        var suffix: (Reading) -> String = { _ in "" }
        /// Whether the line of progress has room for it.
        var isBrief = false
        /// Whether the line of a look shows it.
        var isOnLine = true

        func text(_ value: Double) -> String { decimal(value, digits) }
    }

    private static var figures: [Shown<EncoderReading>] {
        [
            Shown(title: "k-NN", digits: 3, value: \.knn, isBrief: true),
            Shown(title: "linear", digits: 3, value: \.linear),
            Shown(
                title: "RankMe", digits: 1, value: \.rankMe, suffix: { " of \($0.width)" },
                isBrief: true),
            Shown(title: "LiDAR", digits: 1, value: \.lidar, isOnLine: false),
            Shown(title: "feature deviation", digits: 4, value: \.deviation),
            Shown(title: "mean cosine", digits: 3, value: \.cosine),
        ]
    }

    private static var lossFigures: [Shown<LossReading>] {
        [
            Shown(title: "value", digits: 4, value: \.value, isOnLine: false),
            Shown(title: "target variance", digits: 4, value: \.targetVariance, isOnLine: false),
            Shown(title: "share of images", digits: 3, value: \.imageShare, isOnLine: false),
            Shown(title: "skill", digits: 3, value: \.skill, isOnLine: false),
            Shown(title: "skill per patch", digits: 3, value: \.patchSkill),
        ]
    }
}
