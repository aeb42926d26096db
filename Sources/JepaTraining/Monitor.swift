import JepaCore
import JepaEvaluation
import JepaTensor

/// Looks at the features of the encoders, and at what the losses ask for, on the same few images
/// every time.
///
/// Features are judged on plain images, without augmentation; LiDAR and the losses on images
/// changed at random as in training, in ways that are the same every time. Nothing of the training
/// changes by being looked at.
struct Monitor {
    private let pipeline: Pipeline
    private let encoders: [String]
    private let evaluation: FeatureEvaluation
    private let images: MonitorImages
    private let settings: MonitorSettings
    /// Images of a training step, for which the masks are drawn.
    private let maskBatch: Int
    private let bank: MonitorBatches
    private let queries: MonitorBatches
    /// Several views of each augmented image, for LiDAR.
    private let varied: MonitorBatches
    /// The augmented images as training would have them, for the losses.
    private let compared: MonitorBatches

    /// Chooses the images.
    ///
    /// - Throws: `configuration` if the held-out images are of another size or have other classes
    ///   than those of training.
    init(_ pipeline: Pipeline, _ settings: TrainingSettings, workers: Int) throws {
        (self.pipeline, self.settings) = (pipeline, settings.monitor)
        maskBatch = settings.batchSize
        encoders = settings.monitor.encoder.map { [$0] } ?? pipeline.monitoredEncoders
        evaluation = FeatureEvaluation(
            nearestNeighbours: try NearestNeighbours(k: settings.monitor.neighbours),
            logisticRegression: settings.monitor.isLinear
                ? try LogisticRegression(maxIterations: 100) : nil)
        let images = try MonitorImages(pipeline, settings)
        self.images = images
        // Bounds memory, changes nothing else.
        let batchSize = min(settings.microBatch ?? settings.batchSize, 64)
        func batches(
            _ subset: MonitorImages.Subset, _ order: some BatchOrder, views: Int = 1
        ) -> MonitorBatches {
            MonitorBatches(
                subset.source, views: subset.views, order, samples: subset.indices.count * views,
                workers: workers)
        }
        func augmented(views: Int) -> MonitorBatches {
            let order = AugmentedOrder(
                images.augmented.indices, views: views, batchSize: batchSize,
                seed: pipeline.graph.seed)
            return batches(images.augmented, order, views: views)
        }
        bank = batches(images.bank, EvaluationOrder(images.bank.indices, batchSize: batchSize))
        queries = batches(
            images.queries, EvaluationOrder(images.queries.indices, batchSize: batchSize))
        varied = augmented(views: settings.monitor.views)
        compared = augmented(views: 1)
    }

    /// The figures.
    ///
    /// - Parameters:
    ///   - step: Steps taken.
    ///   - isThorough: Whether to look at all encoders and at several views of each image;
    ///     otherwise at the first encoder without LiDAR, which is cheaper by far.
    ///   - isCancelled: Asked between batches whether to give up.
    /// - Returns: nil if cancelled.
    func reading(
        after step: Int, isThorough: Bool, isCancelled: () -> Bool
    ) throws -> MonitorReading? {
        let names = isThorough ? encoders : Array(encoders.prefix(1))
        guard let bank = try features(of: bank, by: names, isCancelled),
            let queries = try features(of: queries, by: names, isCancelled),
            let lidars = try lidars(
                by: isThorough ? names.filter { measuresLiDAR(bank[$0]) } : [], isCancelled),
            let losses = try losses(isCancelled)
        else { return nil }
        let pixels = step == 0 ? try pixels() : nil
        let readings = try names.map { name in
            guard let own = bank[name], let asked = queries[name] else {
                fatalError("encoder '\(name)' has no features")
            }
            let report = try evaluation.report(
                train: own.judged, test: asked.judged, all: own.all)
            return EncoderReading(
                encoder: name, width: own.judged.width, knn: report.knn, linear: report.linear,
                rankMe: report.rankMe, lidar: lidars[name],
                deviation: report.featureStandardDeviation, cosine: report.meanCosine,
                omissions: report.omissions + [own, asked].compactMap(\.omission)
                    + (isThorough ? lidarOmission(width: own.judged.width).map { [$0] } ?? [] : []))
        }
        return MonitorReading(
            step: step, encoders: readings, pixels: pixels, losses: losses,
            majorityShare: names.first.flatMap { queries[$0]?.judged.majorityShare },
            images: images.bank.indices.count,
            queries: names.first.flatMap { queries[$0]?.judged.count } ?? 0)
    }

    // MARK: - Features

    /// What one encoder makes of some images.
    private struct Features {
        /// Of all of them, `[n, D]`.
        let all: Tensor
        /// Of those whose class is known; of all, without classes, if that of none is.
        let judged: FeatureSet

