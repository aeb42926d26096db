/// The figures of one evaluation, as `metrics.jsonl` names them.
///
/// A figure that the images do not allow is nil and `omissions` says why: nothing is left out
/// silently.
public struct FeatureReport: Equatable, Sendable {
    /// The accuracy of k-NN on the test images, with the training images as bank.
    public var knn: Double?
    /// The accuracy of logistic regression on the test images.
    public var linear: Double?
    /// RankMe of the training features.
    public var rankMe: Double
    /// The standard deviation per dimension of the training features, averaged.
    public var featureStandardDeviation: Double
    /// The mean cosine similarity of different training images.
    public var meanCosine: Double?
    /// Why figures are missing or not what they seem, one sentence each.
    public var omissions: [String]

    /// A report from its figures.
    public init(
        knn: Double? = nil, linear: Double? = nil, rankMe: Double,
        featureStandardDeviation: Double, meanCosine: Double?, omissions: [String] = []
    ) {
        self.knn = knn
        self.linear = linear
        self.rankMe = rankMe
        self.featureStandardDeviation = featureStandardDeviation
        self.meanCosine = meanCosine
        self.omissions = omissions
    }

    /// The names in the order of `figures`.
    public static let names = ["knn", "linear", "rankme", "feature_std", "mean_cosine"]

    /// The figures there are, by name, in a fixed order.
    public var figures: [(name: String, value: Double)] {
        zip(Self.names, [knn, linear, rankMe, featureStandardDeviation, meanCosine])
            .compactMap { name, value in value.map { (name, $0) } }
    }
}
