/// One value per pixel of an image: the number of a class, or a distance.
package struct PixelMap: Equatable {
    /// Rows and columns.
    package let height: Int, width: Int
    /// `[height, width]`; not a number where nothing is known.
    package var values: [Float]

    /// A map.
    package init(height: Int, width: Int, values: [Float]) {
        precondition(
            values.count == height * width, "\(values.count) values are not \(height)x\(width)")
        self.height = height
        self.width = width
        self.values = values
    }
}
