/// A picture of 8-bit RGB pixels.
public struct Image: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Red, green and blue of each pixel, row by row from the top, without gaps:
    /// `[height, width, 3]`.
    public var pixels: [UInt8]

    /// The number of bytes of a pixel.
    public static let channels = 3

    /// A picture of the given pixels.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image of \(width)x\(height) pixels has none")
        precondition(
            pixels.count == width * height * Self.channels,
            "\(pixels.count) bytes are not \(width)x\(height) RGB pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// A picture of one colour.
    public init(width: Int, height: Int, colour: Colour) {
        precondition(width > 0 && height > 0, "an image of \(width)x\(height) pixels has none")
        self.width = width
        self.height = height
        pixels = [UInt8](unsafeUninitializedCapacity: width * height * Self.channels) {
            buffer, count in
            count = buffer.count
            for i in 0..<(width * height) {
                buffer[3 * i] = colour.red
                buffer[3 * i + 1] = colour.green
                buffer[3 * i + 2] = colour.blue
            }
        }
    }

    /// The colour of a pixel, counted from the top left.
    public subscript(x: Int, y: Int) -> Colour {
        get {
            let at = index(x, y)
            return Colour(pixels[at], pixels[at + 1], pixels[at + 2])
        }
        set {
            let at = index(x, y)
            pixels[at] = newValue.red
            pixels[at + 1] = newValue.green
            pixels[at + 2] = newValue.blue
        }
    }

    private func index(_ x: Int, _ y: Int) -> Int {
        precondition(
            0..<width ~= x && 0..<height ~= y, "(\(x), \(y)) is outside of \(width)x\(height)")
        return (y * width + x) * Self.channels
    }
}
