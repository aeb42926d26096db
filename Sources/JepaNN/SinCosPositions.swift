import Foundation
public import JepaTensor

/// Fixed two-dimensional sine-cosine positions.
public enum SinCosPositions {
    /// The position vectors of all patches of a grid.
    ///
    /// The first half of the channels encodes the column, the second half the row; each half is
    /// `[sin(p w), cos(p w)]` with `w_i = 10000^(-i / (width / 4))`.
    ///
    /// - Parameter width: A multiple of 4.
    /// - Returns: `[rows * columns, width]`, row-major.
    public static func table(rows: Int, columns: Int, width: Int) -> Tensor {
        precondition(
            width % 4 == 0, "a width of \(width) cannot hold sines and cosines of two axes")
        let quarter = width / 4
        let frequencies = (0..<quarter).map { pow(10000, -Double($0) / Double(quarter)) }
        var elements: [Float] = []
        elements.reserveCapacity(rows * columns * width)
        for row in 0..<rows {
            for column in 0..<columns {
                for position in [Double(column), Double(row)] {
                    elements += frequencies.map { Float(sin(position * $0)) }
                    elements += frequencies.map { Float(cos(position * $0)) }
                }
            }
        }
        return Tensor(elements, shape: [rows * columns, width])
    }
}
