import Foundation
import JepaCore
public import JepaTensor

/// The singular values of a feature table, and how many directions they say are in use.
public struct FeatureSpectrum: Equatable, Sendable {
    /// The min(n, D) singular values, falling.
    public let singularValues: [Double]

    /// The spectrum of `features` `[n, D]`, as they are: not centred, not scaled.
    ///
    /// Computed from the smaller Gram matrix in double; values below 1e-8 of the largest are lost
    /// in rounding, which is below RankMe's epsilon.
    ///
    /// - Throws: `data` unless the shape is `[n, D]` with n and D above 0; `not-finite`.
    /// - Complexity: O(n D min(n, D)).
    public init(of features: Tensor) throws {
        try checkRows(features, of: "features")
        let wide = features.shape[0] < features.shape[1]
        let gram = SymmetricMatrix(gramOf: wide ? transposed(features) : features)
        singularValues = gram.eigenvalues.map { max(0, $0).squareRoot() }
    }

    /// RankMe: the exponential of the entropy of `p = s / sum(s) + 1e-7`.
    ///
    /// 1 when all features are one direction (or zero), min(n, D) when all directions carry the
    /// same. Source: Garrido et al. 2023 (arXiv 2210.02885), equation 1.
    public var rankMe: Double { expEntropy(singularValues, epsilon: 1e-7) }
}

/// RankMe of `features` `[n, D]`; see `FeatureSpectrum`.
public func rankMe(of features: Tensor) throws -> Double {
    try FeatureSpectrum(of: features).rankMe
}

/// The exponential of the entropy of numbers that are made to sum to one.
func expEntropy(_ values: [Double], epsilon: Double) -> Double {
    let sum = values.reduce(0, +)
    let entropy = values.reduce(0.0) { entropy, value in
        let share = (sum > 0 ? value / sum : 0) + epsilon
        return share > 0 ? entropy - share * log(share) : entropy
    }
    return exp(entropy)
}

private func transposed(_ rows: Tensor) -> Tensor {
    let (count, width) = (rows.shape[0], rows.shape[1])
    let result = Tensor(uninitialized: [width, count])
    for row in 0..<count {
        for i in 0..<width {
            result.mutablePointer[i * count + row] = rows.pointer[row * width + i]
        }
    }
    return result
}
