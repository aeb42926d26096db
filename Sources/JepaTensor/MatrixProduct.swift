import CKernels
import COpenBLAS

/// One matrix product in memory, `c = alpha op(a) op(b) + beta c + bias + residual`, all row-major.
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
    /// Added to every row of c, `[n]`.
    var bias: UnsafePointer<Float>?
    /// Added to c, and laid out as it is.
    var residual: UnsafePointer<Float>?
    /// How both operands are rounded.
    var precision = Precision.float32
    /// op(b) in the order that the kernel reads it in; nil lets each part copy what it needs.
    private(set) var packed: UnsafeRawPointer?

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
        var product = kernelProduct
        if precision == .bf16 { return jk_multiply_bf16(&product) }
        if kernel == .own { return jk_multiply(&product) }
        Self.library
        cblas_sgemm(
            CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans,
            transposesB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a,
            blasint(aStride), b, blasint(bStride), beta, c, blasint(cStride))
        jk_finish(&product)
    }

    /// The rows `range` of the product.
    func rows(_ range: Range<Int>) -> MatrixProduct {
        var part = self
        part.m = range.count
        part.a += transposesA ? range.lowerBound : range.lowerBound * aStride
        part.c += range.lowerBound * cStride
        part.residual = residual.map { $0 + range.lowerBound * cStride }
        return part
    }

    /// The columns `range` of the product.
    func columns(_ range: Range<Int>) -> MatrixProduct {
        var part = self
        part.n = range.count
        part.b += transposesB ? range.lowerBound * bStride : range.lowerBound
        part.c += range.lowerBound
        part.bias = bias.map { $0 + range.lowerBound }
        part.residual = residual.map { $0 + range.lowerBound }
        // Only whole panels lie one behind the other.
        let isPanel = range.lowerBound % Int(jk_panel_width) == 0
        part.packed = isPanel ? packed.map { $0 + range.lowerBound * packedDepth * 4 } : nil
        return part
    }

    /// Words of 32 bits that a column of op(b) takes when it is copied.
    private var packedDepth: Int { precision == .bf16 ? (k + 1) / 2 : k }

    /// Whether one copy of op(b) can serve several products.
    static func canPackB(_ precision: Precision) -> Bool {
        switch precision {
        case .float32: Kernel.best == .own
        case .bf16: jk_packs_bf16()
        }
    }

    /// Gives `body` the product with op(b) copied once for all parts that it may be cut into.
    ///
    /// - Complexity: O(n k), on all threads, and as much memory for the time of the call.
    func withPackedB(_ body: (MatrixProduct) -> Void) {
        let width = Int(jk_panel_width)
        // For fewer rows than a tile has, copying is not worth its while.
        guard Self.canPackB(precision), m > 6, n > 0, k > 0, packed == nil else {
            return body(self)
        }
        let panels = (n + width - 1) / width
        let pack = precision == .bf16 ? jk_pack_bf16 : jk_pack
        Storage.withScratch(panels * width * packedDepth) { place in
            var product = kernelProduct
            withUnsafePointer(to: &product) { product in
                parallelParts(panels, grain: max(1, 32768 / (width * k))) { part in
                    pack(product, place, part.lowerBound, part.count)
                }
            }
            var whole = self
            whole.packed = UnsafeRawPointer(place)
            body(whole)
        }
    }

    /// The same product with another one's copy of b, which has to be the same.
    func sharingB(of other: MatrixProduct) -> MatrixProduct {
        precondition(
            b == other.b && n == other.n && k == other.k && transposesB == other.transposesB
                && precision == other.precision,
            "a product of \(n) columns and depth \(k) cannot use what was copied for another")
        var product = self
        product.packed = other.packed
        return product
    }

    /// The product as the kernel takes it.
    private var kernelProduct: jk_product {
        jk_product(
            m: m, n: n, k: k, transposes_a: transposesA, transposes_b: transposesB,
            a_stride: aStride, b_stride: bStride, c_stride: cStride, alpha: alpha, beta: beta,
            a: a, b: b, c: c, bias: bias, residual: residual, packed: packed)
    }

    /// Computes the product on all threads.
    func runInParallel(with kernel: Kernel = .best) {
        // Our kernel loses little by smaller tiles: with some to spare, a thread that is held up
        // leaves its share to the others.
        let wanted = kernel == .own && threadCount > 1 ? 3 * threadCount : threadCount
        let (down, across) = Self.tiling(m: m, n: n, k: k, for: wanted)
        guard down * across > 1 else { return run(with: kernel) }
        guard down == 1 || kernel != .own || packed != nil else {
            return withPackedB { $0.run(down: down, across: across, with: kernel) }
        }
        run(down: down, across: across, with: kernel)
    }

    /// Computes the product in so many tiles on all threads.
    private func run(down: Int, across: Int, with kernel: Kernel) {
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
