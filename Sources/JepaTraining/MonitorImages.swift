import JepaCore

/// The images that are looked at: chosen once by the seed of the run, the same at every look.
struct MonitorImages {
    /// Images of one source, in the order they are looked at.
    struct Subset {
        /// Where they come from.
        let source: any DataSource
        /// Views of an image that are made: one for features, as many as training for losses.
        let views: Int
        /// Which ones.
        let indices: [Int]
    }

    /// The neighbours, and what a linear classifier is fitted to.
    let bank: Subset
    /// The images whose class is asked for.
    let queries: Subset
    /// Images of the bank that are also shown changed at random, as in training.
    let augmented: Subset

    /// Chooses the images.
    ///
    /// - Throws: `configuration` if the held-out images are of another size or have other classes
    ///   than those of training, or if there are too few.
    init(_ pipeline: Pipeline, _ settings: TrainingSettings) throws {
        let monitor = settings.monitor
        let (name, source) = pipeline.dataSource
        let other = try monitor.heldOut.map {
            (name: $0, source: try Self.heldOutSource($0, of: pipeline, like: source, settings))
        }
        // Where only the held-out images have classes, they have to be the neighbours, too.
        let isAlone = source.classNames.isEmpty && other?.source.classNames.isEmpty == false
        if let other, !isAlone {
            bank = Self.subset(of: pipeline, name, source, skipping: 0, monitor.images)
            queries = Self.subset(
                of: pipeline, other.name, other.source, skipping: 0, monitor.queries)
        } else {
            let (name, source) = other ?? (name, source)
            guard source.count > 1 || !monitor.isEnabled else {
                throw PipelineError(
                    .configuration,
                    "'monitor' needs a neighbour and a query, and '\(name)' has "
                        + "\(source.count) image", at: settings.values.location(of: "monitor"),
                    notes: [
                        "Name a data source for the queries by 'train.monitor.held_out', or set "
                            + "'train.monitor.enabled: false'."
                    ])
            }
            // A small data set is shared out in the proportion that was asked for.
            let wanted = monitor.images + monitor.queries
            let kept =
                wanted <= source.count
                ? monitor.images
                : min(max(2, source.count * monitor.images / wanted), max(1, source.count - 1))
            bank = Self.subset(of: pipeline, name, source, skipping: 0, kept)
            queries = Self.subset(of: pipeline, name, source, skipping: kept, monitor.queries)
        }
        augmented = Self.subset(
            of: pipeline, name, source, views: pipeline.viewCount, skipping: 0, monitor.augmented)
    }

    private static func subset(
        of pipeline: Pipeline, _ name: String, _ source: any DataSource, views: Int = 1,
        skipping skipped: Int, _ count: Int
    ) -> Subset {
        var random = StageRandom(seed: pipeline.graph.seed, purpose: "monitor \(name)")
        let order = random.permutation(of: source.count)
        return Subset(
            source: source, views: views,
            indices: Array(order.dropFirst(skipped).prefix(count)))
    }

    private static func heldOutSource(
        _ name: String, of pipeline: Pipeline, like source: any DataSource,
        _ settings: TrainingSettings
    ) throws -> any DataSource {
        let place = settings.values.group("monitor").location(of: "held_out")
        guard let other = pipeline.node(name)?.stage as? any DataSource else {
            throw PipelineError(.wiring, "'held_out' names '\(name)', no data source", at: place)
        }
        guard other.imageShape == source.imageShape else {
            throw PipelineError(
                .configuration,
                "the images of 'held_out' are \(other.imageShape), those of training "
                    + "\(source.imageShape)", at: place)
        }
        guard source.classNames.isEmpty || other.classNames == source.classNames else {
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

/// Given images, each changed at random in several ways that are the same every time.
///
/// The views of one image stand next to each other.
struct AugmentedOrder: BatchOrder {
    private let indices: [Int]
    private let views: Int
    private let batchSize: Int
    private let seed: UInt64

    /// An order.
    ///
    /// - Parameter views: How often each image comes.
    init(_ indices: [Int], views: Int, batchSize: Int, seed: UInt64) {
        (self.indices, self.views, self.batchSize) = (indices, views, batchSize)
        self.seed = seed
    }

    func requests(at batch: Int) -> [SampleRequest]? {
        let (start, count) = (batch * batchSize, indices.count * views)
        guard start < count else { return nil }
        return (start..<min(start + batchSize, count)).map { row in
            let index = indices[row / views]
            return SampleRequest(
                index: index, isAugmented: true,
                random: StageRandom(
                    seed: seed, purpose: "monitor views", step: row % views, sample: index))
        }
    }
}
