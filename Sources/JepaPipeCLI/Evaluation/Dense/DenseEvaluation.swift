import JepaCore
import JepaEvaluation
import JepaFormats
import JepaTensor

/// Asks a question about every pixel of a network, of the same network before training, and of the
/// bare pixels of the patches.
///
/// In memory are the tokens of one part of the images, and those that the probe is fitted to: of
/// every training image as many, chosen at random, as `fittedBytes` holds altogether.
struct DenseEvaluation {
    /// The question.
    let probe: any DenseProbe
    /// Those that are asked, the network first.
    let subjects: [Evaluation.Subject]
    /// The images and what is known of them.
    let data: DenseData
    /// The patches.
    let layout: PatchLayout
    /// Where tokens come from.
    let pass: EmbeddingPass

    /// What the tokens of a fit may take up; the fit itself takes three times as much.
    static let fittedBytes = 256 << 20
    /// The same for the tokens of one part of the images, per subject.
    static let partBytes = 64 << 20
    private static let shownImages = 6

    /// A test image that is shown.
    struct Example {
        let image: Int
        let truth: PixelMap
        /// What the network and the untrained one say.
        let network: PixelMap, untrained: PixelMap
    }

    /// Figures, and some images with what is said of them.
    struct Result {
        var outcome = Evaluation.Outcome()
        var examples: [Example] = []
        /// How many patches of an image were fitted to.
        var fittedPatches = 0
    }

    /// The patches of a training image that the probe is fitted to.
    private struct Chosen {
        /// The part of the images, and the place in it.
        let part: Int, position: Int
        let patches: [Int]
    }

    /// Embeds what has not been embedded yet, and asks.
    func run() throws -> Result {
        let embedders = subjects.map(\.embedder)
        try pass.run(data.images.train, with: embedders)
        try pass.run(data.images.test, with: embedders)
        var result = Result()
        result.outcome.notes = data.images.notes
        result.outcome.classNames = data.classNames
        let (chosen, targets) = try choose(&result)
        guard targets.shape[0] > 1 else {
            throw PipelineError(
                .data, "nothing is known of the pixels of \(data.images.train.words)")
        }
        let predictors = try subjects.map { subject in
            try pass.checkInterruption()
            return try probe.fit(tokens(of: chosen, by: subject.embedder), to: targets)
        }
        try judge(predictors, average(of: targets, chosen), &result)
        return result
    }

    // MARK: - Fit

    /// Which patches are fitted to, and their targets, `[n, K]`.
    private func choose(_ result: inout Result) throws -> ([Chosen], Tensor) {
        let images = data.images.train
        let widest = subjects.map { $0.embedder.count / $0.embedder.places }.max() ?? 1
        let all = Self.fittedBytes / (4 * (widest + probe.targetCount))
        let perImage = min(layout.grid.count, max(1, all / images.indices.count))
        result.fittedPatches = perImage
        var (chosen, values) = ([Chosen](), [Float]())
        for (number, part) in pass.parts(of: images).enumerated() {
            let entry = try pass.store.read(subjects[0].embedder, images, part)
            note(entry.omitted, &result)
            for position in entry.positions {
                try pass.checkInterruption()
                let known = probe.targets(of: try data.train(part[position]), layout)
                var random = StageRandom(
                    seed: 0, purpose: "patches of a dense probe", sample: part[position])
                let patches = random.subset(
                    of: Array(0..<layout.grid.count), count: perImage
                ).filter { known[$0] != nil }
                for patch in patches { values += known[patch] ?? [] }
                chosen.append(Chosen(part: number, position: position, patches: patches))
            }
            result.outcome.trainImages += entry.positions.count
        }
        let count = probe.targetCount
        return (chosen, Tensor(values, shape: [values.count / count, count]))
    }

    /// The tokens of the patches that were chosen, `[n, D]`.
    private func tokens(of chosen: [Chosen], by embedder: Embedder) throws -> Tensor {
        let width = embedder.count / embedder.places
        let count = chosen.reduce(0) { $0 + $1.patches.count }
        let rows = Tensor(uninitialized: [count, width])
        let parts = pass.parts(of: data.images.train)
        var (filled, next) = (0, chosen[...])
        for (number, part) in parts.enumerated() {
            let entry = try Part(
                pass.store.read(embedder, data.images.train, part), places: embedder.places)
            while let image = next.first, image.part == number {
                let tokens = try entry.tokens(
                    of: image.position, image.patches, in: part, data.images.train)
                (rows.mutablePointer + filled * width)
                    .update(from: tokens.pointer, count: tokens.count)
                filled += image.patches.count
                next.removeFirst()
            }
        }
        return rows
    }

    /// The mean of the targets of each place of the grid, `[N, K]`: the answer without an image. A
    /// place without any has the mean of all.
    private func average(of targets: Tensor, _ chosen: [Chosen]) -> Tensor {
        let (places, count) = (layout.grid.count, probe.targetCount)
        var sums = [Double](repeating: 0, count: (places + 1) * count)
        var numbers = [Double](repeating: 0, count: places + 1)
        for (row, place) in chosen.flatMap(\.patches).enumerated() {
            for owner in [place, places] {
                numbers[owner] += 1
                for k in 0..<count {
                    sums[owner * count + k] += Double(targets.pointer[row * count + k])
                }
            }
        }
        let means = (0..<places).flatMap { place in
            let owner = numbers[place] > 0 ? place : places
            return (0..<count).map { Float(sums[owner * count + $0] / numbers[owner]) }
        }
        return Tensor(means, shape: [places, count])
    }

