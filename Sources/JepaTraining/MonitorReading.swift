public import JepaCore

/// What the features were like at one moment.
public struct MonitorReading: Codable, Equatable, Sendable {
    /// Steps taken.
    public let step: Int
    /// One entry per encoder, the target encoder first.
    public let encoders: [EncoderReading]
    /// What the pixels come to without any network; only before the first step, and with labels.
    public let pixels: PixelReading?
    /// One entry per loss that compares predictions with targets.
    public let losses: [LossReading]
    /// The accuracy of always naming the most frequent class; nil without labels.
    public let majorityShare: Double?
    /// Images the features are of.
    public let images: Int
    /// Images whose class was asked for.
    public let queries: Int

    /// A reading.
    package init(
        step: Int, encoders: [EncoderReading], pixels: PixelReading? = nil,
        losses: [LossReading] = [], majorityShare: Double?, images: Int, queries: Int
    ) {
        self.step = step
        self.encoders = encoders
        self.pixels = pixels
        self.losses = losses
        self.majorityShare = majorityShare
        self.images = images
        self.queries = queries
    }

    /// The figures for the metrics: `target_encoder.knn`.
    public var figures: [Figure] {
        encoders.flatMap { reading in
            reading.figures.map { Figure("\(reading.encoder).\($0.name)", $0.value) }
        }
            + losses.flatMap { reading in
                reading.figures.map { Figure("\(reading.loss).\($0.name)", $0.value) }
            }
    }

    /// The reading of the encoder that is judged.
    public var judged: EncoderReading? { encoders.first }

    /// The reading of an encoder.
    public func encoder(_ name: String) -> EncoderReading? { encoders.first { $0.encoder == name } }

    /// The reading of a loss.
    public func loss(_ name: String) -> LossReading? { losses.first { $0.loss == name } }
}

/// What an image's pixels tell of its class, averaged over at most 16x16 fields.
public struct PixelReading: Codable, Equatable, Sendable {
    /// Accuracy of the nearest neighbours.
    public let knn: Double?
    /// Accuracy of a linear classifier.
    public let linear: Double?

    /// A reading; nil if there is nothing to read.
    package init?(knn: Double?, linear: Double?) {
        if knn == nil && linear == nil { return nil }
        self.knn = knn
        self.linear = linear
    }

    /// `k-NN 0.341, linear 0.352`
    var words: String {
        [knn.map { "k-NN \(decimal($0, 3))" }, linear.map { "linear \(decimal($0, 3))" }]
            .compactMap { $0 }.joined(separator: ", ")
    }
}

/// What the features of one encoder were like.
public struct EncoderReading: Codable, Equatable, Sendable {
    /// The stage.
    public let encoder: String
    /// Dimensions of a feature, the most that `rankMe` can be if there are as many images.
    public let width: Int
    /// Accuracy of the nearest neighbours; nil without labels.
    public let knn: Double?
    /// Accuracy of a linear classifier; nil without labels.
    public let linear: Double?
    /// How many directions the features use.
    public let rankMe: Double
    /// How many directions tell images apart, against how much views of one image vary; nil where
    /// it was not looked at.
    public let lidar: Double?
    /// Standard deviation per dimension, averaged.
    public let deviation: Double
    /// Mean cosine similarity of different images, near 1 if they can hardly be told apart.
    public let cosine: Double?
    /// Why figures are missing.
    public let omissions: [String]

    /// A reading.
    package init(
        encoder: String, width: Int, knn: Double?, linear: Double?, rankMe: Double,
        lidar: Double? = nil, deviation: Double, cosine: Double?, omissions: [String]
    ) {
        self.encoder = encoder
        self.width = width
        self.knn = knn
        self.linear = linear
        self.rankMe = rankMe
        self.lidar = lidar
        self.deviation = deviation
        self.cosine = cosine
        self.omissions = omissions
    }

    /// The figures there are, as the metrics name them.
    public var figures: [Figure] {
        let all: [(String, Double?)] = [
            ("knn", knn), ("linear", linear), ("rankme", rankMe), ("lidar", lidar),
            ("feature_std", deviation), ("mean_cosine", cosine),
        ]
        return all.compactMap { name, value in value.map { Figure(name, $0) } }
    }

    /// A figure by its name in the metrics.
    func figure(named name: String) -> Double? { figures.first { $0.name == name }?.value }
}
