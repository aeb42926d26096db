import JepaImages

/// A stripe of the colours of a map, with the numbers that its two ends stand for below it.
struct ScaleBar {
    private static let letterScale = 2
    private static let height = 22
    /// Pixels between the stripe and the numbers.
    private static let gap = 6

    /// What stands below the ends.
    let left: String, right: String
    /// The colour at a place, 0 at the left end and 1 at the right.
    let colour: (Double) -> Colour

    /// The stripe and its numbers, at least as wide as they are side by side.
    func draw(width: Int) -> Image {
        let (first, last) = (
            Canvas.size(of: left, scale: Self.letterScale),
            Canvas.size(of: right, scale: Self.letterScale)
        )
        let width = max(width, first.width + last.width + 2 * Self.gap)
        var canvas = Canvas(width: width, height: Self.height + Self.gap + first.height)
        for x in 0..<width {
            canvas.fill(
                PixelBox(left: x, top: 0, width: 1, height: Self.height),
                with: colour((Double(x) + 0.5) / Double(width)))
        }
        let top = Self.height + Self.gap
        canvas.write(left, left: 0, top: top, colour: Sheet.quiet, scale: Self.letterScale)
        canvas.write(
            right, left: width - last.width, top: top, colour: Sheet.quiet,
            scale: Self.letterScale)
        return canvas.image
    }
}
