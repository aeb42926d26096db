import Foundation
import JepaFormats
import JepaImages
import Testing

@Suite("resampling")
struct ResizeTests {
    /// A case of the reference: what Pillow made of a part of a picture.
    struct ReferenceRow: Decodable, Sendable, CustomTestStringConvertible {
        let image: String
        let output, left, top, width, height, size: Int
        let filter: String

        var testDescription: String { "\(image) \(width)x\(height) to \(size), \(filter)" }

        static let all: [ReferenceRow] = {
            struct Root: Decodable { let rows: [ReferenceRow] }
            guard SharedData.isHere,
                let data = FileManager.default.contents(
                    atPath: SharedData.path("reference/resize.json")),
                let root = try? JSONDecoder().decode(Root.self, from: data)
            else { return [] }
            return root.rows
        }()
    }

    // skipped: ../shared is not here
    @Test(.enabled(if: SharedData.isHere), arguments: ReferenceRow.all)
    func agreesWithPillow(_ row: ReferenceRow) throws {
        let file = try SafetensorsReader(path: SharedData.path("reference/resize.safetensors"))
        let source = try image(file.tensor("\(row.image).input"))
        let expected = try image(file.tensor("\(row.image).output\(row.output)"))
        let box = PixelBox(left: row.left, top: row.top, width: row.width, height: row.height)
        let filter = try #require(ResizeFilter(rawValue: row.filter))
        let result = source.cropped(to: box).resized(to: row.size, row.size, filter: filter)
        #expect(result.largestDifference(from: expected) <= 1)
    }

    // skipped: ../shared is not here
    @Test(.enabled(if: SharedData.isHere)) func theReferenceHasCases() {
        #expect(ReferenceRow.all.count == 16)
    }

    private func image(_ tensor: StoredTensor) throws -> Image {
        Image(
            width: tensor.shape[1], height: tensor.shape[0],
            pixels: try tensor.integers().map { UInt8($0) })
    }

    /// Sizes from, to: 1, primes, not square, one axis kept, strong reduction and enlargement.
    static let sizes = [
        (1, 1, 1, 1), (1, 1, 5, 7), (7, 5, 1, 1), (13, 11, 13, 5), (13, 11, 7, 11),
        (17, 31, 29, 3), (31, 17, 5, 23), (64, 2, 3, 64), (97, 61, 24, 16), (3, 200, 8, 4),
    ]

    @Test(arguments: ResizeFilter.allCases, sizes)
    func agreesWithTheDefinition(_ filter: ResizeFilter, _ size: (Int, Int, Int, Int)) {
        let source = noise(width: size.0, height: size.1)
        let result = source.resized(to: size.2, size.3, filter: filter)
        let expected = definition(source, to: size.2, size.3, filter)
        // Fixed-point weights can turn a rounding in each of the two passes.
        #expect(result.largestDifference(from: expected) <= 1)
    }

    @Test(arguments: ResizeFilter.allCases)
    func theSameSizeChangesNothing(_ filter: ResizeFilter) {
        let source = noise(width: 19, height: 7)
        #expect(source.resized(to: 19, 7, filter: filter) == source)
    }

    @Test(arguments: ResizeFilter.allCases, sizes)
    func oneColourStaysThatColour(_ filter: ResizeFilter, _ size: (Int, Int, Int, Int)) {
        let colour = Colour(255, 1, 127)
        let source = Image(width: size.0, height: size.1, colour: colour)
        let result = source.resized(to: size.2, size.3, filter: filter)
        #expect(result == Image(width: size.2, height: size.3, colour: colour))
    }

    @Test func aBoxMayBeginWithinAPixel() {
        let source = Image(
            width: 4, height: 1, pixels: [0, 0, 0, 100, 100, 100, 200, 200, 200, 40, 40, 40])
        let result = source.resized(
            box: .init(left: 0.5, top: 0, right: 2.5, bottom: 1), to: 1, 1, filter: .box)
        // Pixel centres at .5, 1.5 and 2.5: the box filter takes those in (0.5, 2.5].
        #expect(result[0, 0] == Colour(150, 150, 150))
    }

