import JepaCore

/// A tenth of the training images, at least one, that decides between classifiers and trains none,
/// and the others. Which are which depends on their number alone.
package struct HeldOutTenth {
    /// The positions of the images that decide, in rising order.
    package let held: [Int]
    /// Those of the images that are trained on.
    package let fitted: [Int]

    /// Parts images.
    ///
    /// - Throws: `data` for fewer than two.
    package init(of count: Int) throws {
        guard count > 1 else {
            throw PipelineError(.data, "one training image is too few to hold some of them out")
        }
        var random = StageRandom(seed: 0, purpose: "probe selection")
        let order = random.permutation(of: count)
        held = order.prefix(max(1, count / 10)).sorted()
        fitted = order.dropFirst(held.count).sorted()
    }
}
