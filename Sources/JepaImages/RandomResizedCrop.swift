public import JepaCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Draws the part of an image that training sees, of random size, shape and place.
///
/// The area is uniform in `scale` times the area of the image, the aspect ratio (width over
/// height) log-uniform in `ratio`. If ten draws do not fit the image, the largest box in the middle
/// that `ratio` allows is taken, so that very wide and very tall images work.
/// Source: torchvision's `RandomResizedCrop.get_params`, with draws of this project.
public struct RandomResizedCrop: Sendable, Equatable {
    /// The share of the image's area.
    public let scale: ClosedRange<Double>
    /// Width over height.
    public let ratio: ClosedRange<Double>

    /// A way of cropping; I-JEPA takes the scale 0.3...1 and the ratio 3/4...4/3.
    public init(scale: ClosedRange<Double>, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3) {
        precondition(scale.lowerBound > 0, "the scale \(scale) includes empty crops")
        precondition(ratio.lowerBound > 0, "the ratio \(ratio) includes empty crops")
        self.scale = scale
        self.ratio = ratio
    }

    /// The box for an image of `width` x `height` pixels.
    public func box(
        width: Int, height: Int, using random: inout StageRandom
    ) -> PixelBox {
        let area = Double(width * height)
        for _ in 0..<10 {
            let target = area * random.uniform(in: scale)
            let aspect = exp(random.uniform(in: log(ratio.lowerBound)...log(ratio.upperBound)))
            let w = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
            let h = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
            guard 1...width ~= w, 1...height ~= h else { continue }
            let top = random.integer(in: 0..<(height - h + 1))
            let left = random.integer(in: 0..<(width - w + 1))
            return PixelBox(left: left, top: top, width: w, height: h)
        }
        var (w, h) = (width, height)
        let aspect = Double(width) / Double(height)
        if aspect < ratio.lowerBound {
            h = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
        } else if aspect > ratio.upperBound {
            w = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
        }
        (w, h) = (min(max(w, 1), width), min(max(h, 1), height))
        return PixelBox(left: (width - w) / 2, top: (height - h) / 2, width: w, height: h)
    }
}
