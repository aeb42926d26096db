import JepaEvaluation
import JepaTensor
import Testing

@Suite struct VectorSearchTests {
    /// More rows than a stretch holds, and no multiple of it.
    @Test func theNearestRowsAreFoundWhereverTheyStand() {
        let (count, width) = (65_536 + 1031, 3)
        let rows = noise(count * width)
        let vectors = noiseTable(2, width, seed: 9)
        let found = rows.withUnsafeBytes {
            VectorTable($0, .float32, width: width).nearest(to: vectors, limit: 5)
        }
        for query in 0..<2 {
            let products = (0..<count).map { row in
                (0..<width).reduce(Float(0)) {
                    $0 + rows[row * width + $1] * vectors.pointer[query * width + $1]
                }
            }
            let best = products.indices.sorted { products[$0] > products[$1] }.prefix(5)
            #expect(found[query].map(\.row) == Array(best))
            expectClose(
                found[query].map { Double($0.similarity) }, best.map { Double(products[$0]) },
                within: 1e-6)
        }
    }

    @Test func fewerRowsThanWantedAreAllFound() {
        let found = [Float(1), 2, 2].withUnsafeBytes {
            VectorTable($0, .float32, width: 1).nearest(to: Tensor([1], shape: [1, 1]), limit: 9)
        }
        // Of equals the first.
        #expect(found[0].map(\.row) == [1, 2, 0])
        #expect(found[0].map(\.similarity) == [2, 2, 1])
    }
}
