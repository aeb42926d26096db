/// Are images of a class near each other? Accuracy of k-NN, and RankMe of the training features.
///
/// Source: Wu et al. 2018 (arXiv 1805.01978); Garrido et al. 2023 (arXiv 2210.02885).
public struct NeighbourProbe: Probe {
    private let classifier: NearestNeighbours

    /// A probe.
    public init(_ classifier: NearestNeighbours) { self.classifier = classifier }

    public var settings: [String: String] {
        let vote =
            switch classifier.vote {
            case .majority: "one vote each"
            case .similarity(let temperature): "weights exp(similarity / \(temperature))"
            }
        return ["classifier": "k-NN, cosine similarity, k \(classifier.k), \(vote)"]
    }

    public func figures(train: ProbeSet, test: ProbeSet) throws -> [ProbeFigure] {
        [
            ProbeFigure(
                "knn", share: try classifier.classify(test.images, bank: train.images).accuracy,
                of: test.images.count),
            ProbeFigure(
                "rankme", try FeatureSpectrum(of: train.images.features).rankMe, isOfPixels: false),
        ]
    }

    public func baselines(train: ProbeSet, test: ProbeSet) throws -> [String: Double] {
        ["knn": try majorityAccuracy(train: train, test: test)]
    }
}
