import CKernels
import COpenBLAS

/// One matrix product in memory, `c = alpha op(a) op(b) + beta c`, all row-major.
///
/// `op(a)` is `[m, k]`, `op(b)` is `[k, n]`, `c` is `[m, n]`; strides count elements from one
/// row to the next, of the matrices as they are stored.
package struct MatrixProduct {
    var m: Int
    var n: Int
    var k: Int
    var a: UnsafePointer<Float>
    var aStride: Int
    var transposesA = false
    var b: UnsafePointer<Float>
    var bStride: Int
    var transposesB = false
    var c: UnsafeMutablePointer<Float>
    var cStride: Int
    var alpha: Float = 1
    var beta: Float = 0

    /// OpenBLAS must not start threads of its own: they would compete with the pool.
    static let library: Void = openblas_set_num_threads(1)

    /// What computes a product.
    package enum Kernel: Sendable {
        /// That of this package; only where `ownIsBuilt`.
        case own
        /// OpenBLAS.
        case openBLAS

        /// Whether the processor's level has a kernel of this package.
        package static var ownIsBuilt: Bool { jk_multiplies() }

        /// That of this package where there is one, OpenBLAS elsewhere.
        static var best: Kernel { jk_multiplies() ? .own : .openBLAS }
    }

    /// Computes the product on the calling thread.
    func run(with kernel: Kernel = .best) {
        guard m > 0, n > 0 else { return }
        if kernel == .own {
            var product = jk_product(
                m: m, n: n, k: k, transposes_a: transposesA, transposes_b: transposesB,
                a_stride: aStride, b_stride: bStride, c_stride: cStride, alpha: alpha, beta: beta,
                a: a, b: b, c: c)
            return jk_multiply(&product)
        }
        Self.library
        cblas_sgemm(
            CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans,
            transposesB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a,
            blasint(aStride), b, blasint(bStride), beta, c, blasint(cStride))
    }

    /// The rows `range` of the product.
    func rows(_ range: Range<Int>) -> MatrixProduct {
        var part = self
        part.m = range.count
        part.a += transposesA ? range.lowerBound : range.lowerBound * aStride
        part.c += range.lowerBound * cStride
        return part
    }

    /// The columns `range` of the product.
    func columns(_ range: Range<Int>) -> MatrixProduct {
        var part = self
        part.n = range.count
        part.b += transposesB ? range.lowerBound * bStride : range.lowerBound
        part.c += range.lowerBound
        return part
    }

    /// Computes the product on all threads.
    func runInParallel(with kernel: Kernel = .best) {
        // Our kernel loses little by smaller tiles: with some to spare, a thread that is held up
        // leaves its share to the others.
        let wanted = kernel == .own && threadCount > 1 ? 3 * threadCount : threadCount
        let (down, across) = Self.tiling(m: m, n: n, k: k, for: wanted)
        guard down * across > 1 else { return run(with: kernel) }
        parallel(down * across) { tile in
            let (i, j) = (tile / across, tile % across)
            rows(Self.cut(m, i, of: down, grain: 6)..<Self.cut(m, i + 1, of: down, grain: 6))
                .columns(
                    Self.cut(
                        n, j, of: across, grain: 64)..<Self.cut(n, j + 1, of: across, grain: 64)
                ).run(with: kernel)
        }
    }

    /// Where part `index` of `parts` equal ones begins, at a multiple of `grain` if each part has
    /// some.
    private static func cut(_ count: Int, _ index: Int, of parts: Int, grain: Int) -> Int {
        let place = count * index / parts
        guard index < parts, count >= parts * grain * 2 else { return place }
        return (place + grain / 2) / grain * grain
    }

    /// How many tiles to cut such a product into, down and across, for this many threads: the
    /// cutting whose largest tile takes least time, where each row and column of a tile costs
    /// as much as some more elements, because it has to be copied.
    package static func tiling(
        m: Int, n: Int, k: Int, for threads: Int
    ) -> (down: Int, across: Int) {
        // A tile below this many multiplications costs more to hand out than to compute.
        let most = max(1, min(threads, (m * n * k) >> 18))
        var best = (down: 1, across: 1)
        var least = Int.max
        for down in 1...min(most, max(m, 1)) {
            let across = min(most / down, max(n, 1))
            let (height, width) = ((m + down - 1) / down, (n + across - 1) / across)
            let time = height * width + 24 * (height + width)
            if time < least { (best, least) = ((down, across), time) }
        }
        return best
    }
}
