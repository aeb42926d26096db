import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct FeatureSpectrumTests {
    @Test func rankMeIsTheGoldenOne() throws {
        let fixtures = try Fixtures()
        let golden = fixtures.golden.rankme.value
        // The demand is 1e-3; in double the two differ by rounding only.
        expectClose(try rankMe(of: fixtures.train.features), golden, within: 1e-6)
    }

    @Test func singularValuesAgreeWithThePeer() throws {
        let fixtures = try Fixtures()
        let found = try FeatureSpectrum(of: fixtures.train.features)
        expectClose(
            found.singularValues, fixtures.peer.singularValues, within: 1e-9)
    }

    @Test func fewerImagesThanDimensionsCountTheImages() throws {
        let fixtures = try Fixtures()
        let found = try FeatureSpectrum(of: fixtures.train.features.rows(0..<10))
        #expect(found.singularValues.count == 10)
        expectClose(
            found.rankMe, fixtures.peer.rankmeOfFirst10Rows, within: 1e-6)
    }

    @Test func equalDirectionsCountFully() throws {
        var elements = Array(repeating: Float(0), count: 25)
        for i in 0..<5 { elements[i * 6] = 3 }
        expectClose(
            try rankMe(of: Tensor(elements, shape: [5, 5])), 5, within: 1e-4)
    }

    @Test func collapsedFeaturesHaveRankOne() throws {
        // Exactly 1 but for RankMe's epsilon, which adds some 2e-6 per dimension.
        for value: Float in [0.1, -7, 0] {
            let found = try rankMe(of: Tensor(repeating: value, shape: [9, 16]))
            expectClose(found, 1, within: 1e-4)
        }
        expectClose(try rankMe(of: Tensor([2], shape: [1, 1])), 1, within: 1e-4)
    }

    /// A Gram matrix in float32 would add noise of 3e-4 in every dimension: a rank of 3 instead of 1.
    @Test func nearlyCollapsedFeaturesAreNotLiftedByRounding() throws {
        let factors = noise(300)
        let direction = noise(64, seed: 5).map { ($0 * 1024).rounded() }
        let rows = factors.flatMap { factor in
            direction.map { ($0 * (factor * 1024).rounded()) }
        }
        expectClose(try rankMe(of: Tensor(rows, shape: [300, 64])), 1, within: 1e-3)
    }

    @Test func notANumberIsRefused() {
        expectError(
            .notFinite, "features hold 'inf' at row 1, column 0; all have to be finite"
        ) { try rankMe(of: Tensor([0, .infinity], shape: [2, 1])) }
    }
}

@Suite struct SymmetricMatrixTests {
    @Test(arguments: [1, 2, 3, 7, 20])
    func eigenvaluesKeepTraceAndSumOfSquares(size: Int) {
        let matrix = symmetricNoise(size)
        let values = matrix.eigenvalues
        #expect(values == values.sorted(by: >))
        let trace = (0..<size).reduce(0) { $0 + matrix[$1, $1] }
        let squares = matrix.elements.reduce(0) { $0 + $1 * $1 }
        expectClose(values.reduce(0, +), trace, within: 1e-12 * Double(size))
        expectClose(values.reduce(0) { $0 + $1 * $1 }, squares, within: 1e-12 * Double(size))
    }

    /// At an eigenvalue the matrix minus it is singular: elimination leaves a pivot of zero.
    @Test func eigenvaluesAreRootsOfTheDeterminant() {
        let matrix = symmetricNoise(5)
        for value in matrix.eigenvalues {
            var shifted = matrix
            shifted.addToDiagonal(-value)
            expectClose(determinant(shifted), 0, within: 1e-12)
        }
    }

