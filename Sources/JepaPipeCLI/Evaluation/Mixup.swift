import Foundation
package import JepaCore
package import JepaTensor

/// Blends the images of a batch with one another, and their classes in the same proportion.
///
/// Image i is blended with the i-th from the end; one share for the whole batch, drawn from
/// Beta(alpha, alpha). Source: Zhang et al., arXiv 1710.09412.
package struct Mixup {
    /// Of the Beta distribution; 0 for no blending.
    package let alpha: Double

    /// A blending.
    package init(alpha: Double) { self.alpha = alpha }

    /// Blends a batch.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`
    ///   - targets: `[B, classes]`
    package func blend(
        _ images: Tensor, _ targets: Tensor, using random: inout StageRandom
    ) -> (images: Tensor, targets: Tensor) {
        guard alpha > 0, images.shape[0] > 1 else { return (images, targets) }
        let share = Float(Self.beta(alpha, using: &random))
        return (Self.blend(images, share), Self.blend(targets, share))
    }

    /// `share * row + (1 - share) * row from the end`.
    private static func blend(_ rows: Tensor, _ share: Float) -> Tensor {
        let (count, width) = (rows.shape[0], rows.count / rows.shape[0])
        let result = Tensor(uninitialized: rows.shape)
        for row in 0..<count {
            let (a, b) = (rows.pointer + row * width, rows.pointer + (count - 1 - row) * width)
            let place = result.mutablePointer + row * width
            for i in 0..<width { place[i] = share * a[i] + (1 - share) * b[i] }
        }
        return result
    }

    /// A number of the distribution Beta(alpha, alpha), from two of Gamma(alpha).
    package static func beta(_ alpha: Double, using random: inout StageRandom) -> Double {
        let (a, b) = (gamma(alpha, using: &random), gamma(alpha, using: &random))
        return a + b > 0 ? a / (a + b) : 0.5
    }

    /// A number of the distribution Gamma(shape), scale 1.
    ///
    /// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    private static func gamma(_ shape: Double, using random: inout StageRandom) -> Double {
        guard shape >= 1 else {
            let boost = pow(1 - random.uniform(), 1 / shape)
            return boost * gamma(shape + 1, using: &random)
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            // 1 - u lies above 0.
            let radius = (-2 * log(1 - random.uniform())).squareRoot()
            let x = radius * cos(2 * .pi * random.uniform())
            let v = pow(1 + c * x, 3)
            guard v > 0 else { continue }
            if log(1 - random.uniform()) < x * x / 2 + d - d * v + d * log(v) { return d * v }
        }
    }
}
