package import JepaCore
package import JepaTensor

/// How the patches of an image lie on its pixels: what is known per pixel as targets per patch, and
/// what is said per patch as values per pixel.
package struct PatchLayout: Equatable {
    /// The patches.
    package let grid: PatchGrid
    /// Of the image, in pixels.
    package let height: Int, width: Int

    /// The layout of a grid whose patches cover the image; all have the same size.
    package init(_ grid: PatchGrid, height: Int, width: Int) {
        precondition(
            grid.count > 0 && height % grid.height == 0 && width % grid.width == 0,
            "\(height)x\(width) pixels cannot be cut into \(grid) patches")
        self.grid = grid
        self.height = height
        self.width = width
    }

    private var patchHeight: Int { height / grid.height }
    private var patchWidth: Int { width / grid.width }

    /// The share of the pixels of each patch that belong to each class, `[N, classes]`; what is
    /// unknown belongs to none.
    package func shares(of map: PixelMap, classes: Int) -> [Float] {
        var shares = [Float](repeating: 0, count: grid.count * classes)
        let part = 1 / Float(patchHeight * patchWidth)
        forEachKnownPixel(of: map) { patch, value in
            let name = Int(value)
            precondition(0..<classes ~= name, "class \(name) is none of \(classes)")
            shares[patch * classes + name] += part
        }
        return shares
    }

    /// The mean of the known pixels of each patch, `[N]`; not a number where fewer than half of
    /// them are known.
    package func means(of map: PixelMap) -> [Float] {
        var sums = [Double](repeating: 0, count: grid.count)
        var counts = [Int](repeating: 0, count: grid.count)
        forEachKnownPixel(of: map) { patch, value in
            sums[patch] += Double(value)
            counts[patch] += 1
        }
        return zip(sums, counts).map { sum, count in
            2 * count >= patchHeight * patchWidth ? Float(sum / Double(count)) : .nan
        }
    }

    private func forEachKnownPixel(of map: PixelMap, _ body: (Int, Float) -> Void) {
        check(map)
        for y in 0..<height {
            for x in 0..<width {
                let value = map.values[y * width + x]
                if !value.isNaN {
                    body(y / patchHeight * grid.width + x / patchWidth, value)
                }
            }
        }
    }

    private func check(_ map: PixelMap) {
        precondition(
            map.height == height && map.width == width,
            "a map of \(map.height)x\(map.width) does not fit an image of \(height)x\(width)")
    }

    /// A map of what `decide` makes of the numbers of each pixel, which are those of the patches,
    /// bilinearly between their centres and constant beyond the outermost.
    ///
    /// Source: PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
    /// - Parameters:
    ///   - scores: `[N, K]`
    ///   - decide: K numbers of one pixel.
    package func map(
        of scores: Tensor, _ decide: (UnsafePointer<Float>) -> Float
    ) -> PixelMap {
        precondition(
            scores.shape.count == 2 && scores.shape[0] == grid.count,
            "scores \(scores.shape) are not those of \(grid) patches")
        let columns = scores.shape[1]
        let (down, across) = (
            Self.neighbours(height, of: grid.height), Self.neighbours(width, of: grid.width)
        )
        // First across, `[rows of the grid, width, K]`, then down, one row of pixels at a time.
        let wide = Tensor(uninitialized: [grid.height, width, columns])
        for row in 0..<grid.height {
            let from = scores.pointer + row * grid.width * columns
            let to = wide.mutablePointer + row * width * columns
            for (x, place) in across.enumerated() {
                let (a, b) = (from + place.lower * columns, from + place.upper * columns)
                for k in 0..<columns {
                    to[x * columns + k] = a[k] + place.share * (b[k] - a[k])
                }
            }
        }
        let line = Tensor(uninitialized: [width, columns])
        var values = [Float](repeating: 0, count: height * width)
        for (y, place) in down.enumerated() {
            let a = wide.pointer + place.lower * width * columns
            let b = wide.pointer + place.upper * width * columns
            for k in 0..<width * columns {
                line.mutablePointer[k] = a[k] + place.share * (b[k] - a[k])
            }
            for x in 0..<width { values[y * width + x] = decide(line.pointer + x * columns) }
        }
        return PixelMap(height: height, width: width, values: values)
    }

    /// For each of `length` pixels the two patches that it lies between, and how far it is towards
    /// the second.
    private static func neighbours(
        _ length: Int, of count: Int
    ) -> [(lower: Int, upper: Int, share: Float)] {
        (0..<length).map { pixel in
            let place = max(0, (Double(pixel) + 0.5) * Double(count) / Double(length) - 0.5)
            let lower = min(Int(place), count - 1)
            return (lower, min(lower + 1, count - 1), Float(place - Double(lower)))
        }
    }
}
