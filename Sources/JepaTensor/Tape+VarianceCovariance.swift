extension Tape {
    /// The two terms of VICReg that keep embeddings from collapsing.
    ///
    /// `varianceWeight * mean_j relu(1 - sqrt(var_j + epsilon)) + covarianceWeight / D * sum of
    /// the squared covariances of different dimensions`, both unbiased (`B - 1`).
    ///
    /// - Parameter z: `[B, D]`, B at least 2.
    /// - Returns: A scalar.
    /// - Complexity: O(B D^2)
    ///
    /// Source: VICReg, arXiv 2105.04906, section 4.1.
    public func varianceCovariance(
        _ z: Variable, varianceWeight: Float, covarianceWeight: Float, epsilon: Float
    ) -> Variable {
        precondition(
            z.shape.count == 2 && z.shape[0] >= 2, "\(z.shape) has no variance over its rows")
        let (batch, width) = (z.shape[0], z.shape[1])
        let centred = z.value.centredColumns()
        // [D, D]; on the way back its entries become derivatives in place.
        let covariance = Tensor(uninitialized: [width, width])
        MatrixProduct(
            m: width, n: width, k: batch, a: centred.pointer, aStride: width, transposesA: true,
            b: centred.pointer, bStride: width, c: covariance.mutablePointer, cStride: width,
            alpha: 1 / Float(batch - 1)
        ).runInParallel()

        var (hinges, squares) = (0.0, 0.0)
        for i in 0..<width {
            let row = covariance.pointer + i * width
            hinges += max(0, 1 - (Double(row[i]) + Double(epsilon)).squareRoot())
            for j in 0..<width where j != i { squares += Double(row[j]) * Double(row[j]) }
        }
        let loss =
            Double(varianceWeight) * hinges / Double(width) + Double(covarianceWeight) * squares
            / Double(width)

        let slot = z.slot
        return record(Tensor(scalar: Float(loss)), keeps: keeps(z)) { gradient in
            let derivative = covariance.mutablePointer
            for i in 0..<width {
                let deviation = (derivative[i * width + i] + epsilon).squareRoot()
                for j in 0..<width {
                    derivative[i * width + j] *= 2 * covarianceWeight / Float(width)
                }
                derivative[i * width + i] =
                    deviation < 1 ? -varianceWeight / (2 * deviation * Float(width)) : 0
            }
            // The covariance is c^T c / (B - 1) of the centred c, whose columns sum to 0; so do
            // those of the gradient, and centring needs no way back of its own.
            let passed = Tensor(uninitialized: [batch, width])
            MatrixProduct(
                m: batch, n: width, k: width, a: centred.pointer, aStride: width, b: derivative,
                bStride: width, c: passed.mutablePointer, cStride: width,
                alpha: 2 * gradient.scalar / Float(batch - 1)
            ).runInParallel()
            slot?.accumulate(passed)
        }
    }
}

extension Tensor {
    /// The rows of a matrix minus their mean, summed in float64.
    fileprivate func centredColumns() -> Tensor {
        let (rows, width) = (shape[0], shape[1])
        let centred = Tensor(uninitialized: shape)
        for j in 0..<width {
            var sum = 0.0
            for i in 0..<rows { sum += Double(pointer[i * width + j]) }
            let mean = Float(sum / Double(rows))
            for i in 0..<rows {
                centred.mutablePointer[i * width + j] = pointer[i * width + j] - mean
            }
        }
        return centred
    }
}
