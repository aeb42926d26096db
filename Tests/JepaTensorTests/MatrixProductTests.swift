import JepaTensor
import Testing

@Suite struct MatrixProductTests {
    private func tiling(_ m: Int, _ n: Int, _ k: Int, _ threads: Int) -> [Int] {
        let (down, across) = MatrixProduct.tiling(m: m, n: n, k: k, for: threads)
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
