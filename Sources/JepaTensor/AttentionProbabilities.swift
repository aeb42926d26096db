import Foundation

/// Where some tokens look: `softmax(q k^T / sqrt(D / heads))` of each head, written out.
///
/// For looking at; training never holds these numbers. Plain loops in double, apart from the
/// kernels, so each can be checked against the other.
///
/// - Parameters:
///   - qkv: `[B, N, 3D]`: queries, keys, values, each head after head.
///   - heads: A divisor of D.
///   - queries: The tokens that look, each below N.
/// - Returns: `[B, heads, queries.count, N]`; every row of N sums to 1.
/// - Complexity: O(B queries N D), on the calling thread.
public func attentionProbabilities(qkv: Tensor, heads: Int, queries: [Int]) -> Tensor {
    precondition(
        qkv.shape.count == 3 && heads > 0 && qkv.shape[2] % (3 * heads) == 0,
        "\(qkv.shape) does not hold queries, keys and values of \(heads) heads")
    let (batch, tokens, stride) = (qkv.shape[0], qkv.shape[1], qkv.shape[2])
    let width = stride / 3
    let headWidth = width / heads
    precondition(
        queries.allSatisfy((0..<tokens).contains), "of \(queries) not all are below \(tokens)")
    let factor = 1 / Double(headWidth).squareRoot()
    let result = Tensor(uninitialized: [batch, heads, queries.count, tokens])
    let (values, place) = (qkv.pointer, result.mutablePointer)
    for image in 0..<batch {
        for head in 0..<heads {
            for (row, query) in queries.enumerated() {
                let q = values + (image * tokens + query) * stride + head * headWidth
                let scores = (0..<tokens).map { token in
                    let k = values + (image * tokens + token) * stride + width + head * headWidth
                    return (0..<headWidth).reduce(0.0) { $0 + Double(q[$1]) * Double(k[$1]) }
                        * factor
                }
                let largest = scores.max() ?? 0
                let exponentials = scores.map { exp($0 - largest) }
                let sum = exponentials.reduce(0, +)
                let start = ((image * heads + head) * queries.count + row) * tokens
                for token in 0..<tokens { place[start + token] = Float(exponentials[token] / sum) }
            }
        }
    }
    return result
}
