import JepaCore
public import JepaTensor

/// How far apart the rows of a feature table lie: the plainest signs of collapse.
///
/// Works for image features `[n, D]` and, flattened to that shape, for the target tokens that the
/// predictor is asked for.
public struct FeatureStatistics: Equatable, Sendable {
    /// The population standard deviation of a dimension, averaged over the dimensions; 0 when all
    /// rows are equal.
    public let meanStandardDeviation: Double
    /// The population variance of a dimension, averaged over the dimensions.
    public let meanVariance: Double
    /// The mean cosine similarity of two different rows, -1 to 1; near 1 when features have
    /// collapsed. Nil for a single row, which has no other.
    public let meanCosine: Double?

    /// The statistics of `rows` `[n, D]`.
    ///
    /// The mean over all n (n - 1) / 2 pairs comes from the length of the sum of the unit vectors:
    /// `|sum u|^2 = sum |u|^2 + 2 sum over pairs u.v`. Rows of zeros have cosine 0 to all others.
    ///
    /// - Throws: `data` unless the shape is `[n, D]` with n and D above 0; `not-finite`.
    /// - Complexity: O(n D).
    public init(of rows: Tensor) throws {
        try checkRows(rows, of: "features")
        let (count, width) = (rows.shape[0], rows.shape[1])
        let variance = ColumnMoments(of: rows).variance
        meanVariance = variance.reduce(0, +) / Double(width)
        meanStandardDeviation = variance.reduce(0) { $0 + $1.squareRoot() } / Double(width)

        guard count > 1 else {
            meanCosine = nil
            return
        }
        var (sum, ownSquares) = (Array(repeating: 0.0, count: width), 0.0)
        sum.withUnsafeMutableBufferPointer { sum in
            for row in 0..<count {
                let values = rows.pointer + row * width
                var square = 0.0
                for i in 0..<width { square += Double(values[i]) * Double(values[i]) }
                guard square > 0 else { continue }
                ownSquares += 1
                let scale = 1 / square.squareRoot()
                for i in 0..<width { sum[i] += Double(values[i]) * scale }
            }
        }
        let square = sum.reduce(0) { $0 + $1 * $1 }
        meanCosine = (square - ownSquares) / (Double(count) * Double(count - 1))
    }
}
