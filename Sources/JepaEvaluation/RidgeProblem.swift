import JepaTensor

/// What ridge regression of some images comes to before the penalty is known: the penalty is
/// added to the diagonal of the covariance, and the rest is the same for all.
struct RidgeProblem {
    private let standardiser: Standardiser
    private let center: [Double]
    private let meanValue: Double
    private let gram: SymmetricMatrix
    /// `X^T (y - mean)`.
    private let products: [Double]

    /// The problem of predicting one checked value per image.
    ///
    /// - Complexity: O(n D^2).
    init(_ train: FeatureSet, _ values: [Double], standardise: Bool) {
        standardiser =
            standardise
            ? Standardiser(fitting: train) : Standardiser(identityOfWidth: train.width)
        let features = standardiser.apply(to: train.features)
        let center = ColumnMoments(of: features).mean
        let meanValue = values.reduce(0, +) / Double(values.count)
        var products = Array(repeating: 0.0, count: train.width)
        products.withUnsafeMutableBufferPointer { products in
            for row in 0..<train.count {
                let from = features.pointer + row * train.width
                let distance = values[row] - meanValue
                for i in products.indices {
                    products[i] += (Double(from[i]) - center[i]) * distance
                }
            }
        }
        gram = SymmetricMatrix(gramOf: features, minus: center)
        self.center = center
        self.meanValue = meanValue
        self.products = products
    }

    /// The best weights under a penalty.
    ///
    /// - Throws: `data` for linearly dependent features when `strength` is 0.
    /// - Complexity: O(D^3).
    func solve(strength: Double) throws -> LinearRegressor {
        var gram = gram
        gram.addToDiagonal(strength)
        let weights = try CholeskyFactor(gram).solve(products)
        let shift = zip(weights, center).reduce(0) { $0 + $1.0 * $1.1 }
        return LinearRegressor(
            weights: weights, bias: meanValue - shift, standardiser: standardiser)
    }
}
