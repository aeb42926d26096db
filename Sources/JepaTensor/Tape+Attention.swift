extension Tape {
    /// Multi-head self-attention, `softmax(q k^T / sqrt(D / heads)) v` in each head.
    ///
    /// The probabilities are never stored: a thread computes those of one head at a time, and the
    /// backward pass computes them again from the logarithm of each row's sum.
    ///
    /// - Parameters:
    ///   - qkv: `[B, N, 3D]`: queries, keys, values, each head after head.
    ///   - heads: A divisor of D.
    /// - Returns: `[B, N, D]`
    /// - Complexity: O(B N^2 D)
    public func attention(qkv: Variable, heads: Int) -> Variable {
        precondition(
            qkv.shape.count == 3 && qkv.shape[1] > 0 && qkv.shape[2] % (3 * heads) == 0,
            "\(qkv.shape) does not hold queries, keys and values of \(heads) heads")
        let (batch, tokens, width) = (qkv.shape[0], qkv.shape[1], qkv.shape[2] / 3)
        let attention = HeadwiseAttention(
            rows: batch, images: batch, queries: tokens, keys: tokens, heads: heads,
            headWidth: width / heads, precision: precision)
        let (value, logSums) = attention.forward(
            queries: .init(qkv.value, at: 0), keys: .init(qkv.value, at: width),
            values: .init(qkv.value, at: 2 * width))
        let (slot, recall) = (qkv.slot, qkv.recall)
        return record(value, keeps: keeps(qkv)) { gradient in
            let qkv = recall()
            let passed = Tensor(uninitialized: qkv.shape)
            attention.backward(
                gradient: gradient, output: value, logSums: logSums,
                queries: .init(qkv, at: 0), keys: .init(qkv, at: width),
                values: .init(qkv, at: 2 * width), queryGradient: .init(passed, at: 0),
                keyGradient: .init(passed, at: width), valueGradient: .init(passed, at: 2 * width))
            slot?.accumulate(passed)
        }
    }

    /// Multi-head attention of some queries to all tokens of an image.
    ///
    /// - Parameters:
    ///   - queries: `[R, K, D]` with `R = M*B`; row `m*B + b` attends to image b.
    ///   - keysValues: `[B, N, 2D]`: keys, then values.
    ///   - heads: A divisor of D.
    /// - Returns: `[R, K, D]`
    /// - Complexity: O(R K N D)
    public func attention(queries: Variable, keysValues: Variable, heads: Int) -> Variable {
        precondition(
            queries.shape.count == 3 && keysValues.shape.count == 3
                && keysValues.shape[2] == 2 * queries.shape[2] && queries.shape[2] % heads == 0
                && keysValues.shape[0] > 0 && queries.shape[0] % keysValues.shape[0] == 0
                && queries.shape[1] > 0 && keysValues.shape[1] > 0,
            "queries \(queries.shape) of \(heads) heads cannot attend to \(keysValues.shape)")
        let width = queries.shape[2]
        let attention = HeadwiseAttention(
            rows: queries.shape[0], images: keysValues.shape[0], queries: queries.shape[1],
            keys: keysValues.shape[1], heads: heads, headWidth: width / heads, precision: precision)
        let (value, logSums) = attention.forward(
            queries: .init(queries.value, at: 0), keys: .init(keysValues.value, at: 0),
            values: .init(keysValues.value, at: width))
        let (querySlot, recallQueries) = (queries.slot, queries.recall)
        let (slot, recall) = (keysValues.slot, keysValues.recall)
        return record(value, keeps: keeps(queries, keysValues)) { gradient in
            let (queries, keysValues) = (recallQueries(), recall())
            let queryGradient = Tensor(uninitialized: queries.shape)
            let passed = Tensor(uninitialized: keysValues.shape)
            attention.backward(
                gradient: gradient, output: value, logSums: logSums,
                queries: .init(queries, at: 0), keys: .init(keysValues, at: 0),
                values: .init(keysValues, at: width), queryGradient: .init(queryGradient, at: 0),
                keyGradient: .init(passed, at: 0), valueGradient: .init(passed, at: width))
            querySlot?.accumulate(queryGradient)
            slot?.accumulate(passed)
        }
    }
}
