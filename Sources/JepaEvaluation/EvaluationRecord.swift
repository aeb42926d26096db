/// What one evaluation came to: what `jepa-pipe eval` shows, and writes into the run folder as
/// `evaluations/TASK-DATE-TIME.json`.
///
/// ```json
/// {
///   "format": "jepa-pipe evaluation 1",
///   "task": "linear",
///   "time": "2026-01-31T14:25:00Z",
///   "command": "jepa-pipe eval runs/ijepa --task linear --data photos",
///   "version": "0.1.0",
///   "seconds": 12.5,
///   "encoder": {
///     "weights": "runs/ijepa/checkpoints/step-000120.safetensors", "network": "target encoder",
///     "step": 120, "checksum": "90ab…", "sizes": "width 128, depth 4, …"
///   },
///   "data": {
///     "train": "photos/train, 8000 images", "test": "photos/test, 2000 images",
///     "trainImages": 8000, "testImages": 2000, "classes": ["cat", "dog"], "fingerprint": "…"
///   },
///   "protocol": {"classifier": "logistic regression, C 1", "features": "mean of the patches"},
///   "figures": [
///     {"name": "linear", "value": 0.51, "standardError": 0.011, "untrained": 0.38,
///      "pixels": 0.40, "baseline": 0.1, "isBetterHigher": true}
///   ],
///   "notes": ["…"]
/// }
/// ```
///
/// A figure that does not exist is left out of the file, never null and never a guess: `spread`
/// without repetitions, `standardError` of what is no share of the images, `untrained` where there
/// is no such network, and so on. Keys are those of the properties; readers have to take figures and
/// keys of the protocol as they come.
public struct EvaluationRecord: Codable, Equatable, Sendable {
    /// The first entry of every file.
    public static let currentFormat = "jepa-pipe evaluation 1"

    /// What was evaluated.
    public struct Network: Codable, Equatable, Sendable {
        /// The file or folder of the weights.
        public var weights: String
        /// `target encoder` or `context encoder`; `trained encoder` of a pipeline without a target
        /// encoder.
        public var network: String
        /// Training steps behind the weights; nil where they did not come from a run.
        public var step: Int?
        /// A sum over its tensors.
        public var checksum: String
        /// Width, depth, heads and patches in words.
        public var sizes: String

        /// A network.
        public init(
            weights: String, network: String, step: Int?, checksum: String, sizes: String
        ) {
            self.weights = weights
            self.network = network
            self.step = step
            self.checksum = checksum
            self.sizes = sizes
        }
    }

    /// What it was evaluated on.
    public struct Data: Codable, Equatable, Sendable {
        /// The training images of the probe, in words.
        public var train: String
        /// The images that the figures are of, in words.
        public var test: String
        /// Their numbers.
        public var trainImages: Int
        public var testImages: Int
        /// The names of the classes; empty for values.
        public var classes: [String]
        /// A text that changes when the images do.
        public var fingerprint: String

        /// Data.
        public init(
            train: String, test: String, trainImages: Int, testImages: Int, classes: [String],
            fingerprint: String
        ) {
            self.train = train
            self.test = test
            self.trainImages = trainImages
            self.testImages = testImages
            self.classes = classes
            self.fingerprint = fingerprint
        }
    }

    /// One number, beside what it has to be compared with.
    public struct Figure: Codable, Equatable, Sendable {
        /// Such as `knn`, `linear`, `rmse`; with a qualifier behind a comma: `linear, 4 layers`.
        public var name: String
        /// Of the network; the mean where it was computed several times. Accuracies are 0 to 1.
        public var value: Double
        /// The (sample) standard deviation over repetitions.
        public var spread: Double?
        /// How far the value may be off because the test images are not more; see `shareError`.
        public var standardError: Double?
        /// The same figure of the same network before any training.
        public var untrained: Double?
        /// The same figure of the pixels of the image, scaled down to at most 16x16.
        public var pixels: Double?
        /// The same figure of the answer that needs no image: the most frequent class of the
        /// training images, or their mean.
        public var baseline: Double?
        /// Whether more is better.
        public var isBetterHigher: Bool

        /// A figure.
        public init(
            _ name: String, _ value: Double, spread: Double? = nil, standardError: Double? = nil,
            untrained: Double? = nil, pixels: Double? = nil, baseline: Double? = nil,
            isBetterHigher: Bool = true
        ) {
            self.name = name
            self.value = value
            self.spread = spread
            self.standardError = standardError
            self.untrained = untrained
            self.pixels = pixels
            self.baseline = baseline
            self.isBetterHigher = isBetterHigher
        }
    }

    /// `currentFormat`.
    public var format: String
    /// The value of `--task`.
    public var task: String
    /// When it ended, in ISO 8601.
    public var time: String
    /// The command as it was typed.
    public var command: String
    /// The version of this package.
    public var version: String
    /// How long it took.
    public var seconds: Double
    /// The network.
    public var encoder: Network
    /// The images.
    public var data: Data
    /// How it was done, all that somebody else would have to know: what, then how in words.
    public var `protocol`: [String: String]
    /// The figures in the order in which they are shown.
    public var figures: [Figure]
    /// What else has to be known to read the figures, in sentences.
    public var notes: [String]

    /// A record.
    public init(
        task: String, time: String, command: String, version: String, seconds: Double,
        encoder: Network, data: Data, protocol: [String: String], figures: [Figure],
        notes: [String]
    ) {
        format = Self.currentFormat
        self.task = task
        self.time = time
        self.command = command
        self.version = version
        self.seconds = seconds
        self.encoder = encoder
        self.data = data
        self.protocol = `protocol`
        self.figures = figures
        self.notes = notes
    }
}
