public import JepaTensor

/// Shifts and scales each dimension so that it has mean 0 and standard deviation 1 on some images.
///
/// A dimension that varies by less than a millionth of its mean is constant as far as float32 can
/// tell; it becomes 0 everywhere instead of amplified rounding noise.
public struct Standardiser: Equatable, Sendable {
    /// The mean of each dimension.
    public let mean: [Double]
    /// What the distance from the mean is multiplied by: 1 / standard deviation, or 0.
    public let scale: [Double]

    /// The means and (population) standard deviations of the rows of a set.
    public init(fitting set: FeatureSet) {
        let moments = ColumnMoments(of: set.features)
        mean = moments.mean
        scale = zip(moments.mean, moments.variance).map { mean, variance in
            let deviation = variance.squareRoot()
            return deviation > 1e-6 * abs(mean) ? 1 / deviation : 0
        }
    }

    /// Leaves features of this width as they are.
    public init(identityOfWidth width: Int) {
        mean = Array(repeating: 0, count: width)
        scale = Array(repeating: 1, count: width)
    }

    /// `[n, D]` to `[n, D]`.
    public func apply(to features: Tensor) -> Tensor { apply(to: features, ones: 0) }

    /// `[n, D]` to `[n, D + ones]`, the last columns being 1.
    func apply(to features: Tensor, ones: Int) -> Tensor {
        let (count, width) = (features.shape[0], mean.count)
        let result = Tensor(uninitialized: [count, width + ones])
        for row in 0..<count {
            let from = features.pointer + row * width
            let to = result.mutablePointer + row * (width + ones)
            for i in 0..<width { to[i] = Float((Double(from[i]) - mean[i]) * scale[i]) }
            for i in width..<width + ones { to[i] = 1 }
        }
        return result
    }
}

/// Mean and population variance of each column, in double and in two passes.
struct ColumnMoments {
    private(set) var mean: [Double]
    private(set) var variance: [Double]

    init(of rows: Tensor) {
        let (count, width) = (rows.shape[0], rows.shape[1])
        mean = Array(repeating: 0, count: width)
        variance = mean
        mean.withUnsafeMutableBufferPointer { mean in
            for row in 0..<count {
                let values = rows.pointer + row * width
                for i in 0..<width { mean[i] += Double(values[i]) }
            }
            for i in 0..<width { mean[i] /= Double(count) }
            variance.withUnsafeMutableBufferPointer { variance in
                for row in 0..<count {
                    let values = rows.pointer + row * width
                    for i in 0..<width {
                        let distance = Double(values[i]) - mean[i]
                        variance[i] += distance * distance
                    }
                }
                for i in 0..<width { variance[i] /= Double(count) }
            }
        }
    }
}
