import JepaCore
package import JepaTensor

/// Which class does each pixel belong to?
///
/// A linear layer makes class logits of each token; between the centres of patches they are
/// interpolated bilinearly to the size of the image, and each pixel gets the class of its largest.
/// The layer minimises the cross-entropy of all pixels of a patch against the logits of that patch,
/// which only the shares of the classes in the patch enter, plus the penalty of the linear probe:
/// a convex problem that is solved to its minimum.
/// Source: the linear evaluation of DINOv2, arXiv 2304.07193, section 7.4, and of VICRegL, arXiv
/// 2210.01571, section 4. Deviations: these train the layer by SGD with augmentation, behind a batch
/// norm (here tokens are standardised), on the cross-entropy of interpolated logits, and judge whole
/// images of any shape; here no step depends on a learning rate.
package struct SegmentationProbe: DenseProbe {
    private let regression: LogisticRegression
    private let classNames: [String]

    /// A probe for classes with these names, in the order of their numbers.
    package init(_ regression: LogisticRegression, classNames: [String]) {
        precondition(!classNames.isEmpty, "pixels cannot belong to one of no classes")
        self.regression = regression
        self.classNames = classNames
    }

    package var settings: [String: String] {
        [
            "classifier": "a linear layer per token: \(regression.words), fitted to the shares of "
                + "the classes in each patch; logits interpolated bilinearly to the pixels",
            "figures": "over all pixels of the test images together; miou: the mean over the "
                + "classes of intersection over union",
        ]
    }

    package var targetCount: Int { classNames.count }

    package func targets(of map: PixelMap, _ layout: PatchLayout) -> [[Float]?] {
        let (shares, count) = (layout.shares(of: map, classes: targetCount), targetCount)
        return (0..<layout.grid.count).map { patch in
            let own = Array(shares[patch * count..<(patch + 1) * count])
            return own.contains { $0 > 0 } ? own : nil
        }
    }

    package func fit(_ tokens: Tensor, to targets: Tensor) throws -> DensePredictor {
        let classifier = try regression.fit(tokens, shares: targets)
        let classes = classifier.classes.map { Float($0) }
        return DensePredictor(
            scores: { try classifier.logits(of: FeatureSet(features: $0)) },
            decide: { classes[largest(of: $0, classes.count)] })
    }

    package func saying(_ targets: Tensor) -> DensePredictor {
        let count = targetCount
        return DensePredictor(scores: { _ in targets }, decide: { Float(largest(of: $0, count)) })
    }

    package func tally() -> any DenseTally { Tally(classNames) }

    private struct Tally: DenseTally {
        private let classNames: [String]
        private var all: SegmentationFigures

        init(_ classNames: [String]) {
            self.classNames = classNames
            all = SegmentationFigures(classes: classNames.count)
        }

        mutating func add(prediction: PixelMap, truth: PixelMap) {
            all.add(prediction: prediction, truth: truth)
        }

        var figures: [ProbeFigure] {
            guard let mean = all.meanIntersectionOverUnion, let accuracy = all.accuracy else {
                return []
            }
            return [ProbeFigure("miou", mean), ProbeFigure("pixel accuracy", accuracy)]
                + zip(classNames, all.intersectionsOverUnions).compactMap { name, value in
                    value.map { ProbeFigure("iou, \(name)", $0) }
                }
        }
    }
}

/// The place of the largest of some numbers; the first of equals.
private func largest(of values: UnsafePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for place in 1..<max(count, 1) where values[place] > values[best] { best = place }
    return best
}
