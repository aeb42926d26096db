import JepaCore
public import JepaTensor

/// The directions in which rows vary most, largest first.
///
/// A direction and its opposite are equally good; of the two this is the one whose largest
/// coordinate by size is positive, so that the same rows always give the same picture.
/// Source: Pearson 1901; the sign as in scikit-learn's `svd_flip` on the components.
public struct PrincipalComponents: Equatable, Sendable {
    /// What is subtracted first, `[D]`: the mean of the rows.
    public let mean: [Double]
    /// The directions, `[count][D]`, of length 1 and at right angles to each other.
    public let directions: [[Double]]
    /// The variance along each direction, over n rows (not n - 1).
    public let variances: [Double]
    /// The variance along all D directions together.
    public let totalVariance: Double

    /// The first `count` components of `rows` `[n, D]`; fewer if D is smaller.
    ///
    /// - Throws: `data` unless the shape is `[n, D]` with n and D above 0; `not-finite`.
    /// - Complexity: O(n D^2 + D^3), in double.
    public init(of rows: Tensor, count: Int) throws {
        try checkRows(rows, of: "rows")
        let (n, width) = (rows.shape[0], rows.shape[1])
        var sums = [Double](repeating: 0, count: width)
        let values = rows.pointer
        for row in 0..<n {
            for i in 0..<width { sums[i] += Double(values[row * width + i]) }
        }
        let mean = sums.map { $0 / Double(n) }
        let gram = gramMatrix(rows, minus: mean)
        let (eigenvalues, vectors) = symmetricEigenvectors(gram, order: width)
        let kept = (0..<min(count, width)).map { width - 1 - $0 }
        self.mean = mean
        directions = kept.map { row in
            Self.oriented(Array(vectors[row * width..<(row + 1) * width]))
        }
        variances = kept.map { max(0, eigenvalues[$0]) / Double(n) }
        totalVariance = (0..<width).reduce(0) { $0 + gram[$1 * width + $1] } / Double(n)
    }

    /// The share of all variance that lies along each direction; 0 if nothing varies.
    public var shares: [Double] {
        variances.map { totalVariance > 0 ? $0 / totalVariance : 0 }
    }

    /// The coordinates of rows `[n, D]` along the directions, `[n][count]`.
    public func scores(of rows: Tensor) -> [[Double]] {
        let width = mean.count
        precondition(
            rows.shape.count == 2 && rows.shape[1] == width,
            "rows \(rows.shape) do not have the \(width) columns of the components")
        let values = rows.pointer
        return (0..<rows.shape[0]).map { row in
            directions.map { direction in
                var sum = 0.0
                for i in 0..<width {
                    sum += (Double(values[row * width + i]) - mean[i]) * direction[i]
                }
                return sum
            }
        }
    }

    private static func oriented(_ direction: [Double]) -> [Double] {
        let largest = direction.max { abs($0) < abs($1) } ?? 0
        return largest < 0 ? direction.map { -$0 } : direction
    }
}
