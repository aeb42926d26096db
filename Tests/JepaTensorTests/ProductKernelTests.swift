import CKernels
import JepaTensor
import JepaTestSupport
import Testing

/// The kernels for matrix products, where this processor has one; those in bf16 against sums of
/// products of operands that were rounded before.
@Suite(.enabled(if: jk_multiplies(), "skipped: no kernel for products at this level"))
struct ProductKernelTests {
    /// A product with room around each matrix, so that whatever is read or written beyond its
    /// border shows.
    struct Case: Sendable, CustomStringConvertible {
        var (m, n, k): (Int, Int, Int)
        var transposesA = false
        var transposesB = false
        var alpha: Float = 1
        var beta: Float = 0
        /// Whether a bias and a residual are added.
        var addsMore = false
        var precision = Precision.float32

        var description: String {
            "\(precision) \(m) x \(n) x \(k)\(transposesA ? " a^T" : "")\(transposesB ? " b^T" : ""), "
                + "alpha \(alpha), beta \(beta)\(addsMore ? ", bias, residual" : "")"
        }

        var aStride: Int { (transposesA ? m : k) + 3 }
        var bStride: Int { (transposesB ? k : n) + 5 }
        var cStride: Int { n + 2 }
        var a: Tensor { sampleTensor([transposesA ? k : m, aStride], seed: 1) }
        var b: Tensor { sampleTensor([transposesB ? n : k, bStride], seed: 2) }
        var c: Tensor { sampleTensor([m, cStride], seed: 3) }
        var bias: Tensor { sampleTensor([n], seed: 4) }
        var residual: Tensor { sampleTensor([m, cStride], seed: 5) }

        /// Computes the rows and columns of a part of c.
        ///
        /// - Parameter packs: Whether b is copied beforehand, the last panel first.
        func run(
            into c: Tensor, rows: Range<Int>, columns: Range<Int>, packs: Bool = false
        ) {
            let (a, b, bias, residual) = (a, b, bias, residual)
            let panels = (columns.count + Int(jk_panel_width) - 1) / Int(jk_panel_width)
            let copy = Tensor(repeating: .nan, shape: [panels, k, Int(jk_panel_width)])
            withExtendedLifetime((a, b, bias, residual, copy)) {
                var product = jk_product()
                (product.m, product.n, product.k) = (rows.count, columns.count, k)
                (product.transposes_a, product.transposes_b) = (transposesA, transposesB)
                (product.a_stride, product.b_stride) = (aStride, bStride)
                product.c_stride = cStride
                (product.alpha, product.beta) = (alpha, beta)
                product.a = a.pointer + rows.lowerBound * (transposesA ? 1 : aStride)
                product.b = b.pointer + columns.lowerBound * (transposesB ? bStride : 1)
                product.c = c.mutablePointer + rows.lowerBound * cStride + columns.lowerBound
                if addsMore {
                    product.bias = bias.pointer + columns.lowerBound
                    product.residual =
                        residual.pointer + rows.lowerBound * cStride + columns.lowerBound
                }
                if packs {
                    let pack = precision == .bf16 ? jk_pack_bf16 : jk_pack
                    pack(&product, copy.mutablePointer, panels - 1, 1)
                    pack(&product, copy.mutablePointer, 0, panels - 1)
                    product.packed = UnsafeRawPointer(copy.pointer)
                }
                if precision == .bf16 {
                    jk_multiply_bf16(&product)
                } else {
                    jk_multiply(&product)
                }
            }
        }

        /// The elements of an operand as they enter the product.
        func operand(_ tensor: Tensor) -> [Double] {
            precision == .bf16
                ? tensor.elements.map { Double(Oracle.bf16($0)) } : Oracle.doubles(tensor)
        }

        /// What c should be, its margins as they were.
        var expected: [Double] {
            let (x, y, before) = (operand(a), operand(b), Oracle.doubles(c))
            let (bias, residual) = (Oracle.doubles(bias), Oracle.doubles(residual))
            return before.indices.map { place in
                let (i, j) = (place / cStride, place % cStride)
                guard j < n else { return before[place] }
                let sum = (0..<k).reduce(0.0) { sum, p in
                    sum + x[transposesA ? p * aStride + i : i * aStride + p]
                        * y[transposesB ? j * bStride + p : p * bStride + j]
                }
                let more = addsMore ? bias[j] + residual[place] : 0
                return Double(alpha) * sum + Double(beta) * before[place] + more
            }
        }
    }

    private static let precisions = Precision.allCases.filter(\.isAvailable)
    private static let transposes = [(false, false), (true, false), (false, true), (true, true)]

