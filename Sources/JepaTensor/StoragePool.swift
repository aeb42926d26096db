import CKernels
import Synchronization

/// The blocks that step buffers live in, kept from step to step.
///
/// A page fault is expensive, so memory that one step used is what the next one works in: after
/// the second step nothing is asked of the system any more. Blocks come in size classes an eighth
/// of a power of two apart, and a request is served by the smallest free block that fits.
public final class StoragePool: Sendable {
    /// The pool that every tensor borrows from.
    public static let shared = StoragePool()

    struct Block: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Float>
        let capacity: Int
    }

    /// What the pool holds, in bytes.
    public struct Usage: Equatable, Sendable {
        /// Lent to living tensors.
        public internal(set) var lent = 0
        /// Idle, waiting for the next request.
        public internal(set) var idle = 0
        /// The most ever lent at one time.
        public internal(set) var peak = 0
        /// Requests to the system so far.
        public internal(set) var systemAllocations = 0
    }

    private struct State {
        var idle: [Int: [Block]] = [:]
        var classes: [Int] = []
        var usage = Usage()
    }

    private let state = Mutex(State())

    private init() {}

    /// A snapshot of the pool's accounts.
    public var usage: Usage { state.withLock { $0.usage } }

    /// Returns all idle blocks to the system.
    public func trim() {
        let blocks = state.withLock { state in
            let blocks = state.idle.values.joined().map { $0 }
            state.idle = [:]
            state.classes = []
            state.usage.idle = 0
            return blocks
        }
        for block in blocks { jk_free(block.pointer, block.capacity * 4) }
    }

    func borrow(elements: Int) -> Block {
        let capacity = Self.roundedUp(max(elements, 16))
        let reused: Block? = state.withLock { state in
            state.usage.lent += capacity * 4
            // The smallest idle class that fits and wastes less than half.
            for candidate in state.classes where candidate >= capacity {
                guard candidate <= capacity * 2 else { break }
                guard let block = state.idle[candidate]?.popLast() else { continue }
                state.usage.idle -= block.capacity * 4
                state.usage.lent += (block.capacity - capacity) * 4
                state.usage.peak = max(state.usage.peak, state.usage.lent)
                return block
            }
            state.usage.systemAllocations += 1
            state.usage.peak = max(state.usage.peak, state.usage.lent)
            return nil
        }
        if let reused { return reused }
        guard let memory = jk_allocate(capacity * 4) else {
            fatalError("no memory for a tensor of \(elements) elements (\(elements * 4) bytes)")
        }
        return Block(
            pointer: memory.bindMemory(to: Float.self, capacity: capacity), capacity: capacity)
    }

    func giveBack(_ block: Block) {
        state.withLock { state in
            state.usage.lent -= block.capacity * 4
            state.usage.idle += block.capacity * 4
            if state.idle[block.capacity] == nil {
                let place = state.classes.firstIndex { $0 > block.capacity } ?? state.classes.count
                state.classes.insert(block.capacity, at: place)
            }
            state.idle[block.capacity, default: []].append(block)
        }
    }

    /// The size class of a request: the next multiple of an eighth of its power of two.
    static func roundedUp(_ elements: Int) -> Int {
        let power = 1 << (Int.bitWidth - 1 - elements.leadingZeroBitCount)
        let grain = max(16, power / 8)
        return (elements + grain - 1) / grain * grain
    }
}
