public import JepaTensor

/// What the two branches of a block count for each image of a batch: 0 where an image skips the
/// branch, else 1 over the share of those that do not.
public struct BranchFactors: Sendable {
    /// One factor per image.
    public let attention: [Float], mlp: [Float]

    /// Factors of one block.
    public init(attention: [Float], mlp: [Float]) {
        self.attention = attention
        self.mlp = mlp
    }
}

extension VisionTransformer {
    /// Encodes all patches of images, with branches left out: stochastic depth.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`
    ///   - branches: One entry per block; nil leaves nothing out.
    /// - Returns: `[B, N, D]`
    ///
    /// Source: Huang et al., arXiv 1603.09382.
    public func forward(
        _ images: Variable, branches: [BranchFactors]?, on tape: Tape
    ) -> Variable {
        guard let branches else { return forward(images, on: tape) }
        precondition(
            branches.count == blocks.count,
            "factors of \(branches.count) blocks for \(blocks.count)")
        let tokens = zip(blocks, branches).reduce(embed(images, keep: nil, on: tape, trace: nil)) {
            x, entry in
            let (block, factors) = entry
            let y = tape.add(
                x, block.attention(block.norm1(x, on: tape), residual: nil, on: tape),
                times: factors.attention)
            return tape.add(
                y, block.mlp(block.norm2(y, on: tape), residual: nil, on: tape),
                times: factors.mlp)
        }
        return norm(tokens, on: tape)
    }
}