    @Test(arguments: [
        ("diagonal", [3.0, 0, 0, 0, -1, 0, 0, 0, 2], [3.0, 2, -1]),
        ("of one vector", [1.0, 2, 3, 2, 4, 6, 3, 6, 9], [14.0, 0, 0]),
        ("equal", [5.0, 0, 0, 0, 5, 0, 0, 0, 5], [5.0, 5, 5]),
        ("zero", [0.0, 0, 0, 0, 0, 0, 0, 0, 0], [0.0, 0, 0]),
        (
            "of a path", [0.0, 1, 0, 1, 0, 1, 0, 1, 0],
            [Double(2).squareRoot(), 0, -(Double(2).squareRoot())]
        ),
    ])
    func knownEigenvaluesAreFound(name: String, elements: [Double], expected: [Double]) {
        expectClose(
            SymmetricMatrix(size: 3, elements: elements).eigenvalues, expected, within: 1e-14)
    }

    @Test func tinyEigenvaluesSurviveBesideLargeOnes() {
        // Grades of 1e-12 mixed by a rotation.
        let (c, s) = (0.6, 0.8)
        let (a, b) = (1.0, 1e-12)
        let matrix = SymmetricMatrix(
            size: 2,
            elements: [
                c * c * a + s * s * b, c * s * (a - b), c * s * (a - b), s * s * a + c * c * b,
            ])
        expectClose(matrix.eigenvalues[1], 1e-12, within: 1e-15)
    }

    @Test(arguments: [(1, 1), (3, 2), (5, 7), (13, 4)])
    func gramIsTheSumOfProducts(rows: Int, columns: Int) {
        let table = noiseTable(rows, columns)
        let mean = (0..<columns).map { Double($0) * 0.1 }
        let gram = SymmetricMatrix(gramOf: table, minus: mean)
        for i in 0..<columns {
            for j in 0..<columns {
                var sum = 0.0
                for row in 0..<rows {
                    sum +=
                        (Double(table.pointer[row * columns + i]) - mean[i])
                        * (Double(table.pointer[row * columns + j]) - mean[j])
                }
                expectClose(gram[i, j], sum, within: 1e-12)
            }
        }
    }

    @Test func choleskySolves() throws {
        var matrix = SymmetricMatrix(gramOf: noiseTable(9, 4))
        matrix.addToDiagonal(0.1)
        let answer = [1.0, -2, 3, 0.5, 0, 7, -1, 2]
        let rightSides = (0..<8).map { place in
            (0..<4).reduce(0) { $0 + matrix[place / 2, $1] * answer[$1 * 2 + place % 2] }
        }
        let found = try CholeskyFactor(matrix).solve(rightSides, columns: 2)
        expectClose(found, answer, within: 1e-12)
    }

    @Test func dependentColumnsHaveNoFactor() {
        expectError(
            .data,
            "dimension 1 of the features depends linearly on those before it; a regularisation above 0 is needed"
        ) { try CholeskyFactor(SymmetricMatrix(size: 2, elements: [1, 2, 2, 4])) }
    }
}

private func symmetricNoise(_ size: Int) -> SymmetricMatrix {
    let values = noise(size * size, seed: 3)
    var matrix = SymmetricMatrix(size: size, elements: values.map { Double($0) })
    for i in 0..<size { for j in 0..<i { matrix[i, j] = matrix[j, i] } }
    return matrix
}

/// By elimination with row exchange.
private func determinant(_ matrix: SymmetricMatrix) -> Double {
    var (work, result) = (matrix, 1.0)
    for k in 0..<work.size {
        let pivot = (k..<work.size).max { abs(work[$0, k]) < abs(work[$1, k]) }!
        if work[pivot, k] == 0 { return 0 }
        if pivot != k {
            result = -result
            for j in 0..<work.size {
                (work[k, j], work[pivot, j]) = (work[pivot, j], work[k, j])
            }
        }
        result *= work[k, k]
        for i in (k + 1)..<max(k + 1, work.size) {
            let factor = work[i, k] / work[k, k]
            for j in k..<work.size { work[i, j] -= factor * work[k, j] }
        }
    }
    return result
}
