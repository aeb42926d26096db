/// How well maps of classes agree with true ones, over all pixels of all images together.
///
/// Pixels whose true class is unknown do not count. The intersection over union of a class is the
/// number of pixels that both maps give it, divided by that of those at least one of them does; of
/// a class in neither map there is none, and the mean is over the others.
/// Source: PASCAL VOC (Everingham et al. 2010); the mean as in mmsegmentation's `IoUMetric`.
package struct SegmentationFigures: Equatable {
    /// Pixels by true class, then by predicted class: `[classes, classes]`.
    package private(set) var counts: [Int]
    private let classes: Int

    /// No pixels yet.
    package init(classes: Int) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// Counts the pixels of an image.
    ///
    /// - Parameter prediction: A class for each pixel.
    package mutating func add(prediction: PixelMap, truth: PixelMap) {
        precondition(
            prediction.values.count == truth.values.count,
            "\(prediction.values.count) pixels cannot be compared with \(truth.values.count)")
        for (said, known) in zip(prediction.values, truth.values) where !known.isNaN {
            counts[Int(known) * classes + Int(said)] += 1
        }
    }

    /// The share of pixels that are named correctly; nil without pixels.
    package var accuracy: Double? {
        let all = counts.reduce(0, +)
        let right = (0..<classes).reduce(0) { $0 + counts[$1 * classes + $1] }
        return all > 0 ? Double(right) / Double(all) : nil
    }

    /// The intersection over union of each class; nil for one that is in no map.
    package var intersectionsOverUnions: [Double?] {
        (0..<classes).map { name in
            let both = counts[name * classes + name]
            let known = (0..<classes).reduce(0) { $0 + counts[name * classes + $1] }
            let said = (0..<classes).reduce(0) { $0 + counts[$1 * classes + name] }
            let either = known + said - both
            return either > 0 ? Double(both) / Double(either) : nil
        }
    }

    /// The mean over the classes that are in some map; nil without pixels.
    package var meanIntersectionOverUnion: Double? {
        let found = intersectionsOverUnions.compactMap { $0 }
        return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
    }
}
