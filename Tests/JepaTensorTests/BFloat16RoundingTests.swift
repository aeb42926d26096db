import CKernels
import JepaTensor
import Testing

extension ProcessWideTests {
    /// The conversion to bf16 at every level.
    @Suite struct ConversionTests {
        @Test(arguments: [JK_PORTABLE] + KernelLevelTests.levels)
        func everyNumberIsRoundedToNearestEven(level: jk_level) {
            let best = jk_current_level()
            defer { _ = jk_set_level(best) }
            #expect(jk_set_level(level))
            let numbers = BFloat16RoundingTests.numbers
            var rounded = [UInt16](repeating: 0, count: numbers.count)
            jk_to_bf16(&rounded, numbers, numbers.count)
            let wrong = zip(numbers, rounded).filter { x, found in
                let (expected, found) = (
                    Oracle.bf16(x), Float(bitPattern: UInt32(found) << 16)
                )
                return expected.isNaN ? !found.isNaN : found != expected || found.sign != x.sign
            }
            #expect(wrong.isEmpty, "\(wrong.count) of \(numbers.count): \(wrong.prefix(3))")
        }
    }
}

/// What the tests of bf16 compare with.
@Suite struct BFloat16RoundingTests {
    /// Every upper half of a float32, with lower halves around the points where rounding changes.
    static let numbers = (0...UInt32(0xffff)).flatMap { upper in
        [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff].map { Float(bitPattern: upper << 16 | $0) }
    }

    @Test func theOracleKnowsSomeNumbers() {
        for (bits, rounded) in [
            (0x3f80_8000, 0x3f80_0000), (0x3f81_8000, 0x3f82_0000), (0x3f80_8001, 0x3f81_0000),
            (0x7f7f_7fff, 0x7f7f_0000), (0x7f7f_8000, 0x7f80_0000), (0xbf80_ffff, 0xbf81_0000),
            (0x007f_ffff, 0), (0x3fff_8000, 0x4000_0000),
        ] as [(UInt32, UInt32)] {
            #expect(Oracle.bf16(Float(bitPattern: bits)) == Float(bitPattern: rounded))
        }
    }
}
