import JepaCore

/// The figures of the features as text, beside those of the untrained network.
///
/// A figure by itself says little: an untrained network already separates classes somewhat.
package enum MonitorTable {
    /// One line for the newest figures of the first encoder.
    ///
    /// `target_encoder after step 400: k-NN .312 -> .441, RankMe 41 -> 67 of 192`
    package static func line(_ reading: MonitorReading, untrained: MonitorReading?) -> String {
        guard let now = reading.encoders.first else { return "no encoder to look at" }
        let before = untrained?.encoders.first { $0.encoder == now.encoder }
        let isFirst = reading.step == 0
        let parts = figures.compactMap { figure -> String? in
            guard let value = figure.value(now) else { return nil }
            let old = isFirst ? nil : before.flatMap(figure.value)
            let change = (old.map { figure.text($0) + " -> " } ?? "") + figure.text(value)
            return "\(figure.title) \(change)\(figure.suffix(now))"
        }
        let place = isFirst ? "untrained" : "after step \(reading.step)"
        return "\(now.encoder) \(place): " + parts.joined(separator: ", ")
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
        lines.append(basis(now))
        return (lines + verdict(untrained, now)).joined(separator: "\n")
    }

    /// What can be said of the first encoder without praise.
    package static func verdict(_ untrained: MonitorReading?, _ now: MonitorReading) -> [String] {
        guard let after = now.encoders.first, now.step > 0,
            let before = untrained?.encoders.first(where: { $0.encoder == after.encoder })
        else { return [] }
        var lines: [String] = []
        if let old = before.knn, let new = after.knn, new <= old {
            lines.append(
                "By its nearest neighbours, \(after.encoder) is no better than untrained.")
        }
        if after.rankMe < 0.7 * before.rankMe {
            lines.append(
                "The features of \(after.encoder) use fewer directions than untrained: a sign of "
                    + "collapse.")
        }
        return lines
    }

    private static func basis(_ reading: MonitorReading) -> String {
        guard let share = reading.majorityShare else {
            return "Features of \(reading.images) images."
        }
        // The standard error of a share of n images, at its widest where the share is one half.
        let accuracy = reading.encoders.first?.knn ?? reading.encoders.first?.linear ?? 0.5
        let error = (accuracy * (1 - accuracy) / Double(max(reading.queries, 1))).squareRoot()
        return "Features of \(reading.images) images; accuracy on \(reading.queries) others, known "
            + "to about \(decimal(error, 3)); always naming the most frequent class: "
            + "\(decimal(share, 3))."
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
    private struct Shown {
        let title: String
        let digits: Int
        let value: (EncoderReading) -> Double?
        var suffix: (EncoderReading) -> String = { _ in "" }

        func text(_ value: Double) -> String { decimal(value, digits) }
    }

    private static var figures: [Shown] {
        [
            Shown(title: "k-NN", digits: 3, value: \.knn),
            Shown(title: "linear", digits: 3, value: \.linear),
            Shown(title: "RankMe", digits: 1, value: \.rankMe) { " of \($0.width)" },
            Shown(title: "feature deviation", digits: 4, value: \.deviation),
            Shown(title: "mean cosine", digits: 3, value: \.cosine),
        ]
    }
}
