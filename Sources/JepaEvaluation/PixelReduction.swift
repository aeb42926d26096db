package import JepaCore
package import JepaTensor

/// Images as few pixels, each the mean of the area it covers: features that need no network.
package struct PixelReduction {
    private let images: ImageShape
    /// Rows and columns that are left.
    package let height: Int, width: Int

    /// Reduces to at most `side` rows and columns; smaller images stay as they are.
    package init(_ images: ImageShape, side: Int = 16) {
        self.init(
            images, height: min(images.height, side), width: min(images.width, side))
    }

    /// Reduces to so many rows and columns.
    package init(_ images: ImageShape, height: Int, width: Int) {
        self.images = images
        self.height = height
        self.width = width
    }

    /// The numbers that an image comes to.
    package var count: Int { images.channels * height * width }

    /// `[B, C, H, W]` to `[B, C * height * width]`.
    package func reduce(_ batch: Tensor) -> Tensor {
        let rows = Self.shares(of: images.height, in: height)
        let columns = Self.shares(of: images.width, in: width)
        let result = Tensor(uninitialized: [batch.shape[0], count])
        let plane = images.height * images.width
        for image in 0..<batch.shape[0] * images.channels {
            let from = batch.pointer + image * plane
            let to = result.mutablePointer + image * height * width
            for y in 0..<height {
                for x in 0..<width {
                    var sum = 0.0
                    for (row, part) in rows[y] {
                        for (column, share) in columns[x] {
                            sum += part * share * Double(from[row * images.width + column])
                        }
                    }
                    to[y * width + x] = Float(sum)
                }
            }
        }
        return result
    }

    /// Which positions a field covers, and with which share of itself.
    private static func shares(of length: Int, in fields: Int) -> [[(Int, Double)]] {
        let size = Double(length) / Double(fields)
        return (0..<fields).map { field in
            let (start, end) = (Double(field) * size, Double(field + 1) * size)
            return (Int(start)..<min(length, Int(end.rounded(.up)))).compactMap { position in
                let overlap = min(end, Double(position + 1)) - max(start, Double(position))
                return overlap > 1e-9 ? (position, overlap / size) : nil
            }
        }
    }
}
