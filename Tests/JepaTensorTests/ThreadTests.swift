import CKernels
import JepaTensor
import JepaTestSupport
import Synchronization
import Testing

extension ProcessWideTests {
    @Suite struct ThreadTests {
        /// Counts how often each item ran.
        final class Counts: Sendable {
            let counts: Mutex<[Int]>
            init(_ items: Int) { counts = Mutex([Int](repeating: 0, count: items)) }

            func run() {
                let items = counts.withLock { $0.count }
                jk_parallel(
                    items,
                    { context, item in
                        let counts = Unmanaged<Counts>.fromOpaque(context!).takeUnretainedValue()
                        counts.counts.withLock { $0[item] += 1 }
                    }, Unmanaged.passUnretained(self).toOpaque())
            }
        }

        @Test(arguments: [1, 2, 3, 8])
        func everyItemRunsOnce(threads: Int) {
            defer { setThreadCount(nil) }
            setThreadCount(threads)
            #expect(threadCount == threads)
            for items in [0, 1, 2, 3, 100, 1000] {
                let counts = Counts(items)
                for _ in 0..<20 { counts.run() }
                #expect(counts.counts.withLock { $0.allSatisfy { $0 == 20 } })
            }
        }

        @Test func callersOnSeveralThreadsGetTheirItemsDone() async {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let counts = Counts(50)
                        for _ in 0..<50 { counts.run() }
                        return counts.counts.withLock { $0.allSatisfy { $0 == 50 } }
                    }
                }
                for await done in group { #expect(done) }
            }
        }

        @Test func aRegionInsideARegionRunsToo() {
            let inner = Counts(10)
            jk_parallel(
                10,
                { context, _ in
                    Unmanaged<Counts>.fromOpaque(context!).takeUnretainedValue().run()
                }, Unmanaged.passUnretained(inner).toOpaque())
            #expect(inner.counts.withLock { $0.allSatisfy { $0 == 10 } })
        }

        @Test func resultsDoNotDependOnTheNumberOfThreads() {
            defer { setThreadCount(nil) }
            func step() -> [[Float]] {
                let weight = sampleWeight("w", [96, 96], seed: 1)
                let (scale, shift) = (
                    sampleWeight("s", [96], seed: 2), sampleWeight("b", [96], seed: 3)
                )
                let x = Variable(sampleTensor([3, 97, 96], seed: 4), requiresGradient: true)
                let tape = Tape()
                let normal = tape.layerNorm(x, weight: scale, bias: shift, epsilon: 1e-6)
                let y = tape.linear(
                    normal, weight: weight, bias: shift, activation: .gelu, residual: x)
                let loss = tape.smoothL1(y, Variable(sampleTensor([3, 97, 96], seed: 5)))
                tape.backward(from: [(loss, 1)])
                return [loss.value, scale.gradient!, shift.gradient!].map(\.elements)
            }
            setThreadCount(1)
            let alone = step()
            for threads in [2, 5] {
                setThreadCount(threads)
                // Matrix products are cut by rows, and a row may fall into another part of the
                // library's kernel; all sums of ours are cut at fixed places.
                for (a, b) in zip(step(), alone) {
                    expectEqual(
                        Tensor(a, shape: [a.count]), Tensor(b, shape: [b.count]), .ofLargest(1e-6))
                }
            }
        }

        @Test func theSameStepGivesTheSameBits() {
            func step() -> [Float] {
                let qkv = Variable(sampleTensor([2, 61, 96], seed: 1), requiresGradient: true)
                let tape = Tape()
                tape.backward(from: [(tape.mean(tape.gelu(tape.attention(qkv: qkv, heads: 4))), 1)])
                return qkv.receivedGradient!.elements
            }
            let first = step()
            for _ in 0..<5 { #expect(step() == first) }
        }
    }
}
