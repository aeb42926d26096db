import JepaImages
import Testing

@Suite("encoding and decoding")
struct ImageCodecTests {
    @Test(arguments: [(1, 1), (2, 3), (53, 37), (1, 500), (160, 120)])
    func pngKeepsEveryPixel(_ width: Int, _ height: Int) throws {
        let image = noise(width: width, height: height)
        #expect(try Image(decoding: image.pngData()) == image)
    }

    @Test(arguments: [(1, 1), (53, 37), (160, 120)])
    func jpegStaysClose(_ width: Int, _ height: Int) throws {
        let image = gradient(width: width, height: height)
        let decoded = try Image(decoding: image.jpegData(quality: 100))
        #expect(decoded.meanDifference(from: image) < 2)
    }

    @Test func lowerQualityMakesSmallerFiles() {
        let image = noise(width: 64, height: 64)
        #expect(image.jpegData(quality: 20).count * 2 < image.jpegData(quality: 95).count)
    }

    @Test(arguments: 1...8)
    func orientationIsUndone(_ orientation: Int) throws {
        let upright = gradient(width: 48, height: 32)
        let stored = turned(upright, orientation)
        for isBigEndian in [false, true] {
            let exif = exifBlock(orientation: UInt16(orientation), isBigEndian: isBigEndian)
            let jpeg = withExif(exif, stored.jpegData(quality: 100))
            let decoded = try Image(decoding: jpeg)
            // The same as turning the decoded pixels, so without any tolerance.
            let plain = try Image(decoding: stored.jpegData(quality: 100))
            #expect(decoded.width == 48 && decoded.height == 32)
            #expect(turned(decoded, orientation) == plain)
        }
    }

    /// Blocks that end too early, point outside, or hold what is no orientation.
    static let brokenBlocks: [[UInt8]] = [
        [], [0x49], bytes("II*\0"), bytes("II*\0", 0xFF, 0xFF, 0xFF, 0xFF),
        bytes("II*\0", 8, 0, 0, 0), bytes("II*\0", 8, 0, 0, 0, 0xFF, 0xFF),
        bytes("IM*\0", 8, 0, 0, 0, 1, 0), exifBlock(orientation: 0, isBigEndian: true),
        exifBlock(orientation: 9, isBigEndian: true),
        exifBlock(orientation: 6, isBigEndian: true).dropLast(6),
    ]

    private static func bytes(_ text: String, _ more: UInt8...) -> [UInt8] {
        Array(text.utf8) + more
    }

    @Test(arguments: brokenBlocks)
    func brokenExifIsNoOrientation(_ block: [UInt8]) throws {
        let jpeg = gradient(width: 20, height: 10).jpegData()
        #expect(try Image(decoding: withExif(block, jpeg)) == Image(decoding: jpeg))
    }

