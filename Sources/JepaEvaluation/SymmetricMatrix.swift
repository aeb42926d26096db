package import JepaTensor

/// A symmetric matrix of doubles, where float32 would not do.
package struct SymmetricMatrix {
    /// The number of rows and of columns.
    package let size: Int
    /// Row-major, both triangles.
    package var elements: [Double]

    /// A matrix with the given elements, `[size, size]`.
    package init(size: Int, elements: [Double]) {
        precondition(
            elements.count == size * size, "\(elements.count) elements do not fill \(size)^2")
        self.size = size
        self.elements = elements
    }

    /// `X^T X` of `rows` `[n, D]`, or of the rows minus `mean`; of size D.
    package init(gramOf rows: Tensor, minus mean: [Double]? = nil) {
        self.init(size: rows.shape[1], elements: gramMatrix(rows, minus: mean))
    }

    package subscript(row: Int, column: Int) -> Double {
        get { elements[row * size + column] }
        set { elements[row * size + column] = newValue }
    }

    /// Adds a number to every entry of the diagonal.
    package mutating func addToDiagonal(_ value: Double) {
        for i in 0..<size { elements[i * size + i] += value }
    }

    /// Multiplies every entry by a number.
    package mutating func scale(by factor: Double) {
        for i in elements.indices { elements[i] *= factor }
    }

    /// The eigenvalues in falling order.
    package var eigenvalues: [Double] { symmetricEigenvalues(elements, order: size).reversed() }
}
