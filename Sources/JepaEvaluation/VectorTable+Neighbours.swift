public import JepaTensor

extension VectorTable {
    /// The rows most like each vector, exactly: every row is compared, a stretch at a time.
    ///
    /// Similarity is the product; with rows and vectors of length one it is the cosine. Of equal
    /// rows the first counts.
    ///
    /// - Parameters:
    ///   - vectors: `[Q, width]`
    ///   - limit: Rows per vector, 1 or more.
    /// - Returns: For each vector rows and similarities, the most similar first.
    /// - Complexity: O(Q count width); memory for 65,536 products per vector.
    public func nearest(
        to vectors: Tensor, limit: Int
    ) -> [[(row: Int, similarity: Float)]] {
        precondition(limit > 0, "\(limit) neighbours are none")
        let stretch = 65_536
        var lists = (0..<vectors.shape[0]).map { _ in Neighbours(limit: limit) }
        for first in stride(from: 0, to: count, by: stretch) {
            let rows = first..<min(first + stretch, count)
            let products = products(of: rows, with: vectors)
            for query in lists.indices {
                lists[query].offer(
                    products.pointer + query * rows.count, from: rows)
            }
        }
        return lists.map { Array(zip($0.indices, $0.similarities)) }
    }
}
