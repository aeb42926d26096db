import JepaImages
import Testing

@Suite("sheet")
struct SheetTests {
    private let red = Colour(255, 0, 0)

    private func box(_ left: Int, _ top: Int, _ image: Image, in sheet: Image) -> Image {
        sheet.cropped(
            to: PixelBox(left: left, top: top, width: image.width, height: image.height))
    }

    private func ink(of image: Image) -> Int {
        (0..<image.height).reduce(0) { sum, y in
            sum + (0..<image.width).filter { image[$0, y] != .white }.count
        }
    }

    @Test func picturesStandSideBySideOnWhite() {
        let (a, b) = (noise(width: 200, height: 50), noise(width: 300, height: 80))
        var sheet = Sheet()
        sheet.addRow([.init(a), .init(b)])
        let drawn = sheet.draw()
        #expect(drawn.width == 12 + 200 + 12 + 300 + 12)
        #expect(drawn.height == 12 + 80 + 12)
        #expect(box(12, 12, a, in: drawn) == a)
        #expect(box(224, 12, b, in: drawn) == b)
        #expect(drawn[0, 0] == .white && drawn[218, 40] == .white && drawn[100, 70] == .white)
    }

    @Test func headingsStandOnTheirPicturesAndCaptionsBelow() {
        let picture = Image(width: 90, height: 20, colour: red)
        var sheet = Sheet(scale: 1)
        // Fifteen letters fit in 90 pixels, so the second heading takes two lines.
        sheet.addRow([
            .init(picture, heading: "short"),
            .init(picture, heading: "longer than one", caption: "below"),
            .init(picture, heading: "longer than the other"),
        ])
        let drawn = sheet.draw()
        let top = 12 + 2 * 9 + 2 + 2
        #expect(drawn.height == top + 20 + 3 + 9 + 12)
        for column in 0..<3 {
            #expect(box(12 + column * 102, top, picture, in: drawn) == picture)
        }
        let lines = { (left: Int, line: Int) in
            self.ink(
                of: drawn.cropped(
                    to: PixelBox(left: left, top: 12 + line * 11, width: 90, height: 9)))
        }
        #expect(lines(12, 0) == 0 && lines(12, 1) > 20)
        #expect(lines(114, 0) == 0 && lines(114, 1) > 20)
        #expect(lines(216, 0) > 20 && lines(216, 1) > 20)
        let caption = PixelBox(left: 114, top: top + 23, width: 90, height: 9)
        #expect(ink(of: drawn.cropped(to: caption)) > 20)
    }

    @Test func textGoesOnInTheNextLine() {
        let row = [Sheet.Cell(Image(width: 320, height: 4, colour: red))]
        func height(_ text: String) -> Int {
            var sheet = Sheet(scale: 1)
            sheet.addText(text)
            sheet.addRow(row)
            return sheet.draw().height
        }
        // 53 letters fit in 320 pixels.
        let one = height("a")
        #expect(height(String(repeating: "a", count: 53)) == one)
        #expect(height(String(repeating: "a", count: 54)) == one + 11)
        // 18 words of two letters to a line.
        #expect(height(String(repeating: "ab ", count: 36)) == one + 11)
        #expect(height(String(repeating: "ab ", count: 37)) == one + 22)
        #expect(height("a\nb\nc") == one + 22)
    }

    @Test func titlesAreLargerThanText() {
        func height(_ add: (inout Sheet) -> Void) -> Int {
            var sheet = Sheet(scale: 2)
            add(&sheet)
            return sheet.draw().height
        }
        #expect(height { $0.addText("a") } == 12 + 18 + 12)
        #expect(height { $0.addTitle("a") } == 12 + 27 + 12)
        #expect(height { $0.addSpace(40) } == 12 + 40)
        #expect(height { _ in } == 12)
    }
}

@Suite("enlarging")
struct EnlargingTests {
    @Test func aPixelBecomesASquare() {
        let picture = noise(width: 3, height: 2)
        let large = picture.enlarged(by: 4)
        #expect(large.width == 12 && large.height == 8)
        for y in 0..<8 { for x in 0..<12 { #expect(large[x, y] == picture[x / 4, y / 4]) } }
        #expect(picture.enlarged(by: 1) == picture)
    }

    @Test func stretchingTakesTheNearestPixel() {
        let picture = noise(width: 5, height: 7)
        let other = picture.stretched(to: 7, 3)
        #expect(other[0, 0] == picture[0, 0] && other[6, 2] == picture[4, 4])
    }

    @Test func grayHasTheBrightnessOfTheColours() {
        let picture = Image(
            width: 3, height: 1, pixels: [255, 255, 255, 200, 100, 50, 0, 0, 255])
        #expect(picture.grayscale.pixels == [255, 255, 255, 124, 124, 124, 29, 29, 29])
    }

    @Test(
        "sizes",
        arguments: [
            // Image, patches, and what is shown.
            (32, 32, 8, 8, 192, 192), (96, 96, 12, 12, 192, 192), (48, 48, 6, 6, 192, 192),
            (224, 224, 14, 14, 224, 224), (448, 448, 28, 28, 392, 392), (64, 32, 2, 1, 192, 96),
            (1, 1, 1, 1, 192, 192), (448, 100, 7, 5, 385, 85), (2000, 10, 1, 1, 384, 2),
        ])
    func picturesAreShownLargeEnough(
        width: Int, height: Int, columns: Int, rows: Int, shownWidth: Int, shownHeight: Int
    ) {
        let size = DisplaySize(of: width, height, columns: columns, rows: rows)
        #expect(size.width == shownWidth && size.height == shownHeight)
        let picture = noise(width: width, height: height)
        let shown = size.show(picture)
        #expect(shown.width == shownWidth && shown.height == shownHeight)
        let map = size.showMap(noise(width: columns, height: rows))
        #expect(map.width == shownWidth && map.height == shownHeight)
    }
}

@Suite("colour map")
struct ColourMapTests {
    @Test func endsAndMiddleAreTheGivenColours() {
        let map = ColourMap([.black, Colour(200, 0, 0), .white])
        #expect(map[0] == .black && map[0.5] == Colour(200, 0, 0) && map[1] == .white)
        #expect(map[0.25] == Colour(100, 0, 0))
        #expect(map[-3] == .black && map[7] == .white && map[.nan] == .black)
        #expect(map[.infinity] == .white)
    }

    @Test func infernoRisesInBrightness() {
        let colours = (0..<100).map { ColourMap.inferno[Double($0) / 99] }
        let bar = Image(
            width: 100, height: 1, pixels: colours.flatMap { [$0.red, $0.green, $0.blue] }
        ).grayscale
        for x in 1..<100 { #expect(bar[x, 0].red >= bar[x - 1, 0].red) }
        #expect(bar[0, 0].red < 10 && bar[99, 0].red > 230)
    }
}
