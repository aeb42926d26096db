package import JepaTensor

/// Batch normalisation without weights, epsilon 1e-6: by the batch in training, by running means in
/// evaluation.
///
/// The running means begin at 0, the variances at 1; each batch moves them a tenth of the way to its
/// own, the variance divided by n - 1. Source: the arithmetic of `torch.nn.BatchNorm1d`.
package struct BatchNormalisation {
    /// The running mean of each column.
    package private(set) var mean: [Double]
    /// The running variance of each column.
    package private(set) var variance: [Double]

    /// A normalisation that has seen nothing yet.
    package init(width: Int) {
        mean = Array(repeating: 0, count: width)
        variance = Array(repeating: 1, count: width)
    }

    /// Normalises `[B, D]` by the running means.
    package func callAsFunction(_ rows: Tensor) -> Tensor { Self.normalised(rows, mean, variance) }

    /// Normalises `[B, D]` by the batch, and moves the running means towards it. A batch of one has no
    /// variance; it is normalised by the running means, which stay.
    package mutating func train(_ rows: Tensor) -> Tensor {
        let (count, width) = (rows.shape[0], rows.shape[1])
        guard count > 1 else { return self(rows) }
        var batchMean = Array(repeating: 0.0, count: width)
        var batchVariance = batchMean
        for row in 0..<count {
            for i in 0..<width { batchMean[i] += Double(rows.pointer[row * width + i]) }
        }
        for i in 0..<width { batchMean[i] /= Double(count) }
        for row in 0..<count {
            for i in 0..<width {
                let distance = Double(rows.pointer[row * width + i]) - batchMean[i]
                batchVariance[i] += distance * distance / Double(count)
            }
        }
        for i in 0..<width {
            let unbiased = batchVariance[i] * Double(count) / Double(count - 1)
            mean[i] += 0.1 * (batchMean[i] - mean[i])
            variance[i] += 0.1 * (unbiased - variance[i])
        }
        return Self.normalised(rows, batchMean, batchVariance)
    }

    private static func normalised(
        _ rows: Tensor, _ mean: [Double], _ variance: [Double]
    ) -> Tensor {
        let width = rows.shape[1]
        let scale = variance.map { 1 / ($0 + 1e-6).squareRoot() }
        let result = Tensor(uninitialized: rows.shape)
        for row in 0..<rows.shape[0] {
            for i in 0..<width {
                result.mutablePointer[row * width + i] = Float(
                    (Double(rows.pointer[row * width + i]) - mean[i]) * scale[i])
            }
        }
        return result
    }
}
