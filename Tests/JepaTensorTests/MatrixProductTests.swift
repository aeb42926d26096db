import Testing

@testable import JepaTensor

@Suite struct MatrixProductTests {
    private func tiling(_ m: Int, _ n: Int, _ k: Int, _ threads: Int) -> [Int] {
        let tensor = Tensor(uninitialized: [1])
        let product = MatrixProduct(
            m: m, n: n, k: k, a: tensor.pointer, aStride: k, b: tensor.pointer, bStride: n,
            c: tensor.mutablePointer, cStride: n)
        let (down, across) = product.tiling(for: threads)
        return [down, across]
    }

    @Test func twoThreadsCutTheLongerSide() {
        #expect(tiling(6336, 384, 1536, 2) == [2, 1])
        #expect(tiling(384, 1536, 6336, 2) == [1, 2])
    }

    @Test func manyThreadsGetTilesNotSlivers() {
        #expect(tiling(384, 384, 6336, 64) == [8, 8])
        #expect(tiling(100_000, 8, 8, 16) == [16, 1])
    }

    @Test func aSmallProductIsNotCut() {
        #expect(tiling(16, 16, 16, 8) == [1, 1])
        #expect(tiling(0, 16, 16, 8) == [1, 1])
    }
}
