import Foundation
import JepaImages

/// A folder that exists as long as this value does.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "jepa-images-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and the folders above it.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file))
    }

    /// Writes a small picture that the name decides.
    func writeImage(_ name: String, width: Int = 24, height: Int = 16) throws {
        let shade = UInt8(truncatingIfNeeded: name.utf8.reduce(7) { $0 &* 31 &+ Int($1) })
        var image = gradient(width: width, height: height)
        image[0, 0] = Colour(shade, shade, shade)
        try write(image.pngData(), to: name)
    }
}
