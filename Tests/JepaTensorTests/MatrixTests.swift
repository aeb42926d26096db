import JepaTensor
import JepaTestSupport
import Testing

@Suite struct MatrixTests {
    @Test(
        arguments: [(1, 1, 1), (3, 7, 5), (67, 2, 131), (2, 300, 3)],
        [(false, false), (true, false), (false, true), (true, true)])
    func productsWithEveryTranspose(size: (m: Int, n: Int, k: Int), transposed: (a: Bool, b: Bool))
    {
        let (m, n, k) = size
        let a = sampleTensor(transposed.a ? [k, m] : [m, k], seed: 1)
        let b = sampleTensor(transposed.b ? [n, k] : [k, n], seed: 2)
        let (x, y) = (Oracle.doubles(a), Oracle.doubles(b))
        let expected = (0..<m * n).map { i in
            (0..<k).reduce(0.0) { sum, j in
                sum + x[transposed.a ? j * m + i / n : i / n * k + j]
                    * y[transposed.b ? i % n * k + j : j * n + i % n]
            }
        }
        let product = matmul(a, b, transposeA: transposed.a, transposeB: transposed.b)
        expectEqual(product, expected, shape: [m, n], .ofLargest(1e-6))
    }

    @Test func theLargestColumnIsTheFirstOfEquals() {
        let rows: [[Float]] = [
            [1, 3, 3], [2, 2, 2], [0, 1, 2], [-1, -2, -3], [.nan, 1, 2], [.nan, .nan, .nan],
            [-.infinity, -.infinity, -.infinity],
        ]
        let table = Tensor(rows.flatMap { $0 }, shape: [7, 3])
        let expected: [Int?] = [1, 0, 2, 0, 2, nil, 0]
        #expect(table.largestColumns() == expected)
        let single: [Int?] = [0, 0]
        #expect(Tensor([5, -5], shape: [2, 1]).largestColumns() == single)
        #expect(Tensor([], shape: [0, 3]).largestColumns().isEmpty)
    }

    @Test func theLastColumnsAreThoseOfEveryRow() {
        let table = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        for (width, expected) in [(1, [3, 6]), (2, [2, 3, 5, 6]), (3, [1, 2, 3, 4, 5, 6])] {
            #expect(table.lastColumns(width).shape == [2, width])
            #expect(table.lastColumns(width).elements == expected.map { Float($0) })
        }
    }

    @Test func eigenvaluesAscendAndKeepTheTrace() {
        #expect(symmetricEigenvalues(Tensor([7], shape: [1, 1])) == [7])
        let known = symmetricEigenvalues(Tensor([2, 1, 0, 1, 2, 0, 0, 0, -5], shape: [3, 3]))
        for (found, expected) in zip(known, [-5.0, 1, 3]) { #expect(abs(found - expected) < 1e-12) }
        let sample = sampleTensor([31, 17], seed: 1)
        let gram = matmul(sample, sample, transposeA: true)
        let values = symmetricEigenvalues(gram)
        #expect(values == values.sorted() && values[0] > 0)
        let trace = (0..<17).reduce(0.0) { $0 + Double(gram.elements[$1 * 18]) }
        #expect(abs(values.reduce(0, +) / trace - 1) < 1e-12)
    }

    @Test(arguments: [1, 2, 7, 40])
    func eigenvectorsAreMappedToMultiplesOfThemselves(order: Int) {
        let half = sampleTensor([order, order], seed: 3).elements.map(Double.init)
        let matrix = (0..<order * order).map { i in
            half[i] + half[i % order * order + i / order]
        }
        let (values, vectors) = symmetricEigenvectors(matrix, order: order)
        for (found, expected) in zip(values, symmetricEigenvalues(matrix, order: order)) {
            #expect(abs(found - expected) < 1e-10)
        }
        for (index, value) in values.enumerated() {
            let vector = vectors[index * order..<(index + 1) * order].map { $0 }
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
            for row in 0..<order {
                let image = (0..<order).reduce(0) { $0 + matrix[row * order + $1] * vector[$1] }
                #expect(abs(image - value * vector[row]) < 1e-10)
            }
        }
        #expect(values.count == order && vectors.count == order * order)
    }

    @Test func rowsAreCopiedInTheOrderAsked() {
        let table = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        let rows = table.rows(at: [2, 0, 2])
        #expect(rows.shape == [3, 2] && rows.elements == [5, 6, 1, 2, 5, 6])
        #expect(table.rows(at: []).shape == [0, 2])
    }

    @Test func anEmptyMatrixHasNoEigenvalues() {
        #expect(symmetricEigenvalues([], order: 0).isEmpty)
        #expect(symmetricEigenvectors([], order: 0).vectors.isEmpty)
    }
}
