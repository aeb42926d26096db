import CKernels
import Synchronization

/// The memory that tensors live in, kept from step to step.
///
/// A page fault is expensive, so memory that one step used is what the next one works in. Tensors
/// are cut from large regions, always from the smallest gap that fits, and gaps that touch are
/// joined when a tensor goes away: steps whose tensors differ in size, because their masks do,
/// still work in the same memory.
public final class StoragePool: Sendable {
    /// The pool that every tensor borrows from.
    public static let shared = StoragePool()

    struct Block: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Float>
        let capacity: Int
        let region: Int
        /// Whether it was never lent before and has only zeros.
        var isZero = false
    }

    /// What the pool holds, in bytes.
    public struct Usage: Equatable, Sendable {
        /// Lent to living tensors.
        public internal(set) var lent = 0
        /// Idle, waiting for the next request; memory never written to is included.
        public internal(set) var idle = 0
        /// The most ever lent at one time.
        public internal(set) var peak = 0
        /// Requests to the system so far.
        public internal(set) var systemAllocations = 0
    }

    fileprivate struct Region {
        let start: UnsafeMutablePointer<Float>
        let capacity: Int
        /// From here on nothing was ever lent, and the system has filled it with zeros.
        var untouched: UnsafeMutablePointer<Float>
    }

    fileprivate struct State: @unchecked Sendable {
        /// By number; numbers are not used again.
        var regions: [Int: Region] = [:]
        var nextRegion = 0
        /// The gaps in all regions, in the order of their addresses.
        var gaps: [Block] = []
        var usage = Usage()
    }

    /// What a region holds at least, in elements: 1 GiB, of which only what is written uses memory.
    fileprivate static let regionCapacity = 256 << 20
    /// Blocks are multiples of this many elements: a cache line.
    private static let grain = 16

    private let state = Mutex(State())

    private init() {}

    /// A snapshot of the pool's accounts.
    public var usage: Usage { state.withLock { $0.usage } }

    /// Returns the regions in which no tensor lives to the system.
    public func trim() {
        state.withLock { state in
            for gap in state.gaps {
                guard let region = state.regions[gap.region], region.capacity == gap.capacity
                else { continue }
                jk_free(region.start, region.capacity * 4)
                state.usage.idle -= region.capacity * 4
                state.regions[gap.region] = nil
            }
            state.gaps.removeAll { state.regions[$0.region] == nil }
        }
    }

    func borrow(elements: Int) -> Block {
        let capacity = (max(elements, 1) + Self.grain - 1) / Self.grain * Self.grain
        return state.withLock { state in
            let index = state.smallestGap(holding: capacity) ?? state.addRegion(holding: capacity)
            let block = state.cut(capacity, fromGap: index)
            state.usage.idle -= capacity * 4
            state.usage.lent += capacity * 4
            state.usage.peak = max(state.usage.peak, state.usage.lent)
            return block
        }
    }

    func giveBack(_ block: Block) {
        state.withLock { state in
            state.usage.lent -= block.capacity * 4
            state.usage.idle += block.capacity * 4
            state.insert(block)
        }
    }
}

extension StoragePool.State {
    /// The gap to cut a block from; nil if none is large enough.
    fileprivate func smallestGap(holding capacity: Int) -> Int? {
        var best: Int?
        var waste = Int.max
        for (index, gap) in gaps.enumerated() where gap.capacity >= capacity {
            if gap.capacity - capacity < waste { (best, waste) = (index, gap.capacity - capacity) }
        }
        return best
    }

    /// Asks the system for a region; returns the index of its gap.
    fileprivate mutating func addRegion(holding capacity: Int) -> Int {
        var size = max(capacity, StoragePool.regionCapacity)
        var memory = jk_allocate(size * 4)
        if memory == nil {
            // The system may count what is asked for instead of what is used.
            size = capacity
            memory = jk_allocate(size * 4)
        }
        guard let memory else {
            fatalError("no memory for a tensor of \(capacity) elements (\(capacity * 4) bytes)")
        }
        let start = memory.bindMemory(to: Float.self, capacity: size)
        let number = nextRegion
        nextRegion += 1
        // Small blocks come from the heap, which does not clear them.
        let isZero = size * 4 >= 2 << 20
        regions[number] = StoragePool.Region(
            start: start, capacity: size, untouched: isZero ? start : start + size)
        usage.systemAllocations += 1
        usage.idle += size * 4
        let gap = StoragePool.Block(pointer: start, capacity: size, region: number)
        let place = place(of: gap)
        gaps.insert(gap, at: place)
        return place
    }

    /// Takes the front of a gap.
    fileprivate mutating func cut(_ capacity: Int, fromGap index: Int) -> StoragePool.Block {
        let gap = gaps[index]
        if gap.capacity == capacity {
            gaps.remove(at: index)
        } else {
            gaps[index] = StoragePool.Block(
                pointer: gap.pointer + capacity, capacity: gap.capacity - capacity,
                region: gap.region)
        }
        let end = gap.pointer + capacity
        let untouched = regions[gap.region]?.untouched ?? end
        if untouched < end { regions[gap.region]?.untouched = end }
        return StoragePool.Block(
            pointer: gap.pointer, capacity: capacity, region: gap.region,
            isZero: untouched <= gap.pointer)
    }

    /// Makes a block a gap again, joined with the gaps it touches.
    fileprivate mutating func insert(_ block: StoragePool.Block) {
        var (start, capacity) = (block.pointer, block.capacity)
        var place = place(of: block)
        if place < gaps.count, gaps[place].region == block.region,
            gaps[place].pointer == start + capacity
        {
            capacity += gaps.remove(at: place).capacity
        }
        if place > 0, gaps[place - 1].region == block.region,
            gaps[place - 1].pointer + gaps[place - 1].capacity == start
        {
            place -= 1
            let before = gaps.remove(at: place)
            (start, capacity) = (before.pointer, capacity + before.capacity)
        }
        gaps.insert(
            StoragePool.Block(pointer: start, capacity: capacity, region: block.region), at: place)
    }

    /// How many gaps lie before a block.
    private func place(of block: StoragePool.Block) -> Int {
        var (low, high) = (0, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].pointer < block.pointer { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