    @Test func aPictureAboveTheLimitIsRefused() throws {
        let bytes = noise(width: 20, height: 10).pngData()
        #expect(try Image(decoding: bytes, maximumPixels: 200).width == 20)
        let failure = #expect(throws: DecodingFailure.self) {
            try Image(decoding: bytes, maximumPixels: 199)
        }
        #expect(failure?.reason == .tooLarge)
        #expect(failure?.description == "20x10 pixels are more than the limit of 199")
    }

    @Test func aHeaderThatTheBytesCannotFillIsRefused() throws {
        var png = gradient(width: 8, height: 8).pngData()
        // Width and height in the header, and its checksum.
        png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
        png.replaceSubrange(29..<33, with: bigEndian(crc32(png[12..<29])))
        let failure = #expect(throws: DecodingFailure.self) { try Image(decoding: png) }
        #expect(failure?.description == "claims 8192x8192 pixels, which its bytes cannot hold")
    }

    @Test func everyTruncationIsAnError() {
        for bytes in [
            gradient(width: 40, height: 30).pngData(), gradient(width: 40, height: 30).jpegData(),
        ] {
            // The end marker itself, 2 bytes of JPEG and 16 of PNG, is not missed.
            for count in 0..<(bytes.count - 24) {
                #expect(throws: DecodingFailure.self) {
                    try Image(decoding: Array(bytes[..<count]))
                }
            }
        }
    }

    @Test(arguments: [(500, 300), (250, 150), (251, 150), (63, 38), (62, 37), (1, 1)])
    func reducedDecodingStaysLargeEnough(_ width: Int, _ height: Int) throws {
        let image = gradient(width: 500, height: 300)
        let bytes = withExif(exifBlock(orientation: 1, isBigEndian: true), image.jpegData())
        let reduced = try Image(
            decoding: bytes, minimumSize: .init(width: width, height: height))
        #expect(reduced.width >= width && reduced.height >= height)
        // 1/2 fits (250, 150), 1/4 (62, 37) and so on; at most 8 times smaller.
        #expect(reduced.width <= max(63, 2 * width + 1))
        let plain = image.resized(to: reduced.width, reduced.height, filter: .box)
        #expect(reduced.meanDifference(from: plain) < 3)
    }

    @Test func foldersAndMissingFilesAreUnreadable() {
        for (path, message) in [
            ("/", "is not a plain file"), ("/dev/null", "is not a plain file"),
            ("/nonexistent.jpg", "no such file or directory"),
        ] {
            let failure = #expect(throws: DecodingFailure.self) { try Image(contentsOf: path) }
            #expect(failure == DecodingFailure(.unreadable, message))
        }
    }
}

/// A smooth picture without any symmetry.
func gradient(width: Int, height: Int) -> Image {
    var image = Image(width: width, height: height, colour: .black)
    for y in 0..<height {
        for x in 0..<width {
            image[x, y] = Colour(
                UInt8(255 * x / max(1, width)), UInt8(255 * y / max(1, height)),
                UInt8(127 * (x + y) / (width + height)))
        }
    }
    return image
}

/// The stored picture that a viewer turns into `upright` by an EXIF orientation.
private func turned(_ upright: Image, _ orientation: Int) -> Image {
    let isTurned = orientation > 4
    let (w, h) = (upright.width, upright.height)
    var stored = Image(width: isTurned ? h : w, height: isTurned ? w : h, colour: .black)
    for y in 0..<h {
        for x in 0..<w {
            // EXIF: where the 0th row and column of the stored picture are seen.
            let (i, j) =
                switch orientation {
                case 2: (w - 1 - x, y)  // row at the top, column at the right
                case 3: (w - 1 - x, h - 1 - y)  // bottom, right
                case 4: (x, h - 1 - y)  // bottom, left
                case 5: (y, x)  // left, top
                case 6: (y, w - 1 - x)  // right, top
                case 7: (h - 1 - y, w - 1 - x)  // right, bottom
                case 8: (h - 1 - y, x)  // left, bottom
                default: (x, y)
                }
            stored[i, j] = upright[x, y]
        }
    }
    return stored
}

/// A TIFF block whose only entry is the orientation.
private func exifBlock(orientation: UInt16, isBigEndian: Bool) -> [UInt8] {
    func number(_ value: UInt32, _ bytes: Int) -> [UInt8] {
        let little = (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
        return isBigEndian ? little.reversed() : little
    }
    return Array((isBigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(1, 2)
        + number(0x0112, 2) + number(3, 2) + number(1, 4) + number(UInt32(orientation), 2)
        + number(0, 2) + number(0, 4)
}

/// A JPEG with an EXIF segment behind its first marker.
private func withExif(_ block: [UInt8], _ jpeg: [UInt8]) -> [UInt8] {
    let body = Array("Exif\0\0".utf8) + block
    let length = body.count + 2
    return jpeg[..<2] + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + body + jpeg[2...]
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in
        (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
            value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0)
        }
    }
}
