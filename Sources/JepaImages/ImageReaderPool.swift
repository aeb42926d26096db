import Synchronization

/// Image readers for whichever threads load images, with the memory they have got.
package final class ImageReaderPool: Sendable {
    /// A reader that belongs to one thread at a time: to the pool, or to who took it.
    private struct Owned: @unchecked Sendable {
        let reader: ImageReader
    }

    private let idle = Mutex<[Owned]>([])
    private let limits: ImageReader.Limits

    /// A pool without readers yet.
    package init(limits: ImageReader.Limits) { self.limits = limits }

    /// Lends a reader that nobody else has.
    package func withReader<Result>(_ body: (ImageReader) throws -> Result) rethrows -> Result {
        let owned = idle.withLock { $0.popLast() } ?? Owned(reader: ImageReader(limits: limits))
        defer {
            // A rare giant does not stay in memory once per thread.
            owned.reader.releaseMemory(above: 64 << 20)
            idle.withLock { $0.append(owned) }
        }
        return try body(owned.reader)
    }
}
