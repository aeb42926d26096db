import Foundation
import JepaCore
import JepaEvaluation
import JepaInterop
import JepaTensor

/// Asks one question of a network, of the same network before training, and of bare pixels.
///
/// One set of features is in memory at a time.
struct Evaluation {
    /// One of those that are asked.
    struct Subject {
        /// What it is to the figures.
        enum Part { case network, untrained, pixels }

        let part: Part
        let embedder: Embedder
    }

    /// The question.
    let probe: any Probe
    /// How many of the last layers are put side by side, in the order of the figures.
    let layers: [Int]
    /// Those that are asked, the network first.
    let subjects: [Subject]
    /// The images.
    let data: EvaluationData
    /// Whether the question is about classes; images without one are left out then.
    let needsLabels: Bool

    /// The figures, and what else there is to say.
    struct Outcome {
        var figures: [EvaluationRecord.Figure] = []
        var trainImages = 0
        var testImages = 0
        /// What classes are called, where they are not those of the images.
        var classNames: [String]?
        var notes: [String] = []
    }

    /// Embeds what has not been embedded yet.
    func embed(_ pass: EmbeddingPass) throws {
        let embedders = subjects.map(\.embedder)
        try pass.run(data.train, with: embedders)
        try pass.run(data.test, with: embedders)
    }

    /// Embeds what has not been embedded yet, and asks.
    func run(_ pass: EmbeddingPass) throws -> Outcome {
        try embed(pass)
        var outcome = Outcome()
        outcome.notes = data.notes
        for subject in subjects {
            let train = try features(of: data.train, subject, pass, &outcome.notes).set
            let test = try features(of: data.test, subject, pass, &outcome.notes).set
            (outcome.trainImages, outcome.testImages) = (train.images.count, test.images.count)
            for count in layers {
                let suffix = layers.count > 1 && count > 1 ? ", \(count) layers" : ""
                let width = min(count, subject.embedder.layers) * subject.embedder.layerWidth
                let (a, b) = (try train.last(width), try test.last(width))
                let figures = try probe.figures(train: a, test: b)
                try add(figures, of: subject.part, suffix: suffix, a, b, to: &outcome)
                // Without a network there is one layer.
                if subject.part == .pixels { break }
            }
        }
        shareOfPixels(&outcome)
        return outcome
    }

    private func add(
        _ figures: [ProbeFigure], of part: Subject.Part, suffix: String, _ train: ProbeSet,
        _ test: ProbeSet, to outcome: inout Outcome
    ) throws {
        switch part {
        case .network:
            let baselines = try probe.baselines(train: train, test: test)
            outcome.figures += figures.map {
                EvaluationRecord.Figure(
                    $0.name + suffix, $0.value, spread: $0.spread,
                    standardError: $0.standardError, baseline: baselines[$0.name],
                    isBetterHigher: $0.isBetterHigher)
            }
        case .untrained:
            for figure in figures {
                outcome.set(\.untrained, figure.value, of: figure.name + suffix)
            }
        case .pixels:
            for figure in figures where figure.isOfPixels {
                outcome.set(\.pixels, figure.value, of: figure.name)
            }
        }
    }

    /// Pixels have no layers: what was found for one figure holds for it with other layers.
    private func shareOfPixels(_ outcome: inout Outcome) {
        for place in outcome.figures.indices {
            let name = outcome.figures[place].name
            guard let cut = name.range(of: #", \d+ layers$"#, options: .regularExpression) else {
                continue
            }
            let plain = name[..<cut.lowerBound]
            outcome.figures[place].pixels = outcome.figures.first { $0.name == plain }?.pixels
        }
    }

    /// The features of images that have been embedded, without images that cannot be used.
    ///
    /// - Parameter notes: Gains what was left out.
    func features(
        of images: EvaluationImages, _ subject: Subject, _ pass: EmbeddingPass,
        _ notes: inout [String]
    ) throws -> (set: ProbeSet, indices: [Int]) {
        let found = try pass.features(of: images, by: subject.embedder)
        var labels = images.label.map { found.indices.map($0) } ?? found.labels
        var rows = Array(found.indices.indices)
        let unknown = labels.count { $0 < 0 }
        let areKnown = unknown < labels.count
        if needsLabels && unknown > 0 && areKnown { rows = rows.filter { labels[$0] >= 0 } }
        if subject.part == .network {
            for (file, reason) in found.omitted.sorted(by: { $0.key < $1.key }) {
                notes.append("'\(file)' is left out: \(reason).")
            }
            if needsLabels && unknown > 0 && areKnown {
                notes.append(
                    "\(Quantities.count(unknown, "image")) of \(images.words) without a class "
                        + "\(unknown == 1 ? "is" : "are") left out.")
            }
        }
        guard !rows.isEmpty else {
            throw PipelineError(.data, "no image of \(images.words) can be used")
        }
        let indices = rows.map { found.indices[$0] }
        let values = images.value.map { indices.map($0) }
        labels = rows.map { labels[$0] }
        let hasLabels = labels.allSatisfy { $0 >= 0 }
        let all = try FeatureSet(
            features: found.rows, labels: nil, classNames: images.classNames)
        let kept = rows.count == all.count ? all : try all.selecting(rows)
        let set = try ProbeSet(
            FeatureSet(
                features: kept.features, labels: hasLabels ? labels : nil,
                classNames: images.classNames), values: values)
        return (set, indices)
    }
}

extension Evaluation.Outcome {
    mutating func set(
        _ part: WritableKeyPath<EvaluationRecord.Figure, Double?>, _ value: Double, of name: String
    ) {
        guard let place = figures.firstIndex(where: { $0.name == name }) else { return }
        figures[place][keyPath: part] = value
    }
}

extension ProbeSet {
    /// How many classes there are here and there, with or without images.
    func classCount(with other: ProbeSet) -> Int {
        let highest = ((images.labels ?? []) + (other.images.labels ?? [])).max() ?? 0
        return max(images.classNames.count, other.images.classNames.count, highest + 1)
    }

    /// The same images with only the last `width` numbers of their features.
    func last(_ width: Int) throws -> ProbeSet {
        guard width < images.width else { return self }
        return try ProbeSet(
            FeatureSet(
                features: images.features.lastColumns(width), labels: images.labels,
                classNames: images.classNames),
            values: values)
    }
}
