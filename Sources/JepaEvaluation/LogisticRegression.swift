import JepaCore
package import JepaTensor

/// The linear probe: multinomial logistic regression on frozen features.
///
/// Minimises `sum over images of -log p(label) + |W|^2 / (2 C)` over weights and free intercepts;
/// the same problem, and to 1e-4 the same loss, as scikit-learn's `LogisticRegression`.
/// Sums over images are float32 matrix products; losses and the search itself are double.
public struct LogisticRegression: Equatable, Sendable {
    /// scikit-learn's `C`: the inverse of the strength of the penalty on the weights.
    public var inverseRegularisation: Double
    /// Whether features are first brought to mean 0 and standard deviation 1 on the training images.
    public var standardise: Bool
    /// The search ends, if need be unconverged, after this many steps.
    public var maxIterations: Int

    /// A probe; the defaults are scikit-learn's, after standardising.
    ///
    /// - Throws: `value` unless `inverseRegularisation` and `maxIterations` are above 0.
    public init(
        inverseRegularisation: Double = 1, standardise: Bool = true, maxIterations: Int = 500
    ) throws {
        guard inverseRegularisation > 0, inverseRegularisation.isFinite else {
            throw PipelineError(
                .value,
                "the inverse regularisation is '\(inverseRegularisation)'; it has to be above 0")
        }
        guard maxIterations > 0 else {
            throw PipelineError(
                .value, "the number of iterations is '\(maxIterations)'; it is 1 or more")
        }
        self.inverseRegularisation = inverseRegularisation
        self.standardise = standardise
        self.maxIterations = maxIterations
    }

    /// The best classifier for these images.
    ///
    /// Classes without a training image are never predicted: their intercept would have no bound.
    ///
    /// - Throws: `missing` without labels; `data` if they are all the same.
    /// - Complexity: O(n D classes) per step of the search; some 50 to 200 steps.
    public func fit(_ train: FeatureSet) throws -> LinearClassifier {
        let labels = try train.requiredLabels(for: "logistic regression")
        let classes = train.classes
        guard classes.count > 1 else {
            throw PipelineError(
                .data,
                "all \(train.count) training images have the label '\(classes[0])'; "
                    + "logistic regression needs 2 classes or more")
        }
        let place = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
        return try solve(train, .labels(labels.map { place[$0]! }), classes)
    }

    /// The best classifier of parts of images, each of which belongs to several classes in shares:
    /// their cross-entropy takes the place of `-log p(label)`.
    ///
    /// - Parameters:
    ///   - rows: `[n, D]`
    ///   - shares: `[n, C]`, each 0 or more; a row counts as much as its shares come to together.
    /// - Throws: `data` if they all belong to one class; `not-finite`.
    /// - Complexity: as `fit`.
    package func fit(_ rows: Tensor, shares: Tensor) throws -> LinearClassifier {
        precondition(
            shares.shape.count == 2 && shares.shape[0] == rows.shape[0],
            "shares \(shares.shape) are not those of rows \(rows.shape)")
        let (count, all) = (rows.shape[0], shares.shape[1])
        var sums = [Double](repeating: 0, count: all)
        for place in 0..<shares.count { sums[place % all] += Double(shares.pointer[place]) }
        let classes = (0..<all).filter { sums[$0] > 0 }
        guard classes.count > 1 else {
            throw PipelineError(
                .data,
                "all training images show class '\(classes.first ?? 0)' alone; logistic "
                    + "regression needs 2 classes or more")
        }
        let kept = Tensor(uninitialized: [count, classes.count])
        for row in 0..<count {
            for (place, name) in classes.enumerated() {
                kept.mutablePointer[row * classes.count + place] = shares.pointer[row * all + name]
            }
        }
        return try solve(FeatureSet(features: rows), .shares(kept), classes)
    }

    /// The classifier for targets that count `classes` from 0.
    private func solve(
        _ train: FeatureSet, _ targets: SoftmaxProblem.Targets, _ classes: [Int]
    ) throws -> LinearClassifier {
        let standardiser =
            standardise
            ? Standardiser(fitting: train) : Standardiser(identityOfWidth: train.width)
        let problem = try SoftmaxProblem(
            features: standardiser.apply(to: train.features, ones: 1), targets: targets,
            numClasses: classes.count, penalty: 1 / (inverseRegularisation * Double(train.count)))
        let minimum = LBFGS(maxIterations: maxIterations).minimise(
            from: problem.start, precondition: problem.precondition, problem.evaluate)
        let (weights, bias) = problem.split(minimum.point)
        return LinearClassifier(
            weights: weights, bias: bias, classes: classes, standardiser: standardiser,
            loss: problem.logLoss(minimum.point), iterations: minimum.iterations,
            converged: minimum.converged)
    }
}