    // MARK: - Judgement

    private func judge(
        _ predictors: [DensePredictor], _ means: Tensor, _ result: inout Result
    ) throws {
        let images = data.images.test
        var tallies = subjects.map { _ in probe.tally() }
        var (constant, ideal) = (probe.tally(), probe.tally())
        let nobody = Tensor(repeating: 0, shape: [layout.grid.count, 1])
        let still = try probe.saying(means).map(of: nobody, layout)
        let shown = Set(
            (0..<Self.shownImages).map {
                images.indices[$0 * images.indices.count / Self.shownImages]
            })
        var clock = ProgressClock()
        for part in pass.parts(of: images) {
            let entries = try subjects.map {
                try Part(
                    pass.store.read($0.embedder, images, part), places: $0.embedder.places)
            }
            note(entries[0].entry.omitted, &result)
            for position in entries[0].entry.positions {
                try pass.checkInterruption()
                let truth = try data.test(part[position])
                let said = try answers(predictors, about: position, of: part, in: entries)
                for (place, map) in said.enumerated() {
                    tallies[place].add(prediction: map, truth: truth)
                }
                constant.add(prediction: still, truth: truth)
                ideal.add(
                    prediction: try probe.saying(targets(of: truth, otherwise: means))
                        .map(of: nobody, layout), truth: truth)
                if shown.contains(part[position]) {
                    result.examples.append(
                        Example(
                            image: part[position], truth: truth, network: said[0],
                            untrained: said[1]))
                }
                result.outcome.testImages += 1
                let (done, all) = (result.outcome.testImages, images.indices.count)
                if let rest = clock.rest(done, of: all) {
                    JepaPipe.report(
                        "\(images.words): \(grouped(done)) of \(grouped(all)) "
                            + "maps compared, \(rest) left")
                }
            }
        }
        try conclude(tallies.map(\.figures), constant.figures, ideal.figures, &result)
    }

    /// What each subject says of the pixels of an image.
    private func answers(
        _ predictors: [DensePredictor], about position: Int, of part: [Int], in entries: [Part]
    ) throws -> [PixelMap] {
        try subjects.indices.map { place in
            let tokens = try entries[place].tokens(
                of: position, Array(0..<layout.grid.count), in: part, data.images.test)
            return try predictors[place].map(of: tokens, layout)
        }
    }

    /// The true targets of an image, `[N, K]`, and of patches that are unknown those given.
    private func targets(of truth: PixelMap, otherwise means: Tensor) -> Tensor {
        let count = probe.targetCount
        let own = probe.targets(of: truth, layout).enumerated().flatMap { patch, known in
            known ?? (0..<count).map { means.pointer[patch * count + $0] }
        }
        return Tensor(own, shape: [layout.grid.count, count])
    }

    private func conclude(
        _ found: [[ProbeFigure]], _ constant: [ProbeFigure], _ ideal: [ProbeFigure],
        _ result: inout Result
    ) throws {
        guard !found[0].isEmpty else {
            throw PipelineError(
                .data, "nothing is known of the pixels of \(data.images.test.words)")
        }
        let baselines = Dictionary(
            constant.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        result.outcome.figures = found[0].map {
            .init(
                $0.name, $0.value, baseline: baselines[$0.name],
                isBetterHigher: $0.isBetterHigher)
        }
        for (subject, figures) in zip(subjects, found) {
            for figure in figures {
                switch subject.part {
                case .network: break
                case .untrained:
                    result.outcome.set(\.untrained, figure.value, of: figure.name)
                case .pixels: result.outcome.set(\.pixels, figure.value, of: figure.name)
                }
            }
        }
        let best = ideal.prefix(2).map { "\($0.name) \(decimal($0.value, 3))" }
        result.outcome.notes.append(
            "The true answer per patch, interpolated in the same way, comes to "
                + "\(best.joined(separator: " and ")): about the best there is with "
                + "\(layout.grid) patches; a larger --size has more.")
    }

    private func note(_ omitted: [String: String], _ result: inout Result) {
        for (file, reason) in omitted.sorted(by: { $0.key < $1.key }) {
            let sentence = "'\(file)' is left out: \(reason)."
            if !result.outcome.notes.contains(sentence) { result.outcome.notes.append(sentence) }
        }
    }

    /// The tokens of one part of the images.
    private struct Part {
        let entry: FeatureStore.Part
        /// A row per patch of each image.
        private let tokens: Tensor
        private let places: Int
        private let rows: [Int: Int]

        init(_ entry: FeatureStore.Part, places: Int) throws {
            self.entry = entry
            self.places = places
            let features = try entry.features.floats()
            tokens = features.reshaped([features.shape[0] * places, features.shape[1] / places])
            rows = Dictionary(uniqueKeysWithValues: zip(entry.positions, 0...))
        }

        /// The tokens of patches of an image, `[n, D]`.
        func tokens(
            of position: Int, _ patches: [Int], in part: [Int], _ images: EvaluationImages
        ) throws -> Tensor {
            guard let row = rows[position] else {
                throw PipelineError(
                    .data,
                    "one network could read '\(images.name?(part[position]) ?? "an image")' and "
                        + "another could not; --no-cache computes all features again")
            }
            return tokens.rows(at: patches.map { row * places + $0 })
        }
    }
}
