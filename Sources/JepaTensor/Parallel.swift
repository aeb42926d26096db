import CKernels

/// Uses this many threads for every operation from now on; nil means one for each processor that
/// this process may use. Must not be called while an operation runs.
public func setThreadCount(_ count: Int?) { jk_set_threads(Int32(count ?? 0)) }

/// The number of threads that operations use.
public var threadCount: Int { Int(jk_threads()) }

/// The vector instructions that the kernels use on this processor: `portable`, `avx2`, `avx512`.
public var vectorLevel: String {
    switch jk_current_level() {
    case JK_AVX512: "avx512"
    case JK_AVX2: "avx2"
    default: "portable"
    }
}

/// Runs `body` for 0 ..< items, each once, on all threads; returns when all are done.
///
/// From inside a body it runs one item after the other on the calling thread.
///
/// `body` runs on many threads at a time without being `@Sendable`, which unsafe pointers are not
/// either. What makes that safe the compiler cannot check, so each body has to keep to it: it
/// reads only constants and memory that nobody writes meanwhile, and writes only memory that is
/// its item's alone. What it has captured lives until this returns, and by then the caller sees
/// all that was written, as every item ends with an atomic step that the caller waits for.
func parallel(_ items: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        var work = body
        withUnsafeMutablePointer(to: &work) { place in
            jk_parallel(
                items,
                { context, item in
                    context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(item)
                }, place)
        }
    }
}

/// Cuts 0 ..< count into equal parts for the threads, none shorter than `grain` while there are
/// two or more, and runs `body` on them.
func parallelParts(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let parts = max(1, min(count / max(grain, 1), threadCount))
    guard parts > 1 else {
        if count > 0 { body(0..<count) }
        return
    }
    parallel(parts) { part in body(count * part / parts..<count * (part + 1) / parts) }
}

/// The same for an elementwise kernel: parts are worth a thread's while.
func parallelElements(_ count: Int, _ body: (Range<Int>) -> Void) {
    parallelParts(count, grain: 16384, body)
}

/// The same for a kernel over rows of `width` elements.
func parallelRows(_ rows: Int, width: Int, _ body: (Range<Int>) -> Void) {
    parallelParts(rows, grain: max(1, 16384 / max(width, 1)), body)
}

/// The same in parts of at most `longest` rows, of which every thread gets as many as the others:
/// for work on rows that should still be in the cache when the next step of it begins.
func parallelRows(
    _ rows: Int, width: Int, longest: Int, _ body: (Range<Int>) -> Void
) {
    let threads = max(1, min(rows * max(width, 1) / 16384, threadCount))
    let parts = (rows + threads * longest - 1) / (threads * longest) * threads
    guard parts > 1 else {
        if rows > 0 { body(0..<rows) }
        return
    }
    // The kernel for matrix products takes six rows at a time.
    func cut(_ part: Int) -> Int {
        let row = rows * part / parts
        return part < parts && rows >= 12 * parts ? row / 6 * 6 : row
    }
    parallel(parts) { part in body(cut(part)..<cut(part + 1)) }
}

/// The sum of `body` over parts of fixed size, the same for every number of threads.
func parallelSum(
    _ count: Int, grain size: Int = 32768, _ body: (Range<Int>) -> Double
) -> Double {
    let parts = (count + size - 1) / size
    var sums = [Double](repeating: 0, count: parts)
    sums.withUnsafeMutableBufferPointer { sums in
        let place = sums
        parallel(parts) { part in
            place[part] = body(part * size..<min(count, (part + 1) * size))
        }
    }
    return sums.reduce(0, +)
}
