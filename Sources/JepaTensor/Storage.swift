/// A block of float32 memory on loan from the storage pool, given back when the last tensor
/// that uses it goes away.
///
/// Reading from several threads at once is safe; whoever writes must be the only one that holds it.
public final class Storage: @unchecked Sendable {
    /// The first element, aligned to 64 bytes.
    public let pointer: UnsafeMutablePointer<Float>
    /// How many elements the loan covers; the block behind it may be larger.
    public let count: Int
    private let block: StoragePool.Block

    /// Borrows a block with unspecified contents.
    public init(count: Int) {
        block = StoragePool.shared.borrow(elements: count)
        pointer = block.pointer
        self.count = count
    }

    /// Whether the elements were zero when the block was borrowed, because nobody had it before.
    var beganAsZeros: Bool { block.isZero }

    deinit { StoragePool.shared.giveBack(block) }

    /// Lends a block of unspecified contents for the time of a call.
    static func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let storage = Storage(count: count)
        body(storage.pointer)
    }
}