        /// - Parameter labels: Below 0 where the class is not known.
        init(_ all: Tensor, _ labels: [Int32], _ classNames: [String]) throws {
            let known = labels.indices.filter { labels[$0] >= 0 }
            let arePart = !known.isEmpty && known.count < labels.count
            self.all = all
            judged = try FeatureSet(
                features: arePart ? FeatureSet(features: all).selecting(known).features : all,
                labels: known.isEmpty ? nil : known.map { Int(labels[$0]) },
                classNames: classNames)
        }

        /// How many images accuracies leave out; nil if it is none.
        var omission: String? {
            let count = all.shape[0] - judged.count
            guard count > 0 else { return nil }
            return "knn and linear leave out \(count) of \(all.shape[0]) images: they are in no "
                + "class."
        }
    }

    /// The features of some images by each encoder, or nil if cancelled.
    private func features(
        of batches: MonitorBatches, by names: [String], _ isCancelled: () -> Bool
    ) throws -> [String: Features]? {
        guard let (rows, labels) = try embed(batches, by: names, isCancelled) else { return nil }
        return try rows.mapValues { try Features($0, labels, batches.source.classNames) }
    }

    /// What the pixels come to without any network; nil without labels.
    private func pixels() throws -> PixelReading? {
        guard !bank.source.classNames.isEmpty else { return nil }
        let reduction = PixelReduction(bank.source.imageShape)
        let sets = try [bank, queries].map { batches in
            var (values, labels) = ([Float](), [Int32]())
            _ = try batches.each { batch in
                values += reduction.reduce(batch.views[0]).elements
                labels += batch.labels
            }
            return try Features(
                Tensor(values, shape: [labels.count, reduction.count]), labels,
                batches.source.classNames
            ).judged
        }
        let report = try evaluation.report(train: sets[0], test: sets[1])
        return PixelReading(knn: report.knn, linear: report.linear)
    }

    /// LiDAR of each encoder, or nil if cancelled.
    private func lidars(by names: [String], _ isCancelled: () -> Bool) throws -> [String: Double]? {
        guard !names.isEmpty else { return [:] }
        guard let (rows, _) = try embed(varied, by: names, isCancelled) else { return nil }
        return try rows.mapValues { try lidar(of: $0, viewsPerImage: settings.views) }
    }

    /// Whether there is LiDAR to measure, if the features are not too wide for it.
    private var wantsLiDAR: Bool { images.augmented.indices.count > 1 && settings.views > 1 }

    private func measuresLiDAR(_ features: Features?) -> Bool {
        guard wantsLiDAR, let features else { return false }
        return lidarOmission(width: features.judged.width) == nil
    }

    /// Why there is no LiDAR of features of that width; nil if there is, or if nobody wants it.
    private func lidarOmission(width: Int) -> String? {
        let count = images.augmented.indices.count
        let needed = MonitorSettings.viewsNeeded(width: width, images: count)
        guard wantsLiDAR, settings.views < needed else { return nil }
        return "LiDAR is left out: for features of \(width) numbers it takes \(count) images in "
            + "\(needed) views ('views' of 'monitor'), not \(settings.views)."
    }

    /// The features `[n, D]` by each encoder, and the labels; nil if cancelled.
    ///
    /// An encoder whose weights are those of another, as before the first step, is not asked.
    private func embed(
        _ batches: MonitorBatches, by names: [String], _ isCancelled: () -> Bool
    ) throws -> (rows: [String: Tensor], labels: [Int32])? {
        var twins: [String: String] = [:]
        for (index, name) in names.enumerated() {
            twins[name] = names[..<index].first {
                twins[$0] == nil && pipeline.haveEqualWeights($0, name)
            }
        }
        var rows: [String: [Float]] = [:]
        var labels: [Int32] = []
        let isComplete = try batches.each(unless: isCancelled) { batch in
            for name in names where twins[name] == nil {
                rows[name, default: []] += try pipeline.embed(batch.views[0], with: name).elements
            }
            labels += batch.labels
        }
        guard isComplete else { return nil }
        let count = labels.count
        let tensors = Dictionary(
            uniqueKeysWithValues: names.map { name in
                let values = rows[twins[name] ?? name] ?? []
                return (name, Tensor(values, shape: [count, values.count / max(count, 1)]))
            })
        return (tensors, labels)
    }

    // MARK: - Losses

    /// What the losses compare, or nil if cancelled.
    private func losses(_ isCancelled: () -> Bool) throws -> [LossReading]? {
        let masks = try pipeline.sampleMasks(batchSize: maskBatch)
        var survey = LossSurvey()
        let isComplete = try compared.each(unless: isCancelled) { batch in
            // A single image that is left over has nothing to be compared with.
            if batch.count == 1 && pipeline.couplesImages { return }
            survey.add(try pipeline.compare(batch, masks: masks))
        }
        return isComplete ? try survey.readings() : nil
    }
}
