import CKernels
import COpenBLAS

/// One matrix product in memory, `c = alpha op(a) op(b) + beta c`, all row-major.
///
/// `op(a)` is `[m, k]`, `op(b)` is `[k, n]`, `c` is `[m, n]`; strides count elements from one
/// row to the next, of the matrices as they are stored.
struct MatrixProduct {
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

    /// Computes the product on the calling thread.
    func run() {
        Self.library
        guard m > 0, n > 0 else { return }
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

    /// Computes the product on all threads, cut along its longer side.
    func runInParallel() {
        // A part below this many multiplications costs more to hand out than to compute.
        let smallest = 1 << 18
        let grain = { (other: Int) in max(16, smallest / max(1, other * k)) }
        if m >= n {
            parallelParts(m, grain: grain(n)) { rows($0).run() }
        } else {
            parallelParts(n, grain: grain(m)) { columns($0).run() }
        }
    }
}
