import JepaCore
public import JepaTensor

/// A fitted linear probe.
public struct LinearClassifier: Sendable {
    /// `[C, D]`, for standardised features; one row for each of `classes`.
    public let weights: Tensor
    /// One intercept for each of `classes`.
    public let bias: [Float]
    /// The labels that were trained on, in rising order.
    public let classes: [Int]
    /// What is done to features before the weights apply.
    public let standardiser: Standardiser
    /// The mean of -log p(label) on the training images, without the penalty.
    public let loss: Double
    /// The steps that the search took.
    public let iterations: Int
    /// Whether the search reached the minimum; if not, more iterations were needed.
    public let converged: Bool

    /// The logits of features `[n, D]`: `[n, C]`.
    ///
    /// - Throws: `data` if the set has another width than the training images.
    public func logits(of set: FeatureSet) throws -> Tensor {
        guard set.width == standardiser.mean.count else {
            throw PipelineError(
                .data,
                "the classifier was fitted to \(standardiser.mean.count) dimensions; "
                    + "found \(set.width)")
        }
        let features = standardiser.apply(to: set.features)
        let result = matmul(features, weights, transposeB: true)
        for row in 0..<set.count {
            let values = result.mutablePointer + row * bias.count
            for c in 0..<bias.count { values[c] += bias[c] }
        }
        return result
    }

    /// Names every image and compares with its label; of equal logits the lower class wins.
    ///
    /// - Throws: `missing` without labels, `data` for another width.
    public func classify(_ set: FeatureSet) throws -> Classification {
        let labels = try set.requiredLabels(for: "the accuracy of a linear probe")
        let predictions = try logits(of: set).largestColumns().map { classes[$0 ?? 0] }
        return Classification(predictions: predictions, labels: labels)
    }

    /// The mean of -log p(label) on other images.
    ///
    /// - Throws: `missing` without labels, `data` for another width or a label never trained on.
    public func loss(on set: FeatureSet) throws -> Double {
        let labels = try set.requiredLabels(for: "the loss of a linear probe")
        let columns = try labels.map { label in
            guard let column = classes.firstIndex(of: label) else {
                throw PipelineError(
                    .data, "the label '\(label)' does not occur among the training images")
            }
            return column
        }
        return meanLogLoss(try logits(of: set), columns)
    }
}
