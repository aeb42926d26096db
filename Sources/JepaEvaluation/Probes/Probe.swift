import JepaCore

/// A question that the features of a network are asked.
///
/// A probe does not know what the features are of, so the network, the same network before any
/// training and the bare pixels are asked the same question in the same way.
public protocol Probe: Sendable {
    /// How it is done, all that somebody else would have to know: what, then how in words.
    var settings: [String: String] { get }

    /// The figures of some features.
    ///
    /// - Throws: `missing` for images without what the question needs; `data` if they cannot
    ///   answer it.
    func figures(train: ProbeSet, test: ProbeSet) throws -> [ProbeFigure]

    /// What the answer that looks at no image comes to, by the names of the figures.
    func baselines(train: ProbeSet, test: ProbeSet) throws -> [String: Double]
}

extension Probe {
    /// The accuracy of always naming the most frequent class of the training images.
    func majorityAccuracy(train: ProbeSet, test: ProbeSet) throws -> Double {
        let known = try train.images.requiredLabels(for: "a probe")
        let asked = try test.images.requiredLabels(for: "the accuracy of a probe")
        var counts: [Int: Int] = [:]
        for label in known { counts[label, default: 0] += 1 }
        let most = counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
        return Double(asked.count { $0 == most }) / Double(asked.count)
    }
}

/// Images as a probe sees them: features, classes, and a number per image if there is one.
public struct ProbeSet: Sendable {
    /// Features and classes.
    public let images: FeatureSet
    /// One number per image, such as a count; nil without.
    public let values: [Double]?

    /// A set.
    ///
    /// - Throws: `data` for a wrong number of values.
    public init(_ images: FeatureSet, values: [Double]? = nil) throws {
        if let values, values.count != images.count {
            throw PipelineError(
                .data,
                "found \(values.count) values for \(images.count) images; each image needs one")
        }
        self.images = images
        self.values = values
    }

    /// The values, or an error that says what needed them.
    func requiredValues(for purpose: String) throws -> [Double] {
        guard let values else {
            throw PipelineError(
                .missing,
                "\(purpose) needs a number per image, and the \(images.count) images have none")
        }
        return values
    }
}

/// One number that a probe came to.
public struct ProbeFigure: Equatable, Sendable {
    /// Such as `knn` or `rmse`.
    public let name: String
    /// The number; the mean of several repetitions.
    public let value: Double
    /// The sample standard deviation of the repetitions; nil without.
    public let spread: Double?
    /// The standard error of a share of the test images; nil for other figures.
    public let standardError: Double?
    /// Whether more is better.
    public let isBetterHigher: Bool
    /// Whether it says something of pixels, too.
    public let isOfPixels: Bool

    /// A figure.
    public init(
        _ name: String, _ value: Double, spread: Double? = nil, standardError: Double? = nil,
        isBetterHigher: Bool = true, isOfPixels: Bool = true
    ) {
        self.name = name
        self.value = value
        self.spread = spread
        self.standardError = standardError
        self.isBetterHigher = isBetterHigher
        self.isOfPixels = isOfPixels
    }

    /// The share of some images of which something is so, such as an accuracy.
    init(_ name: String, share: Double, of count: Int) {
        self.init(name, share, standardError: shareError(share, of: count))
    }

    /// The share of the same images in several repetitions; at least one.
    package init(_ name: String, shares: [Double], of count: Int) {
        precondition(!shares.isEmpty, "'\(name)' was computed no times")
        let mean = shares.reduce(0, +) / Double(shares.count)
        let squares = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(
            name, mean,
            spread: shares.count > 1 ? (squares / Double(shares.count - 1)).squareRoot() : nil,
            standardError: shareError(mean, of: count))
    }
}
