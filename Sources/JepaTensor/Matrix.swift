import COpenBLAS

/// The product of two matrices, `op(a) op(b)`, on all threads.
///
/// - Parameters:
///   - a: `[m, k]`, or `[k, m]` with `transposeA`
///   - b: `[k, n]`, or `[n, k]` with `transposeB`
///   - precision: What the elements of both are rounded to.
/// - Returns: `[m, n]`
/// - Complexity: O(m n k)
public func matmul(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false,
    precision: Precision = .float32
) -> Tensor {
    precondition(
        a.shape.count == 2 && b.shape.count == 2
            && a.shape[transposeA ? 0 : 1] == b.shape[transposeB ? 1 : 0],
        "matrices \(a.shape) and \(b.shape) cannot be multiplied")
    let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let n = b.shape[transposeB ? 0 : 1]
    let result = Tensor(uninitialized: [m, n])
    MatrixProduct(
        m: m, n: n, k: k, a: a.pointer, aStride: max(1, a.shape[1]), transposesA: transposeA,
        b: b.pointer, bStride: max(1, b.shape[1]), transposesB: transposeB,
        c: result.mutablePointer, cStride: max(1, n), precision: precision
    ).runInParallel()
    return result
}

/// The eigenvalues of a symmetric matrix in ascending order, computed in float64.
///
/// - Parameter a: `[n, n]`; only its lower triangle is read.
/// - Complexity: O(n^3), on the calling thread.
public func symmetricEigenvalues(_ a: Tensor) -> [Double] {
    precondition(
        a.shape.count == 2 && a.shape[0] == a.shape[1], "a matrix \(a.shape) is not square")
    return symmetricEigenvalues(a.elements.map(Double.init), order: a.shape[0])
}

/// The eigenvalues of a symmetric matrix in ascending order.
///
/// - Parameters:
///   - elements: `[order, order]` in row-major order; only the lower triangle is read.
/// - Complexity: O(order^3), on the calling thread.
public func symmetricEigenvalues(_ elements: [Double], order: Int) -> [Double] {
    var elements = elements
    return decompose(&elements, order: order, wanting: "N")
}

/// The eigenvalues of a symmetric matrix in ascending order, and their eigenvectors.
///
/// - Parameters:
///   - elements: `[order, order]` in row-major order; only the lower triangle is read.
/// - Returns: The vectors are `[order, order]`, one of length 1 in each row, in the order of the
///   values; each may as well be its opposite.
/// - Complexity: O(order^3), on the calling thread.
public func symmetricEigenvectors(
    _ elements: [Double], order: Int
) -> (values: [Double], vectors: [Double]) {
    var vectors = elements
    let values = decompose(&vectors, order: order, wanting: "V")
    return (values, vectors)
}

/// LAPACK's `dsyev`; with the job `V` the matrix is overwritten by its eigenvectors.
private func decompose(
    _ matrix: inout [Double], order: Int, wanting job: Unicode.Scalar
) -> [Double] {
    precondition(
        matrix.count == order * order,
        "\(matrix.count) elements do not fill [\(order), \(order)]")
    guard order > 0 else { return [] }
    MatrixProduct.library
    // Row by row the lower triangle is, column by column, the upper one.
    var (job, triangle) = (CChar(UInt8(ascii: job)), CChar(UInt8(ascii: "U")))
    var values = [Double](repeating: 0, count: order)
    var (n, status) = (blasint(order), blasint(0))
    var (space, best) = (blasint(-1), 0.0)
    dsyev_(&job, &triangle, &n, &matrix, &n, &values, &best, &space, &status)
    space = blasint(best)
    var work = [Double](repeating: 0, count: Int(space))
    dsyev_(&job, &triangle, &n, &matrix, &n, &values, &work, &space, &status)
    precondition(status == 0, "the eigenvalues of a matrix of order \(order) did not converge")
    return values
}
