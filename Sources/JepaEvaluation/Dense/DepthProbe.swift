import JepaCore
package import JepaTensor

/// How far away is what each pixel shows?
///
/// A linear map makes one number of each token, the mean distance of its patch, which is
/// interpolated bilinearly between the centres of patches to the size of the image. It is ridge
/// regression whose penalty is chosen by cross-validation on patches, solved exactly; what it says is
/// kept within the distances of the patches it was fitted to.
/// Source: the question of the linear depth evaluation of DINOv2, arXiv 2304.07193, section 7.4.
/// Deviation: there a layer tells 256 bins of distance apart, trained by SGD with a loss of ratios.
package struct DepthProbe: DenseProbe {
    private let folds: Int
    private let unit: String

    /// A probe.
    ///
    /// - Parameters:
    ///   - unit: Of the distances, in words.
    ///   - folds: Parts of the cross-validation, two or more.
    package init(unit: String, folds: Int = 5) {
        precondition(folds > 1, "cross-validation needs 2 parts or more, not \(folds)")
        self.unit = unit
        self.folds = folds
    }

    package var settings: [String: String] {
        [
            "regression": "a linear map per token to the mean distance of its patch: ridge "
                + "regression on standardised features, penalty of "
                + ValueProbe.strengths.map { "\($0)" }.joined(separator: ", ")
                + " by the mean squared error of \(folds) parts of the patches; interpolated "
                + "bilinearly to the pixels",
            "figures": "over all pixels of the test images together; rmse in \(unit); delta1: the "
                + "share of pixels that are off by a factor below \(DepthFigures.factor)",
        ]
    }

    package var targetCount: Int { 1 }

    package func targets(of map: PixelMap, _ layout: PatchLayout) -> [[Float]?] {
        layout.means(of: map).map { $0.isNaN ? nil : [$0] }
    }

    package func fit(_ tokens: Tensor, to targets: Tensor) throws -> DensePredictor {
        let set = try FeatureSet(features: tokens)
        let values = targets.elements.map { Double($0) }
        let regressor = try RidgeRegression(
            bestFor: set, values, among: ValueProbe.strengths, folds: folds
        ).fit(set, to: values)
        let (lowest, highest) = (targets.elements.min() ?? 0, targets.elements.max() ?? 0)
        return DensePredictor(
            scores: { tokens in
                let found = try regressor.predict(FeatureSet(features: tokens))
                return Tensor(found.map { Float($0) }, shape: [found.count, 1])
            },
            decide: { min(max($0[0], lowest), highest) })
    }

    package func saying(_ targets: Tensor) -> DensePredictor {
        DensePredictor(scores: { _ in targets }, decide: { $0[0] })
    }

    package func tally() -> any DenseTally { Tally() }

    private struct Tally: DenseTally {
        private var all = DepthFigures()

        mutating func add(prediction: PixelMap, truth: PixelMap) {
            all.add(prediction: prediction, truth: truth)
        }

        var figures: [ProbeFigure] {
            guard let rmse = all.rmse, let delta1 = all.delta1 else { return [] }
            return [
                ProbeFigure("rmse", rmse, isBetterHigher: false), ProbeFigure("delta1", delta1),
            ]
        }
    }
}