    @Test(
        arguments: [
            (1, 1, 1), (5, 3, 2), (6, 64, 16), (7, 65, 17), (13, 47, 31), (23, 131, 37), (2, 80, 0),
        ], transposes)
    func equalsTheSums(size: (Int, Int, Int), transposed: (Bool, Bool)) {
        for precision in Self.precisions {
            let ways: [(Float, Float, Bool)] = [
                (1, 0, false), (1, 1, false), (-0.5, 0, false), (2, 0.25, false), (1, 0, true),
                (2, 0.25, true),
            ]
            for (alpha, beta, addsMore) in ways {
                let product = Case(
                    m: size.0, n: size.1, k: size.2, transposesA: transposed.0,
                    transposesB: transposed.1, alpha: alpha, beta: beta, addsMore: addsMore,
                    precision: precision)
                let c = product.c.copy()
                product.run(into: c, rows: 0..<product.m, columns: 0..<product.n)
                expectEqual(c, product.expected, shape: c.shape, .ofLargest(1e-6), "\(product)")
            }
        }
    }

    /// Deeper than one panel, so that the sums are taken up again.
    @Test(arguments: transposes, precisions)
    func equalsTheSumsOfADeepProduct(transposed: (Bool, Bool), precision: Precision) {
        let product = Case(
            m: 8, n: 66, k: 2_003, transposesA: transposed.0, transposesB: transposed.1,
            addsMore: true, precision: precision)
        let c = product.c.copy()
        product.run(into: c, rows: 0..<product.m, columns: 0..<product.n)
        // Float32 sums of 2,003 terms, 24 at most a few thousand ulp apart.
        expectEqual(c, product.expected, shape: c.shape, .ofLargest(1e-5), "\(product)")
    }

    /// More rows than are converted at a time.
    @Test(arguments: transposes, precisions)
    func equalsTheSumsOfATallProduct(transposed: (Bool, Bool), precision: Precision) {
        let product = Case(
            m: 1_103, n: 5, k: 3, transposesA: transposed.0, transposesB: transposed.1, beta: 1,
            precision: precision)
        let c = product.c.copy()
        product.run(into: c, rows: 0..<product.m, columns: 0..<product.n)
        expectEqual(c, product.expected, shape: c.shape, .ofLargest(1e-6), "\(product)")
    }

    @Test(
        arguments: [
            (1, 1, 1), (13, 47, 31), (7, 131, 1_801), (1_103, 65, 2), (6, 128, 16), (2, 80, 0),
        ], transposes)
    func aCopyOfBMadeBeforehandChangesNoBit(size: (Int, Int, Int), transposed: (Bool, Bool)) {
        for precision in Self.precisions where precision == .float32 || jk_packs_bf16() {
            let product = Case(
                m: size.0, n: size.1, k: size.2, transposesA: transposed.0,
                transposesB: transposed.1, alpha: 0.3, beta: 1, precision: precision)
            let (alone, shared) = (product.c.copy(), product.c.copy())
            product.run(into: alone, rows: 0..<product.m, columns: 0..<product.n)
            product.run(into: shared, rows: 0..<product.m, columns: 0..<product.n, packs: true)
            #expect(alone.elements == shared.elements, "\(product)")
        }
    }

    @Test(arguments: precisions)
    func infinitiesAndNaNOfTheOutputAreNotReadWithoutBeta(precision: Precision) {
        let product = Case(m: 7, n: 70, k: 9, precision: precision)
        let c = Tensor(repeating: .nan, shape: [7, product.cStride])
        product.run(into: c, rows: 0..<7, columns: 0..<70)
        for row in 0..<7 {
            #expect(c.rows(row..<row + 1).elements.prefix(70).allSatisfy { $0.isFinite })
        }
    }

    @Test(arguments: transposes, precisions)
    func anyPartComesOutTheSameToTheBit(transposed: (Bool, Bool), precision: Precision) {
        // A library may choose another order for another shape.
        guard precision.library == nil else { return }
        let product = Case(
            m: 29, n: 150, k: 1_601, transposesA: transposed.0, transposesB: transposed.1,
            alpha: 0.3, beta: 1, addsMore: true, precision: precision)
        let whole = product.c.copy()
        product.run(into: whole, rows: 0..<29, columns: 0..<150)
        let parts = product.c.copy()
        for rows in [0..<6, 6..<7, 7..<20, 20..<29] {
            for columns in [0..<1, 1..<64, 64..<128, 128..<150] {
                product.run(into: parts, rows: rows, columns: columns)
            }
        }
        #expect(parts.elements == whole.elements)
    }
}

extension ProcessWideTests {
    /// Products by the library, which levels without a kernel of their own use.
    @Suite struct LibraryProductTests {
        @Test func theLibraryAgreesWithTheKernel() {
            let best = jk_current_level()
            defer { _ = jk_set_level(best) }
            let a = sampleTensor([37, 301], seed: 1)
            let b = sampleTensor([83, 301], seed: 2)
            let found = matmul(a, b, transposeB: true)
            #expect(jk_set_level(JK_PORTABLE) && !jk_multiplies())
            expectEqual(matmul(a, b, transposeB: true), found, .ofLargest(1e-6))
        }
    }
}
