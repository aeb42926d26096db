public import JepaTensor

extension VisionTransformer {
    /// Where patches look in a block, for pictures of it.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`, normalised.
    ///   - queries: The patches that look, row-major.
    ///   - index: The block, from 0; the last if not given.
    /// - Returns: `[B, H, queries.count, N]`; every row of N sums to 1.
    public func attention(
        of images: Tensor, from queries: [Int], inBlock index: Int? = nil
    ) -> Tensor {
        let index = index ?? blocks.count - 1
        precondition(
            blocks.indices.contains(index),
            "block \(index) was asked of an encoder with \(blocks.count)")
        let tape = Tape(recording: false)
        var x = embed(Variable(images), keep: nil, on: tape)
        for block in blocks.prefix(index) { x = block(x, on: tape) }
        let block = blocks[index]
        let qkv = block.attention.qkv(block.norm1(x, on: tape), on: tape)
        return attentionProbabilities(
            qkv: qkv.value, heads: configuration.heads, queries: queries)
    }
}
