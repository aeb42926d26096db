import JepaTensor

extension MaskSet {
    /// Puts the masks of single images together.
    ///
    /// - Parameters:
    ///   - contexts: The context patches of each image, ascending, all of one length.
    ///   - targets: For each image its target blocks, each ascending, all of one length.
    public init(contexts: [[Int32]], targets: [[[Int32]]]) {
        let blocks = targets.first?.count ?? 0
        let kept = (context: contexts.first?.count ?? 0, target: targets.first?.first?.count ?? 0)
        precondition(
            contexts.allSatisfy { $0.count == kept.context }
                && targets.allSatisfy { image in
                    image.count == blocks && image.allSatisfy { $0.count == kept.target }
                },
            "the masks of a batch differ in length from \(kept.context) context and "
                + "\(blocks) times \(kept.target) target patches")
        self.init(
            context: PatchIndices(
                blocks: 1, batch: contexts.count, kept: kept.context,
                values: contexts.flatMap { $0 }),
            targets: PatchIndices(
                blocks: blocks, batch: targets.count, kept: kept.target,
                values: (0..<blocks).flatMap { block in targets.flatMap { $0[block] } }))
    }

    /// The masks of some images of the batch.
    func images(_ range: Range<Int>) -> MaskSet {
        MaskSet(context: context.images(range), targets: targets.images(range))
    }
}
