import COpenBLAS

/// The products of all pairs of columns, `x^T x`, or those of the columns minus their `mean`,
/// computed and returned in float64.
///
/// In float32 the squares of singular values lose half their digits: every singular value below
/// 3e-4 of the largest would be noise.
///
/// - Parameters:
///   - rows: `[n, D]`
///   - mean: what is subtracted from each column, `[D]`
/// - Returns: `[D, D]` in row-major order, both triangles.
/// - Complexity: O(n D^2), on the calling thread.
public func gramMatrix(_ rows: Tensor, minus mean: [Double]? = nil) -> [Double] {
    precondition(rows.shape.count == 2, "the rows \(rows.shape) are not a matrix")
    let (count, width) = (rows.shape[0], rows.shape[1])
    precondition(
        mean == nil || mean?.count == width,
        "\(mean?.count ?? 0) means do not fit \(width) columns")
    MatrixProduct.library
    var gram = [Double](repeating: 0, count: width * width)
    let tile = 256
    var wide = [Double](repeating: 0, count: min(tile, count) * width)
    let shift = mean ?? [Double](repeating: 0, count: width)
    for first in stride(from: 0, to: count, by: tile) {
        let present = min(tile, count - first)
        let values = rows.pointer + first * width
        wide.withUnsafeMutableBufferPointer { wide in
            shift.withUnsafeBufferPointer { shift in
                for row in 0..<present {
                    for i in 0..<width {
                        wide[row * width + i] = Double(values[row * width + i]) - shift[i]
                    }
                }
            }
        }
        cblas_dsyrk(
            CblasRowMajor, CblasLower, CblasTrans, blasint(width), blasint(present), 1, wide,
            blasint(max(1, width)), 1, &gram, blasint(max(1, width)))
    }
    for i in 0..<width { for j in 0..<i { gram[j * width + i] = gram[i * width + j] } }
    return gram
}
