/// How well maps of distances agree with true ones, over all pixels of all images together.
///
/// Pixels whose true distance is unknown do not count.
/// Source: Eigen, Puhrsch and Fergus 2014, arXiv 1406.2283, section 4.2; there and in most papers
/// the root is taken of each image, and its mean over images is given.
package struct DepthFigures: Equatable {
    /// A pixel is right if it is off by less than this factor.
    package static let factor = 1.25

    private var squares = 0.0
    private var right = 0
    /// Pixels.
    package private(set) var count = 0

    /// No pixels yet.
    package init() {}

    /// Counts the pixels of an image.
    package mutating func add(prediction: PixelMap, truth: PixelMap) {
        precondition(
            prediction.values.count == truth.values.count,
            "\(prediction.values.count) pixels cannot be compared with \(truth.values.count)")
        for (said, known) in zip(prediction.values, truth.values) where !known.isNaN {
            let (p, t) = (Double(said), Double(known))
            squares += (p - t) * (p - t)
            if p > 0, max(p / t, t / p) < Self.factor { right += 1 }
            count += 1
        }
    }

    /// The root of the mean squared error, in the unit of the maps; nil without pixels.
    package var rmse: Double? { count > 0 ? (squares / Double(count)).squareRoot() : nil }

    /// The share of pixels whose distance is off by a factor below 1.25; nil without pixels.
    package var delta1: Double? { count > 0 ? Double(right) / Double(count) : nil }
}
