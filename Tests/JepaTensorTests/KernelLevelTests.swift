import CKernels
import Foundation
import JepaTensor
import JepaTestSupport
import Testing

extension ProcessWideTests {
    /// Every kernel at every level that this processor has, against the portable one.
    @Suite struct KernelLevelTests {
        static let levels = [JK_AVX2, JK_AVX512].filter { $0.rawValue <= jk_best_level().rawValue }
        /// Around vector widths, prime, and long.
        static let sizes = [1, 3, 7, 8, 15, 16, 17, 31, 67, 1023]

        @Test(arguments: KernelCase.allCases)
        func everyLevelGivesThePortableResult(kernel: KernelCase) {
            let best = jk_current_level()
            defer { _ = jk_set_level(best) }
            for width in Self.sizes {
                for rows in [1, 3, 6] {
                    #expect(jk_set_level(JK_PORTABLE))
                    let expected = kernel.run(rows: rows, width: width)
                    for level in Self.levels {
                        #expect(jk_set_level(level) && jk_current_level() == level)
                        let found = kernel.run(rows: rows, width: width)
                        // Sums of at most 1023 terms in another order.
                        expectEqual(
                            Tensor(found, shape: [found.count]),
                            Tensor(expected, shape: [expected.count]), .ofLargest(2e-6),
                            "\(kernel) \(rows) x \(width)")
                    }
                }
            }
        }

        @Test(arguments: [JK_PORTABLE] + levels)
        func erfIsAccurate(level: jk_level) {
            let best = jk_current_level()
            defer { _ = jk_set_level(best) }
            #expect(jk_set_level(level))
            let x = Tensor((-40_000...40_000).map { Float($0) / 6_000 }, shape: [80_001])
            let y = Tensor(uninitialized: [80_001])
            jk_erf(y.mutablePointer, x.pointer, 80_001)
            expectEqual(y, Oracle.doubles(x).map { erf($0) }, shape: [80_001], .absolute(1.5e-7))
        }

        @Test(arguments: [JK_PORTABLE] + levels)
        func oneBadNumberIsFoundAnywhere(level: jk_level) {
            let best = jk_current_level()
            defer { _ = jk_set_level(best) }
            #expect(jk_set_level(level))
            for bad in [Float.nan, .infinity, -.infinity, -.nan] {
                for place in [0, 5, 36] {
                    var elements = sampleTensor([37], seed: 1).elements
                    #expect(Tensor(elements, shape: [37]).isFinite)
                    elements[place] = bad
                    #expect(!Tensor(elements, shape: [37]).isFinite)
                }
            }
        }

        @Test(arguments: [Float(0.02), 1.5])
        func randomNumbersHaveTheSameBits(deviation: Float) {
            let best = jk_current_level()
            defer { _ = jk_set_level(best) }
            func draw(_ level: jk_level) -> [Float] {
                #expect(jk_set_level(level))
                let x = Tensor(uninitialized: [10_007])
                jk_fill_truncated_normal(x.mutablePointer, 5, 10_007, deviation, 42)
                return x.elements
            }
            for level in Self.levels { #expect(draw(level) == draw(JK_PORTABLE)) }
        }

        @Test func aLevelThisProcessorLacksIsRefused() {
            #expect(["portable", "avx2", "avx512"].contains(vectorLevel))
            if jk_best_level() != JK_AVX512 { #expect(!jk_set_level(JK_AVX512)) }
        }
    }
}
