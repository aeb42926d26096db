/// A colour of 8 bits a channel.
public struct Colour: Hashable, Sendable {
    /// The parts, 0 to 255.
    public var red: UInt8, green: UInt8, blue: UInt8

    /// A colour from its red, green and blue.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// No light.
    public static let black = Colour(0, 0, 0)
    /// All light.
    public static let white = Colour(255, 255, 255)
    /// Half light.
    public static let gray = Colour(128, 128, 128)

    /// This colour with `share` (0...1) of another one laid over it.
    public func blended(with other: Colour, share: Double) -> Colour {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * min(max(share, 0), 1)).rounded())
        }
        return Colour(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }
}
