import JepaTensor
import JepaTestSupport
import Testing

/// The accounts are those of the whole process, so what counts on them runs in one of its own.
@Suite struct StoragePoolTests {
    @Test func stepsOfChangingSizeAskForNoMoreMemory() async {
        await #expect(processExitsWith: .success) {
            let weight = sampleWeight("w", [512, 512], seed: 1)
            func step(_ kept: Int) {
                let tape = Tape()
                var x = Variable(
                    Tensor(repeating: 1, shape: [64, kept, 512]), requiresGradient: true)
                for _ in 0..<4 {
                    x = tape.linear(x, weight: weight, bias: nil, activation: .gelu, residual: x)
                }
                tape.backward(from: [(tape.mean(x), 1)])
            }
            step(97)
            let before = StoragePool.shared.usage
            for kept in [61, 96, 13, 97, 89, 31, 73] { step(kept) }
            #expect(StoragePool.shared.usage.systemAllocations == before.systemAllocations)
            #expect(StoragePool.shared.usage.lent == before.lent)
        }
    }

    @Test func activationsAreFreedAlongTheWayBack() async {
        await #expect(processExitsWith: .success) {
            let weight = sampleWeight("w", [256, 256], seed: 1)
            let tape = Tape()
            var x = Variable(sampleTensor([1024, 256], seed: 2), requiresGradient: true)
            for _ in 0..<16 { x = tape.linear(x, weight: weight, bias: nil) }
            let before = StoragePool.shared.usage.lent
            tape.backward(from: [(tape.mean(x), 1)])
            #expect(StoragePool.shared.usage.lent < before - 12 * 1024 * 256 * 4)
            // One MiB for each of 16 results was lent already; the way back adds a few.
            #expect(StoragePool.shared.usage.peak < before + 6 * 1024 * 256 * 4)
        }
    }

    /// Zeros are not written where the system has just cleared the memory, but must be elsewhere.
    @Test func zerosAreZerosInMemoryThatWasUsed() async {
        await #expect(processExitsWith: .success) {
            func fill(_ count: Int) {
                let used = Tensor(repeating: .nan, shape: [count])
                #expect(used.elements.allSatisfy { $0.isNaN })
            }
            for (used, wanted) in [(5, 5), (1000, 3000), (5000, 4000), (70_000, 200_000)] {
                let before = Tensor(repeating: 0, shape: [17])
                fill(used)
                let zeros = Tensor(repeating: 0, shape: [wanted])
                #expect(zeros.elements.allSatisfy { $0 == 0 })
                #expect(before.elements.allSatisfy { $0 == 0 })
            }
        }
    }

    /// Nobody but the name holds the tensor, whose own last use is the pointer.
    @Test func aTensorWithANameOutlivesItsPointer() async {
        await #expect(processExitsWith: .success) {
            let before = StoragePool.shared.usage.lent
            let named = Tensor(repeating: 1, shape: [1 << 20])
            let pointer = named.pointer
            #expect(StoragePool.shared.usage.lent == before + 4 << 20)
            #expect(pointer[17] == 1)
        }
    }

    @Test func theResultOfAnExpressionDoesNotOutliveItsPointer() async {
        await #expect(processExitsWith: .success) {
            let before = StoragePool.shared.usage.lent
            let pointer = Tensor(repeating: 1, shape: [1 << 20]).pointer
            #expect(StoragePool.shared.usage.lent == before)
            #expect(Int(bitPattern: pointer) != 0)
        }
    }

    @Test func whatGoesBackIsNotLent() async {
        await #expect(processExitsWith: .success) {
            let before = StoragePool.shared.usage.lent
            func use() {
                let tensor = Tensor(repeating: 1, shape: [1 << 20])
                let view = tensor.reshaped([1 << 10, 1 << 10]).rows(3..<5)
                #expect(view.elements.allSatisfy { $0 == 1 })
                #expect(StoragePool.shared.usage.lent == before + 4 << 20)
            }
            use()
            #expect(StoragePool.shared.usage.lent == before)
        }
    }

    @Test func trimReturnsWhatNoTensorUses() async {
        await #expect(processExitsWith: .success) {
            let small = Tensor(repeating: 3, shape: [5])
            let before = StoragePool.shared.usage.idle
            // More than any region that is there; never written, it uses no memory.
            func use() { _ = Tensor(uninitialized: [300 << 20]) }
            use()
            #expect(StoragePool.shared.usage.idle == before + 1200 << 20)
            StoragePool.shared.trim()
            #expect(StoragePool.shared.usage.idle == before)
            #expect(small.elements == [3, 3, 3, 3, 3])
        }
    }

    @Test func tensorsDoNotOverlapAndAreAligned() {
        let tensors = (0..<200).map { Tensor(repeating: Float($0), shape: [1 + $0 * 37 % 501]) }
        let kept = tensors.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        let more = (0..<100).map { Tensor(repeating: -Float($0), shape: [1 + $0 * 91 % 303]) }
        for (i, tensor) in kept.enumerated() {
            #expect(tensor.elements.allSatisfy { $0 == Float(3 * i) })
        }
        for tensor in more { #expect(Int(bitPattern: tensor.pointer) % 64 == 0) }
    }

    @Test func anEmptyTensorHasNoElements() {
        #expect(Tensor(uninitialized: [3, 0]).elements.isEmpty)
        #expect(Tensor(repeating: 1, shape: []).scalar == 1)
    }
}
