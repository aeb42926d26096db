public import JepaTensor

/// The images of one step.
public struct Batch: Sendable {
    /// One tensor `[B, C, H, W]` per `images` output of the data source, in the order of its
    /// descriptor.
    public let views: [Tensor]
    /// The class of each image, -1 if unknown.
    public let labels: [Int32]

    /// A batch.
    public init(views: [Tensor], labels: [Int32]) {
        self.views = views
        self.labels = labels
    }

    /// The number of images, `B`.
    public var count: Int { labels.count }

    /// Some of the images, sharing storage.
    func images(_ range: Range<Int>) -> Batch {
        Batch(views: views.map { $0.rows(range) }, labels: Array(labels[range]))
    }
}

/// How a step is carried out.
public struct StepOptions: Equatable, Sendable {
    /// Images that are in memory at a time; nil for the whole batch.
    public var microBatch: Int?
    /// The norm that the gradient is cut to; nil for no limit.
    public var clipGradient: Double?
    /// How the operands of matrix products are rounded.
    public var precision: Precision

    /// Options; by default the whole batch at once, no limit, and float32.
    public init(
        microBatch: Int? = nil, clipGradient: Double? = nil, precision: Precision = .float32
    ) {
        self.microBatch = microBatch
        self.clipGradient = clipGradient
        self.precision = precision
    }
}

/// What a step came to.
public struct StepResult: Sendable {
    /// The weighted sum that was minimised.
    public let loss: Double
    /// Each loss by the name of its stage, before weighting.
    public let losses: [Figure]
    /// What the optimizer and other stages report: `lr`, `weight_decay`, `momentum`.
    public let figures: [Figure]
    /// Seconds per stage, then `backward` and `optimizer`.
    public let phases: [Figure]
    /// The norm of the whole gradient before clipping.
    public let gradientNorm: Double
    /// Patches of a context block, and of a target block; 0 without a masker.
    public let contextPatches: Int
    public let targetPatches: Int
}

/// Looks into a step while it runs, to compare it with another implementation.
public struct StepObserver {
    /// Gets intermediate results of the stages that offer them.
    public var value: ((_ stage: String, _ name: String, _ value: Tensor) -> Void)?
    /// Gets the trained weights with their gradients, before they are clipped and used.
    public var gradients: ((_ trained: [NamedWeight]) -> Void)?

    /// An observer that looks at nothing yet.
    public init() {}
}
