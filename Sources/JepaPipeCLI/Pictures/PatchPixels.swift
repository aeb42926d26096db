package import JepaCore
import JepaImages
package import JepaTensor

/// The pixels of patches as rows of numbers, and back.
///
/// A row holds the pixels of a patch from its upper left corner on, row by row, channels last.
package struct PatchPixels {
    /// The size of the images.
    let image: ImageShape
    /// Their patches.
    let grid: PatchGrid
    /// Numbers of a row.
    package let width: Int
    private let patch: (height: Int, width: Int)

    /// Rows for images of a size.
    package init(_ image: ImageShape, _ grid: PatchGrid) {
        precondition(
            image.height % grid.height == 0 && image.width % grid.width == 0,
            "images of \(image) are not cut evenly by a grid of \(grid)")
        self.image = image
        self.grid = grid
        patch = (image.height / grid.height, image.width / grid.width)
        width = image.channels * patch.height * patch.width
    }

    /// All patches of images `[B, C, H, W]`: `[B * N, width]`.
    package func rows(of images: Tensor) -> Tensor {
        precondition(
            Array(images.shape.dropFirst()) == [image.channels, image.height, image.width],
            "images \(images.shape) are not of \(image)")
        let count = images.shape[0]
        let rows = Tensor(uninitialized: [count * grid.count, width])
        for index in 0..<count {
            let from = images.pointer + index * image.count
            for place in 0..<grid.count {
                let row = rows.mutablePointer + (index * grid.count + place) * width
                for (offset, pixel) in pixels(of: place).enumerated() { row[offset] = from[pixel] }
            }
        }
        return rows
    }

    /// A picture of some patches; the others look like `background`.
    ///
    /// - Parameter rows: One for each patch that is shown, of normalised pixels.
    func picture(
        _ rows: [Int: [Float]], _ normalisation: Normalisation, background: Colour
    ) -> Image {
        var values = [Float](repeating: 0, count: image.count)
        for (place, row) in rows {
            precondition(row.count == width, "\(row.count) pixels do not fill a patch of \(width)")
            for (offset, pixel) in pixels(of: place).enumerated() { values[pixel] = row[offset] }
        }
        var canvas = Canvas(Image(normalised: values, shape: image, normalisation))
        let drawing = PatchDrawing(grid, image.width, image.height)
        for place in 0..<grid.count where rows[place] == nil {
            canvas.fill(drawing.box(of: place), with: background)
        }
        return canvas.image
    }

    /// Where the numbers of a row are in an image `[C, H, W]`.
    private func pixels(of place: Int) -> [Int] {
        let top = place / grid.width * patch.height
        let left = place % grid.width * patch.width
        return (0..<width).map { offset in
            let (pixel, channel) = (offset / image.channels, offset % image.channels)
            let (y, x) = (top + pixel / patch.width, left + pixel % patch.width)
            return (channel * image.height + y) * image.width + x
        }
    }
}
