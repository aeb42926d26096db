package import JepaCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The part of a picture that is shown, in (fractional) pixels of the whole picture.
package struct CropWindow: Equatable {
    package var left: Double
    package var top: Double
    package var width: Double
    package var height: Double

    /// All of a picture.
    package init(whole width: Double, _ height: Double) {
        (left, top, self.width, self.height) = (0, 0, width, height)
    }

    /// A window of random size, shape and place: the random resized crop.
    ///
    /// - Parameters:
    ///   - scale: The share of the picture's area, drawn uniformly.
    ///   - distortion: The window's aspect ratio is that of the picture times at most this or its
    ///     inverse, drawn uniformly by its logarithm.
    ///
    /// Source: torchvision's RandomResizedCrop, with two deviations: the aspect ratio counts from
    /// that of the picture, so a rectangular picture is not distorted more one way than the other;
    /// and edges need not fall between pixels, because the window is rendered, not cut out.
    package init(
        in width: Double, _ height: Double, scale: ClosedRange<Double>,
        distortion: Double = 4.0 / 3, using random: inout StageRandom
    ) {
        for _ in 0..<10 {
            let share = random.uniform(in: scale)
            let logarithm = log(distortion)
            let aspect = exp(random.uniform(in: -logarithm...logarithm))
            let (w, h) = ((share * aspect).squareRoot(), (share / aspect).squareRoot())
            let (x, y) = (random.uniform(), random.uniform())
            guard w <= 1, h <= 1 else { continue }
            (self.width, self.height) = (w * width, h * height)
            (left, top) = (x * (1 - w) * width, y * (1 - h) * height)
            return
        }
        // Nearly the whole picture was asked for; an undistorted window always fits.
        let side = random.uniform(in: scale).squareRoot()
        (self.width, self.height) = (side * width, side * height)
        (left, top) = ((1 - side) / 2 * width, (1 - side) / 2 * height)
    }
}
