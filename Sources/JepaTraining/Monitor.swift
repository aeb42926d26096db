import JepaCore
import JepaEvaluation
import JepaTensor

/// Looks at the features of the encoders on the same few images every time.
///
/// The images come plain, without augmentation, and are chosen by the seed of the run. Nothing of
/// the training changes by being looked at.
struct Monitor {
    /// Images of one source, in the order they are looked at.
    private struct Subset {
        let source: any DataSource
        let views: Int
        let indices: [Int]
    }

    private let pipeline: Pipeline
    private let encoders: [String]
    private let evaluation: FeatureEvaluation
    private let bank: Subset
    private let queries: Subset
    private let workers: Int
    /// Images embedded at a time; bounds memory, changes nothing else.
    private let batchSize: Int

    /// Chooses the images.
    ///
    /// - Throws: `configuration` if the held-out images are of another size or have other classes
    ///   than those of training.
    init(_ pipeline: Pipeline, _ settings: TrainingSettings, workers: Int) throws {
        self.pipeline = pipeline
        self.workers = workers
        let monitor = settings.monitor
        batchSize = min(settings.microBatch ?? settings.batchSize, 64)
        encoders = monitor.encoder.map { [$0] } ?? pipeline.monitoredEncoders
        evaluation = FeatureEvaluation(
            nearestNeighbours: try NearestNeighbours(k: monitor.neighbours),
            logisticRegression: monitor.isLinear ? try LogisticRegression(maxIterations: 100) : nil)
        let (name, source) = pipeline.dataSource
        if let heldOut = monitor.heldOut {
            bank = Self.subset(of: pipeline, name, source, skipping: 0, monitor.images)
            let other = try Self.heldOutSource(
                heldOut, of: pipeline, like: source, at: settings.values)
            queries = Self.subset(of: pipeline, heldOut, other, skipping: 0, monitor.queries)
        } else {
            // A small data set is shared out in the proportion that was asked for.
            let wanted = monitor.images + monitor.queries
            let kept =
                wanted <= source.count ? monitor.images : source.count * monitor.images / wanted
            bank = Self.subset(of: pipeline, name, source, skipping: 0, kept)
            queries = Self.subset(of: pipeline, name, source, skipping: kept, monitor.queries)
        }
    }

    /// The figures of all encoders.
    ///
    /// - Parameters:
    ///   - step: Steps taken.
    ///   - isCancelled: Asked between batches whether to give up.
    /// - Returns: nil if cancelled.
    func reading(after step: Int, isCancelled: () -> Bool) throws -> MonitorReading? {
        guard let bankSets = try features(of: bank, isCancelled),
            let querySets = try features(of: queries, isCancelled)
        else { return nil }
        let readings = try zip(encoders, zip(bankSets, querySets)).map { encoder, sets in
            let report = try evaluation.report(train: sets.0, test: sets.1)
            return EncoderReading(
                encoder: encoder, width: sets.0.width, knn: report.knn, linear: report.linear,
                rankMe: report.rankMe, deviation: report.featureStandardDeviation,
                cosine: report.meanCosine, omissions: report.omissions)
        }
        return MonitorReading(
            step: step, encoders: readings, majorityShare: querySets.first?.majorityShare,
            images: bank.indices.count, queries: queries.indices.count)
    }

    /// The features of a subset by each encoder, or nil if cancelled.
    private func features(of subset: Subset, _ isCancelled: () -> Bool) throws -> [FeatureSet]? {
        let loader = BatchLoader(
            subset.source, views: subset.views,
            order: EvaluationOrder(subset.indices, batchSize: batchSize), workers: workers)
        defer { loader.stop() }
        var rows: [[Float]] = Array(repeating: [], count: encoders.count)
        var labels: [Int] = []
        while let batch = try loader.next() {
            if isCancelled() { return nil }
            for (index, encoder) in encoders.enumerated() {
                rows[index] += try pipeline.embed(batch.views[0], with: encoder).elements
            }
            labels += batch.labels.map(Int.init)
        }
        let known = labels.allSatisfy { $0 >= 0 } ? labels : nil
        return try rows.map { values in
            try FeatureSet(
                features: Tensor(values, shape: [labels.count, values.count / labels.count]),
                labels: known, classNames: subset.source.classNames)
        }
    }

    private static func subset(
        of pipeline: Pipeline, _ name: String, _ source: any DataSource, skipping skipped: Int,
        _ count: Int
    ) -> Subset {
        var random = StageRandom(seed: pipeline.graph.seed, purpose: "monitor \(name)")
        let order = random.permutation(of: source.count)
        return Subset(
            source: source, views: pipeline.viewCount(of: name),
            indices: Array(order.dropFirst(skipped).prefix(count)))
    }

    private static func heldOutSource(
        _ name: String, of pipeline: Pipeline, like source: any DataSource, at values: ParameterSet
    ) throws -> any DataSource {
        let place = values.group("monitor").location(of: "held_out")
        guard let other = pipeline.node(name)?.stage as? any DataSource else {
            throw PipelineError(.wiring, "'held_out' names '\(name)', no data source", at: place)
        }
        guard other.imageShape == source.imageShape else {
            throw PipelineError(
                .configuration,
                "the images of 'held_out' are \(other.imageShape), those of training "
                    + "\(source.imageShape)", at: place)
        }
        guard other.classNames == source.classNames else {
            throw PipelineError(
                .configuration,
                "the classes of 'held_out' (\(classList(other))) are not those of training "
                    + "(\(classList(source)))", at: place)
        }
        return other
    }

    private static func classList(_ source: any DataSource) -> String {
        let names = source.classNames
        if names.isEmpty { return "none" }
        return names.prefix(8).joined(separator: ", ")
            + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}

extension Pipeline {
    /// The images a data source gives for each sample.
    package func viewCount(of source: String) -> Int {
        node(source)?.entry.outputs.filter { $0.kind == .images }.count ?? 1
    }
}
