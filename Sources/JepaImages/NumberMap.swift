/// One number per pixel of an image, as a PNG of one channel holds it: a class, a distance.
package struct NumberMap: Equatable {
    /// Columns and rows.
    package let width: Int, height: Int
    /// How many bits a number has in the file: 1, 2, 4, 8 or 16.
    package let bits: Int
    /// The numbers, `[height, width]`: gray values as they are, or indices of a palette.
    package let values: [UInt16]

    /// A map.
    package init(width: Int, height: Int, bits: Int, values: [UInt16]) {
        precondition(
            values.count == width * height, "\(values.count) numbers are not \(width)x\(height)")
        self.width = width
        self.height = height
        self.bits = bits
        self.values = values
    }

    /// A part of the map at another size, each number taken from the nearest pixel: numbers of
    /// classes cannot be averaged.
    ///
    /// The centre of a pixel of the result falls on that place of the map where the same part of an
    /// image, resampled to the same size, has the centre of its pixel.
    /// - Returns: `[newHeight, newWidth]`
    package func sampled(_ region: SampleRegion, to newWidth: Int, _ newHeight: Int) -> [UInt16] {
        let crop = region.crop
        precondition(
            crop.fits(width: width, height: height), "\(crop) is not within \(width)x\(height)")
        let box =
            region.box
            ?? ImageReader.Box(
                left: 0, top: 0, right: Double(crop.width), bottom: Double(crop.height))
        func places(_ start: Double, _ end: Double, _ count: Int, _ limit: Int) -> [Int] {
            (0..<count).map { place in
                let centre = start + (Double(place) + 0.5) * (end - start) / Double(count)
                return min(max(Int(centre), 0), limit - 1)
            }
        }
        let columns = places(box.left, box.right, newWidth, crop.width).map { $0 + crop.left }
        let rows = places(box.top, box.bottom, newHeight, crop.height).map { $0 + crop.top }
        return rows.flatMap { row in columns.map { values[row * width + $0] } }
    }
}
