/// Do the features know a quantity, such as a count or a distance?
///
/// Asked twice: by class, as Clevr/Count and Clevr/Dist of VTAB do it, with logistic regression;
/// and as a number, with ridge regression whose penalty is chosen by cross-validation on the
/// training images.
/// Source: VTAB, arXiv 1910.04867.
public struct ValueProbe: Probe {
    private let regression: LogisticRegression
    private let folds: Int

    /// What the penalty of ridge regression is chosen from, after standardising.
    public static let strengths = (-1...6).map { exponent in
        (0..<abs(exponent)).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
    }

    /// A probe.
    ///
    /// - Parameter folds: Parts of the cross-validation, two or more.
    public init(_ regression: LogisticRegression, folds: Int = 5) {
        precondition(folds > 1, "cross-validation needs 2 parts or more, not \(folds)")
        self.regression = regression
        self.folds = folds
    }

    public var settings: [String: String] {
        [
            "classifier": regression.words + ", all training images",
            "regression": "ridge regression on standardised features, penalty of "
                + Self.strengths.map { "\($0)" }.joined(separator: ", ")
                + " by the mean squared error of \(folds) parts of the training images",
        ]
    }

    public func figures(train: ProbeSet, test: ProbeSet) throws -> [ProbeFigure] {
        var figures: [ProbeFigure] = []
        if train.images.classes.count > 1, test.images.labels != nil {
            figures.append(
                ProbeFigure(
                    "accuracy",
                    share: try regression.fit(train.images).classify(test.images).accuracy,
                    of: test.images.count))
        }
        let values = try train.requiredValues(for: "a regression")
        let ridge = try RidgeRegression(
            bestFor: train.images, values, among: Self.strengths, folds: folds)
        let found = try ridge.fit(train.images, to: values)
            .evaluate(test.images, against: test.requiredValues(for: "a regression"))
        return figures + Self.figures(found)
    }

    public func baselines(train: ProbeSet, test: ProbeSet) throws -> [String: Double] {
        let values = try train.requiredValues(for: "a regression")
        let asked = try test.requiredValues(for: "a regression")
        let mean = values.reduce(0, +) / Double(values.count)
        let constant = RegressionFigures(
            predictions: Array(repeating: mean, count: asked.count), values: asked)
        var result = Dictionary(
            uniqueKeysWithValues: Self.figures(constant).map { ($0.name, $0.value) })
        if train.images.classes.count > 1, test.images.labels != nil {
            result["accuracy"] = try majorityAccuracy(train: train, test: test)
        }
        return result
    }

    private static func figures(_ found: RegressionFigures) -> [ProbeFigure] {
        [
            ProbeFigure("rmse", found.rmse, isBetterHigher: false),
            ProbeFigure("mae", found.mae, isBetterHigher: false),
        ] + (found.r2.map { [ProbeFigure("r2", $0)] } ?? [])
    }
}
