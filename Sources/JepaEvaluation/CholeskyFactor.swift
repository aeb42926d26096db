import JepaCore

/// The lower triangular `L` with `L L^T` a given positive definite matrix.
package struct CholeskyFactor {
    private let size: Int
    /// Row-major, zeros above the diagonal.
    private let lower: [Double]

    /// Factors a matrix of features.
    ///
    /// - Throws: `data` if it is not positive definite, as with linearly dependent features.
    /// - Complexity: O(size^3).
    package init(_ matrix: SymmetricMatrix) throws {
        let size = matrix.size
        // What rounding leaves of a pivot that is zero in exact arithmetic.
        let largest = (0..<size).map { matrix[$0, $0] }.max() ?? 0
        let floor = largest * Double(size) * 1e-15
        var lower = Array(repeating: 0.0, count: size * size)
        try lower.withUnsafeMutableBufferPointer { l in
            for i in 0..<size {
                for j in 0...i {
                    var sum = matrix.elements[i * size + j]
                    for k in 0..<j { sum -= l[i * size + k] * l[j * size + k] }
                    if i > j {
                        l[i * size + j] = sum / l[j * size + j]
                    } else if sum > floor {
                        l[i * size + i] = sum.squareRoot()
                    } else {
                        throw PipelineError(
                            .data,
                            "dimension \(i) of the features depends linearly on those before it; "
                                + "a regularisation above 0 is needed")
                    }
                }
            }
        }
        self.size = size
        self.lower = lower
    }

    /// Solves `L L^T x = b` for several right sides: `[size, columns]`, row-major, in and out.
    package func solve(_ rightSides: [Double], columns: Int = 1) -> [Double] {
        var x = forwardSubstitute(rightSides, columns: columns)
        x.withUnsafeMutableBufferPointer { x in
            lower.withUnsafeBufferPointer { l in
                for i in (0..<size).reversed() {
                    for c in 0..<columns { x[i * columns + c] /= l[i * size + i] }
                    for k in 0..<i {
                        let factor = l[i * size + k]
                        for c in 0..<columns { x[k * columns + c] -= factor * x[i * columns + c] }
                    }
                }
            }
        }
        return x
    }

    /// Solves `L x = b`; layouts as in `solve`.
    package func forwardSubstitute(_ rightSides: [Double], columns: Int) -> [Double] {
        precondition(
            rightSides.count == size * columns,
            "\(rightSides.count) elements do not fill [\(size), \(columns)]")
        var x = rightSides
        x.withUnsafeMutableBufferPointer { x in
            lower.withUnsafeBufferPointer { l in
                for i in 0..<size {
                    for k in 0..<i {
                        let factor = l[i * size + k]
                        for c in 0..<columns { x[i * columns + c] -= factor * x[k * columns + c] }
                    }
                    for c in 0..<columns { x[i * columns + c] /= l[i * size + i] }
                }
            }
        }
        return x
    }
}
