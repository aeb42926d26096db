import CKernels

/// The computation behind the attention operations, one head of one image at a time.
struct HeadwiseAttention {
    /// Rows of queries, a multiple of `images`; row r attends to image `r % images`.
    let rows: Int
    let images: Int
    /// Queries per row and keys per image.
    let queries: Int
    let keys: Int
    let heads: Int
    let headWidth: Int
    let precision: Precision

    /// Vectors of all heads inside a wider tensor `[rows, tokens, stride]`.
    struct Part {
        let start: UnsafeMutablePointer<Float>
        let stride: Int
        private let tensor: Tensor

        /// The vectors that begin at element `offset` of every token.
        init(_ tensor: Tensor, at offset: Int) {
            self.tensor = tensor
            start = tensor.mutablePointer + offset
            stride = tensor.shape[2]
        }

        func head(_ head: Int, of width: Int, row: Int, tokens: Int) -> UnsafeMutablePointer<Float>
        {
            start + row * tokens * stride + head * width
        }
    }

    private var width: Int { heads * headWidth }
    private var factor: Float { 1 / Float(headWidth).squareRoot() }

    /// Queries whose probabilities a thread holds at a time: as many as fit its share of cache.
    private var queriesAtOnce: Int { max(16, min(queries, 65536 / max(keys, 1))) }

    /// - Returns: The result `[rows, queries, D]` and, for the backward pass, the logarithm of
    ///   each sum of exponentials `[rows, heads, queries]`.
    func forward(queries q: Part, keys k: Part, values v: Part) -> (Tensor, logSums: Tensor) {
        let output = Tensor(uninitialized: [rows, queries, width])
        let logSums = Tensor(uninitialized: [rows, heads, queries])
        parallel(queries > 0 ? rows * heads : 0) { item in
            let (row, head) = (item / heads, item % heads)
            let image = row % images
            Storage.withScratch(queriesAtOnce * (keys + 1)) { scores in
                let inverses = scores + queriesAtOnce * keys
                for first in stride(from: 0, to: queries, by: queriesAtOnce) {
                    let count = min(queriesAtOnce, queries - first)
                    score(
                        q.head(head, of: headWidth, row: row, tokens: queries) + first * q.stride,
                        q.stride, k.head(head, of: headWidth, row: image, tokens: keys), k.stride,
                        into: scores, count: count)
                    jk_softmax_unscaled(
                        scores, inverses,
                        logSums.mutablePointer + item * queries + first, factor, count, keys)
                    let place =
                        output.mutablePointer + (row * queries + first) * width + head * headWidth
                    MatrixProduct(
                        m: count, n: headWidth, k: keys, a: scores, aStride: keys,
                        b: v.head(head, of: headWidth, row: image, tokens: keys), bStride: v.stride,
                        c: place, cStride: width, precision: precision
                    ).run()
                    jk_scale_rows(place, inverses, count, headWidth, width)
                }
            }
        }
        return (output, logSums)
    }

    /// Overwrites the gradients of queries, keys and values.
    func backward(
        gradient: Tensor, output: Tensor, logSums: Tensor, queries q: Part, keys k: Part,
        values v: Part, queryGradient: Part, keyGradient: Part, valueGradient: Part
    ) {
        // By image, so that no two threads add to the same keys.
        parallel(images * heads) { item in
            let (image, head) = (item / heads, item % heads)
            Storage.withScratch(queriesAtOnce * (2 * keys + 1)) { probabilities in
                let scoreGradient = probabilities + queriesAtOnce * keys
                let deltas = scoreGradient + queriesAtOnce * keys
                let kHead = k.head(head, of: headWidth, row: image, tokens: keys)
                let vHead = v.head(head, of: headWidth, row: image, tokens: keys)
                let kSum = keyGradient.head(head, of: headWidth, row: image, tokens: keys)
                let vSum = valueGradient.head(head, of: headWidth, row: image, tokens: keys)
                var adds: Float = 0
                for row in stride(from: image, to: rows, by: images) {
                    for first in stride(from: 0, to: queries, by: queriesAtOnce) {
                        let count = min(queriesAtOnce, queries - first)
                        let offset = (row * queries + first) * width + head * headWidth
                        let qHead =
                            q.head(head, of: headWidth, row: row, tokens: queries) + first
                            * q.stride
                        let dOut = gradient.pointer + offset
                        let logs = logSums.pointer + (row * heads + head) * queries + first
                        score(
                            qHead, q.stride, kHead, k.stride, into: probabilities, count: count)
                        jk_softmax_again(probabilities, logs, factor, count, keys)
                        MatrixProduct(
                            m: keys, n: headWidth, k: count, a: probabilities, aStride: keys,
                            transposesA: true, b: dOut, bStride: width, c: vSum,
                            cStride: valueGradient.stride, beta: adds, precision: precision
                        ).run()
                        score(dOut, width, vHead, v.stride, into: scoreGradient, count: count)
                        jk_row_dots(
                            deltas, dOut, output.pointer + offset, count, headWidth, width)
                        jk_softmax_backward(
                            scoreGradient, probabilities, deltas, factor, count,
                            keys)
                        MatrixProduct(
                            m: count, n: headWidth, k: keys, a: scoreGradient, aStride: keys,
                            b: kHead, bStride: k.stride,
                            c: queryGradient.head(head, of: headWidth, row: row, tokens: queries)
                                + first * queryGradient.stride, cStride: queryGradient.stride,
                            precision: precision
                        ).run()
                        MatrixProduct(
                            m: keys, n: headWidth, k: count, a: scoreGradient, aStride: keys,
                            transposesA: true, b: qHead, bStride: q.stride, c: kSum,
                            cStride: keyGradient.stride, beta: adds, precision: precision
                        ).run()
                        adds = 1
                    }
                }
            }
        }
    }

    /// The products of `count` vectors with all keys (or values), `[count, keys]`.
    private func score(
        _ vectors: UnsafePointer<Float>, _ vectorStride: Int, _ others: UnsafePointer<Float>,
        _ otherStride: Int, into scores: UnsafeMutablePointer<Float>, count: Int
    ) {
        MatrixProduct(
            m: count, n: keys, k: headWidth, a: vectors, aStride: vectorStride, b: others,
            bStride: otherStride, transposesB: true, c: scores, cStride: keys, precision: precision
        ).run()
    }
}
