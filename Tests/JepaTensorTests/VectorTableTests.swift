import JepaTensor
import JepaTestSupport
import Testing

@Suite struct VectorTableTests {
    @Test(arguments: [(1, 1), (7, 5), (1031, 64), (257, 384)])
    func productsAreThoseOfTheOracle(count: Int, width: Int) {
        let rows = sampleTensor([count, width], seed: 1)
        let vectors = sampleTensor([3, width], seed: 2)
        let expected = Oracle.linear(
            Oracle.doubles(vectors), rows: 3, inputs: width, weight: Oracle.doubles(rows),
            outputs: count, bias: nil)
        let plain = table(rows, .float32) { $0.products(of: 0..<count, with: vectors) }
        expectEqual(plain, expected, shape: [3, count], .ofLargest(1e-6))
        // Half precision has eleven bits; errors of a sum are independent.
        let half = table(rows, .float16) { $0.products(of: 0..<count, with: vectors) }
        expectEqual(half, expected, shape: [3, count], .ofLargest(1e-3))
    }

    @Test func aStretchIsPartOfTheWhole() {
        let rows = sampleTensor([100, 6], seed: 1)
        let vectors = sampleTensor([2, 6], seed: 2)
        let (all, part) = table(rows, .float32) {
            ($0.products(of: 0..<100, with: vectors), $0.products(of: 40..<60, with: vectors))
        }
        for query in 0..<2 {
            for row in 0..<20 {
                #expect(part.pointer[query * 20 + row] == all.pointer[query * 100 + 40 + row])
            }
        }
    }

    /// Every number of half precision comes back as it was.
    @Test func halvesKeepEveryNumberOfTheirs() {
        // Not infinite ones, and not minus zero, which a sum makes zero.
        let bits = (0..<UInt16.max).filter { $0 & 0x7c00 != 0x7c00 && $0 != 0x8000 }
        let found = bits.withUnsafeBytes {
            VectorTable($0, .float16, width: 1).products(
                of: 0..<bits.count, with: Tensor([1], shape: [1, 1]))
        }
        #expect(VectorTable.halves(of: found) == bits)
        #expect(found.pointer[1] == 0x1p-24)
        #expect(found.pointer[0x3c00] == 1)
    }

    @Test func otherNumbersAreRoundedToEven() {
        let values: [Float] = [1.00048828125, 1.00146484375, 65519, 65520, -Float.infinity, -0.0]
        let bits: [UInt16] = [0x3c00, 0x3c02, 0x7bff, 0x7c00, 0xfc00, 0x8000]
        #expect(VectorTable.halves(of: Tensor(values, shape: [6])) == bits)
        // Half of the smallest number goes to zero, a little more to it.
        let tiny: [Float] = [0x1p-25, 0x1.8p-25]
        #expect(VectorTable.halves(of: Tensor(tiny, shape: [2])) == [0, 1])
    }

    private func table<Result>(
        _ rows: Tensor, _ element: VectorTable.Element, _ body: (VectorTable) -> Result
    ) -> Result {
        let width = rows.shape[1]
        switch element {
        case .float32:
            return rows.elements.withUnsafeBytes { body(VectorTable($0, element, width: width)) }
        case .float16:
            return VectorTable.halves(of: rows).withUnsafeBytes {
                body(VectorTable($0, element, width: width))
            }
        }
    }
}
