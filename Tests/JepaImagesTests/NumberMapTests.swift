import JepaImages
import JepaTestSupport
import Testing

@Suite("maps of numbers")
struct NumberMapTests {
    private func read(_ bytes: [UInt8]) throws -> NumberMap {
        let folder = TemporaryFolder()
        try folder.write(bytes, to: "map.png")
        let reader = ImageReader()
        try reader.load(PathBytes(folder.path + "/map.png"))
        return try reader.numbers()
    }

    @Test(arguments: [1, 2, 4, 8, 16], [(1, 1), (7, 3), (13, 5), (300, 2)])
    func grayIsNotScaled(_ bits: Int, _ size: (Int, Int)) throws {
        let (width, height) = size
        let values = (0..<width * height).map { UInt16(($0 * 7919 + 5) % (1 << bits)) }
        let map = try read(
            NumberPNG.bytes(width: width, height: height, bits: bits, values: values))
        #expect(map == NumberMap(width: width, height: height, bits: bits, values: values))
    }

    @Test(arguments: [1, 2, 4, 8])
    func aPaletteGivesItsIndices(_ bits: Int) throws {
        let values = (0..<15).map { UInt16($0 % (1 << bits)) }
        let map = try read(
            NumberPNG.bytes(width: 5, height: 3, bits: bits, values: values, colours: 1 << bits))
        #expect(map.values == values)
    }

    /// 255 for 'unknown' is beyond the end of most palettes.
    @Test func indicesBeyondThePaletteStay() throws {
        let map = try read(
            NumberPNG.bytes(width: 2, height: 1, values: [1, 255], colours: 21))
        #expect(map.values == [1, 255])
    }

    static let refused: [(bytes: [UInt8], reason: DecodingFailure.Reason, text: String)] = [
        (
            gradient(width: 4, height: 4).pngData(), .unsupported,
            "the PNG has 3 numbers per pixel; gray and palette have one"
        ),
        (
            gradient(width: 4, height: 4).jpegData(), .unsupported,
            "the file is a JPEG, which does not keep numbers exactly"
        ),
        (Array("class,1".utf8), .notAnImage, "the file is text, not a picture"),
        (
            Array(
                NumberPNG.bytes(width: 9, height: 9, values: Array(repeating: 1, count: 81))[..<60]),
            .truncated, "the PNG data ends before the picture is complete"
        ),
    ]

    @Test(arguments: refused)
    func whatIsNoMapIsRefused(
        _ bytes: [UInt8], _ reason: DecodingFailure.Reason, _ text: String
    ) {
        let failure = #expect(throws: DecodingFailure.self) { try read(bytes) }
        #expect(failure?.reason == reason)
        #expect(failure?.description == text)
    }

    // MARK: - Sampling

    private func coordinates(_ width: Int, _ height: Int) -> (x: NumberMap, y: NumberMap) {
        func map(_ value: (Int, Int) -> Int) -> NumberMap {
            NumberMap(
                width: width, height: height, bits: 8,
                values: (0..<width * height).map { UInt16(value($0 % width, $0 / width)) })
        }
        return (map { x, _ in x }, map { _, y in y })
    }

    @Test func anOddReductionTakesTheMiddlePixel() {
        let (x, y) = coordinates(15, 9)
        let region = SampleRegion(crop: PixelBox(left: 3, top: 3, width: 9, height: 6))
        #expect(x.sampled(region, to: 3, 2) == [4, 7, 10, 4, 7, 10])
        #expect(y.sampled(region, to: 3, 2) == [4, 4, 4, 7, 7, 7])
    }

    @Test func anEnlargementRepeatsPixels() {
        let (x, _) = coordinates(2, 1)
        let region = SampleRegion(crop: PixelBox(left: 0, top: 0, width: 2, height: 1))
        #expect(x.sampled(region, to: 4, 1) == [0, 0, 1, 1])
    }

    /// Where the colours of an image tell its coordinates, map and image agree after evaluation's
    /// resizing and cropping to within a pixel.
    @Test(arguments: [
        (160, 100, 48, 48, 1.0), (100, 160, 48, 48, 0.875), (250, 90, 32, 64, 1.0),
        (64, 64, 64, 64, 1.0), (30, 20, 60, 60, 1.0),
    ])
    func mapsAreCutAsImagesAre(
        _ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int, _ share: Double
    ) throws {
        let image = Image(
            width: width, height: height,
            pixels: (0..<width * height).flatMap {
                [UInt8($0 % width), UInt8($0 / width), UInt8(0)]
            })
        let region = SampleRegion(
            centreOf: .init(width: width, height: height), for: newWidth, newHeight, share: share)
        let box = try #require(region.box)
        let shown = image.resized(box: box, to: newWidth, newHeight, filter: .bilinear)
        let (x, y) = coordinates(width, height)
        let (columns, rows) = (
            x.sampled(region, to: newWidth, newHeight), y.sampled(region, to: newWidth, newHeight)
        )
        // Half a pixel by the nearest, half a level by rounding; at an edge the filter sees one side.
        let scale = max(1, (box.right - box.left) / Double(newWidth))
        for place in 0..<newWidth * newHeight {
            let isEdge =
                place % newWidth == 0 || place % newWidth == newWidth - 1 || place < newWidth
                || place >= newWidth * (newHeight - 1)
            let colour = shown[place % newWidth, place / newWidth]
            let allowed = isEdge ? 1 + scale / 2 : 1
            #expect(abs(Double(colour.red) - Double(columns[place])) <= allowed)
            #expect(abs(Double(colour.green) - Double(rows[place])) <= allowed)
        }
    }
}
