import JepaCore
import JepaTensor

/// Least squares with a penalty, in closed form: the probe for quantities such as count and
/// distance.
///
/// Minimises `|y - X w - b|^2 + strength |w|^2` with a free intercept, as scikit-learn's `Ridge`
/// does, by a Cholesky factor of the covariance in double.
public struct RidgeRegression: Equatable, Sendable {
    /// The factor before `|w|^2`; 0 is ordinary least squares.
    public var strength: Double
    /// Whether features are first brought to mean 0 and standard deviation 1 on the training images.
    public var standardise: Bool

    /// A regression.
    ///
    /// - Throws: `value` if `strength` is negative or not finite.
    public init(strength: Double = 1, standardise: Bool = true) throws {
        guard strength >= 0, strength.isFinite else {
            throw PipelineError(.value, "the strength is '\(strength)'; it is 0 or more")
        }
        self.strength = strength
        self.standardise = standardise
    }

    /// The best linear prediction of one number per image.
    ///
    /// - Throws: `data` for a wrong number of values, or for linearly dependent features when
    ///   `strength` is 0; `not-finite` for a value that is not a number.
    /// - Complexity: O(n D^2 + D^3).
    public func fit(_ train: FeatureSet, to values: [Double]) throws -> LinearRegressor {
        try checkValues(values, for: train)
        return try RidgeProblem(train, values, standardise: standardise)
            .solve(strength: strength)
    }
}

/// A fitted ridge regression.
public struct LinearRegressor: Equatable, Sendable {
    /// One per dimension, for standardised features.
    public let weights: [Double]
    /// The intercept.
    public let bias: Double
    /// What is done to features before the weights apply.
    public let standardiser: Standardiser

    /// The predicted value of each image.
    ///
    /// - Throws: `data` if the set has another width than the training images.
    public func predict(_ set: FeatureSet) throws -> [Double] {
        guard set.width == weights.count else {
            throw PipelineError(
                .data,
                "the regression was fitted to \(weights.count) dimensions; found \(set.width)")
        }
        let features = standardiser.apply(to: set.features)
        return (0..<set.count).map { row in
            let values = features.pointer + row * set.width
            return (0..<set.width).reduce(bias) { $0 + weights[$1] * Double(values[$1]) }
        }
    }

    /// Predicts and compares with the true values.
    ///
    /// - Throws: as `predict`; `data` for a wrong number of values, `not-finite`.
    public func evaluate(_ set: FeatureSet, against values: [Double]) throws -> RegressionFigures {
        try checkValues(values, for: set)
        return RegressionFigures(predictions: try predict(set), values: values)
    }
}

func checkValues(_ values: [Double], for set: FeatureSet) throws {
    guard values.count == set.count else {
        throw PipelineError(
            .data, "found \(values.count) values for \(set.count) images; each image needs one")
    }
    if let image = values.firstIndex(where: { !$0.isFinite }) {
        throw PipelineError(
            .notFinite, "image \(image) has the value '\(values[image])'; it has to be finite")
    }
}