    @Test func aSampleIsCroppedMirroredAndNormalised() throws {
        let source = noise(width: 23, height: 17)
        let reader = ImageReader()
        try source.pngData().withUnsafeBytes { bytes throws in try reader.decode(bytes) }
        let crop = PixelBox(left: 3, top: 2, width: 18, height: 15)
        let (mean, std): ([Float], [Float]) = ([0.5, 0.25, 0], [0.5, 1, 2])
        for isFlipped in [false, true] {
            var planes = [Float](repeating: .nan, count: 3 * 8 * 5)
            try planes.withUnsafeMutableBufferPointer { buffer throws in
                try reader.sample(
                    crop: crop, to: .init(width: 8, height: 5), filter: .bilinear,
                    flip: isFlipped, mean: mean, std: std, into: buffer)
            }
            var expected = source.cropped(to: crop).resized(to: 8, 5, filter: .bilinear)
            if isFlipped { expected = expected.flippedHorizontally() }
            #expect(planes == expected.normalised(mean: mean, std: std))
            let value = Float(expected[7, 4].green) / 255
            #expect(abs(planes[40 + 4 * 8 + 7] - (value - 0.25)) < 1e-6)
        }
    }
}

/// A picture of reproducible noise.
func noise(width: Int, height: Int) -> Image {
    var state: UInt32 = 0x9e37_79b9
    let pixels = (0..<(width * height * 3)).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
    }
    return Image(width: width, height: height, pixels: pixels)
}

/// Resampling in double precision from the definition, rounded and clipped after each pass.
private func definition(
    _ source: Image, to width: Int, _ height: Int, _ filter: ResizeFilter
) -> Image {
    let isVerticalFirst = source.height - height > max(0, 2 * (source.width - width))
    let across = weights(from: source.width, to: width, filter)
    let down = weights(from: source.height, to: height, filter)
    func narrowed(_ image: Image) -> Image {
        convolved(image, width: width, height: image.height) { image, x, y, c in
            zip(across[x], 0...).reduce(0) {
                $0 + $1.0 * Double(image.pixels[(y * image.width + $1.1) * 3 + c])
            }
        }
    }
    func shortened(_ image: Image) -> Image {
        convolved(image, width: image.width, height: height) { image, x, y, c in
            zip(down[y], 0...).reduce(0) {
                $0 + $1.0 * Double(image.pixels[($1.1 * image.width + x) * 3 + c])
            }
        }
    }
    return isVerticalFirst ? narrowed(shortened(source)) : shortened(narrowed(source))
}

/// A picture whose every value is computed on its own.
private func convolved(
    _ image: Image, width: Int, height: Int, _ value: (Image, Int, Int, Int) -> Double
) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<3 {
                pixels.append(UInt8(min(max(value(image, x, y, c).rounded(), 0), 255)))
            }
        }
    }
    return Image(width: width, height: height, pixels: pixels)
}

/// For each target position the weight of every source position.
private func weights(from size: Int, to outputs: Int, _ filter: ResizeFilter) -> [[Double]] {
    if size == outputs {
        return (0..<size).map { i in (0..<size).map { $0 == i ? 1 : 0 } }
    }
    let scale = Double(size) / Double(outputs)
    let stretch = max(1, scale)
    return (0..<outputs).map { i in
        let centre = (Double(i) + 0.5) * scale
        let raw = (0..<size).map { kernel(filter, (Double($0) + 0.5 - centre) / stretch) }
        return raw.map { $0 / raw.reduce(0, +) }
    }
}

private func kernel(_ filter: ResizeFilter, _ x: Double) -> Double {
    func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
    let r = abs(x)
    switch filter {
    case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - r)
    case .hamming: return r < 1 ? sinc(r) * (0.54 + 0.46 * cos(.pi * r)) : 0
    case .bicubic:
        if r < 1 { return 1.5 * r * r * r - 2.5 * r * r + 1 }
        return r < 2 ? -0.5 * r * r * r + 2.5 * r * r - 4 * r + 2 : 0
    case .lanczos: return r < 3 ? sinc(r) * sinc(r / 3) : 0
    }
}
