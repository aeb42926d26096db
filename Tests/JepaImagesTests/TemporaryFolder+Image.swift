import JepaImages
import JepaTestSupport

extension TemporaryFolder {
    /// Writes a small picture that the name decides.
    func writeImage(_ name: String, width: Int = 24, height: Int = 16) throws {
        let shade = UInt8(truncatingIfNeeded: name.utf8.reduce(7) { $0 &* 31 &+ Int($1) })
        var image = gradient(width: width, height: height)
        image[0, 0] = Colour(shade, shade, shade)
        try write(image.pngData(), to: name)
    }
}
