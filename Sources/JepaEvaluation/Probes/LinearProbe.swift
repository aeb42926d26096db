/// Does a plane separate the classes? The quick form of the linear evaluation: logistic regression
/// on features that were computed once, without augmentation, to its minimum.
public struct LinearProbe: Probe {
    private let regression: LogisticRegression

    /// A probe.
    public init(_ regression: LogisticRegression) { self.regression = regression }

    public var settings: [String: String] {
        ["classifier": regression.words + ", all training images"]
    }

    public func figures(train: ProbeSet, test: ProbeSet) throws -> [ProbeFigure] {
        let classification = try regression.fit(train.images).classify(test.images)
        return [
            ProbeFigure("linear", share: classification.accuracy, of: test.images.count),
            ProbeFigure("linear, mean of classes", classification.balancedAccuracy),
        ]
    }

    public func baselines(train: ProbeSet, test: ProbeSet) throws -> [String: Double] {
        let classes = Set(try test.images.requiredLabels(for: "a probe"))
        return [
            "linear": try majorityAccuracy(train: train, test: test),
            "linear, mean of classes": 1 / Double(classes.count),
        ]
    }
}

extension LogisticRegression {
    /// Such as `logistic regression by L-BFGS, C 1.0, standardised features`.
    var words: String {
        "logistic regression by L-BFGS, C \(inverseRegularisation)"
            + (standardise ? ", standardised features" : "")
    }
}
