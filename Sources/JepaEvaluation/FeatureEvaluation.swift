import JepaCore
public import JepaTensor

/// Judges the features of one network on fixed images.
///
/// A figure means little by itself: compare it with the same figure of the untrained network, and
/// accuracies also with `FeatureSet.majorityShare`.
public struct FeatureEvaluation: Equatable, Sendable {
    /// The k-NN classifier, or nil to leave it out.
    public var nearestNeighbours: NearestNeighbours?
    /// The linear probe, or nil to leave it out.
    public var logisticRegression: LogisticRegression?

    /// An evaluation with the given probes.
    public init(nearestNeighbours: NearestNeighbours?, logisticRegression: LogisticRegression?) {
        self.nearestNeighbours = nearestNeighbours
        self.logisticRegression = logisticRegression
    }

    /// Both probes with their defaults.
    public static func standard() throws -> FeatureEvaluation {
        FeatureEvaluation(
            nearestNeighbours: try NearestNeighbours(), logisticRegression: try LogisticRegression()
        )
    }

    /// All figures that the images allow; without labels these are the ones that need none.
    ///
    /// - Parameter all: The features `[n, D]` whose spread is told, where there are more than
    ///   those of `train`.
    /// - Throws: `data` if the sets have different widths.
    public func report(
        train: FeatureSet, test: FeatureSet, all: Tensor? = nil
    ) throws -> FeatureReport {
        try test.requireSameWidth(as: train)
        let all = all ?? train.features
        let statistics = try FeatureStatistics(of: all)
        var report = FeatureReport(
            rankMe: try FeatureSpectrum(of: all).rankMe,
            featureStandardDeviation: statistics.meanStandardDeviation,
            meanCosine: statistics.meanCosine)
        if statistics.meanCosine == nil {
            report.omissions.append("mean_cosine is left out: it needs 2 images or more.")
        }
        guard nearestNeighbours != nil || logisticRegression != nil else { return report }
        guard train.labels != nil, test.labels != nil else {
            report.omissions.append("knn and linear are left out: the images have no labels.")
            return report
        }
        guard train.classes.count > 1 else {
            report.omissions.append(
                "knn and linear are left out: the training images are all of one class.")
            return report
        }
        if let nearestNeighbours {
            report.knn = try nearestNeighbours.classify(test, bank: train).accuracy
            if nearestNeighbours.k > train.count {
                report.omissions.append(
                    "knn has \(train.count) neighbours instead of \(nearestNeighbours.k): "
                        + "there are no more training images.")
            }
        }
        if let logisticRegression {
            let classifier = try logisticRegression.fit(train)
            report.linear = try classifier.classify(test).accuracy
            if !classifier.converged {
                report.omissions.append(
                    "linear did not reach its minimum in \(classifier.iterations) steps.")
            }
        }
        return report
    }
}
