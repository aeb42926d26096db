/// Draws rectangles, pictures and text on a picture.
///
/// Everything outside of the picture is cut off. Positions are in pixels from the top left.
public struct Canvas: Sendable {
    /// What has been drawn.
    public private(set) var image: Image

    /// A canvas on top of a picture.
    public init(_ image: Image) { self.image = image }

    /// A canvas of one colour.
    public init(width: Int, height: Int, colour: Colour = .white) {
        image = Image(width: width, height: height, colour: colour)
    }

    /// Paints a rectangle.
    public mutating func fill(_ box: PixelBox, with colour: Colour) {
        blend(box, with: colour, share: 1)
    }

    /// Lays a colour over a rectangle; `share` 0 leaves it as it is, 1 covers it.
    public mutating func blend(_ box: PixelBox, with colour: Colour, share: Double) {
        for y in visible(box.top, box.height, image.height) {
            for x in visible(box.left, box.width, image.width) {
                image[x, y] = image[x, y].blended(with: colour, share: share)
            }
        }
    }

    /// Paints the edge of a rectangle, inside of it.
    public mutating func outline(_ box: PixelBox, with colour: Colour, thickness: Int = 1) {
        let t = min(thickness, box.width, box.height)
        guard t > 0 else { return }
        let (right, bottom) = (box.left + box.width - t, box.top + box.height - t)
        fill(PixelBox(left: box.left, top: box.top, width: box.width, height: t), with: colour)
        fill(PixelBox(left: box.left, top: bottom, width: box.width, height: t), with: colour)
        fill(PixelBox(left: box.left, top: box.top, width: t, height: box.height), with: colour)
        fill(PixelBox(left: right, top: box.top, width: t, height: box.height), with: colour)
    }

    /// Copies a picture, its top left corner to (`left`, `top`).
    public mutating func draw(_ picture: Image, left: Int, top: Int) {
        for y in visible(top, picture.height, image.height) {
            for x in visible(left, picture.width, image.width) {
                image[x, y] = picture[x - left, y - top]
            }
        }
    }

    /// Writes a line of text, its top left corner at (`left`, `top`).
    ///
    /// Letters are 5 by 7 pixels and 6 apart, times `scale`, and those such as `g` reach two further
    /// rows down; what is not printable ASCII appears as an empty box.
    public mutating func write(
        _ text: String, left: Int, top: Int, colour: Colour = .black, scale: Int = 1
    ) {
        for (position, character) in text.enumerated() {
            let rows = Self.glyph(of: character)
            for row in 0..<Self.glyphHeight {
                for column in 0..<Self.glyphWidth where rows[row] >> UInt8(4 - column) & 1 == 1 {
                    let x = left + (position * (Self.glyphWidth + 1) + column) * scale
                    fill(
                        PixelBox(left: x, top: top + row * scale, width: scale, height: scale),
                        with: colour)
                }
            }
        }
    }

    /// The width and height of a line of text, in pixels, with room for what reaches below it.
    public static func size(of text: String, scale: Int = 1) -> (width: Int, height: Int) {
        (max(0, text.count * (glyphWidth + 1) - 1) * scale, glyphHeight * scale)
    }

    /// The positions from `start` on that lie on the canvas.
    private func visible(_ start: Int, _ count: Int, _ limit: Int) -> Range<Int> {
        let first = min(max(start, 0), limit)
        return first..<max(first, min(start + count, limit))
    }
}
