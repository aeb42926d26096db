import JepaImages
import Testing

@Suite("canvas")
struct CanvasTests {
    private let red = Colour(255, 0, 0)

    private func count(_ colour: Colour, in image: Image) -> Int {
        (0..<image.height).reduce(0) { sum, y in
            sum + (0..<image.width).filter { image[$0, y] == colour }.count
        }
    }

    @Test func aRectangleIsCutAtTheEdges() {
        var canvas = Canvas(width: 10, height: 8)
        canvas.fill(PixelBox(left: -3, top: 5, width: 5, height: 9), with: red)
        canvas.fill(PixelBox(left: 40, top: -9, width: 5, height: 4), with: red)
        #expect(count(red, in: canvas.image) == 2 * 3)
        #expect(canvas.image[1, 5] == red && canvas.image[2, 5] == .white)
    }

    @Test func anOutlineLeavesTheMiddle() {
        var canvas = Canvas(width: 10, height: 8)
        canvas.outline(
            PixelBox(left: 1, top: 1, width: 6, height: 5), with: red, thickness: 2)
        #expect(count(red, in: canvas.image) == 6 * 5 - 2 * 1)
    }

    @Test func blendingMixesColours() {
        var canvas = Canvas(width: 2, height: 1, colour: Colour(0, 100, 200))
        canvas.blend(
            PixelBox(left: 0, top: 0, width: 1, height: 1), with: .white, share: 0.5)
        #expect(canvas.image[0, 0] == Colour(128, 178, 228))
        #expect(canvas.image[1, 0] == Colour(0, 100, 200))
    }

    @Test func picturesAreCopied() {
        var canvas = Canvas(width: 6, height: 6)
        let picture = noise(width: 4, height: 4)
        canvas.draw(picture, left: 1, top: 2)
        #expect(
            canvas.image.cropped(to: PixelBox(left: 1, top: 2, width: 4, height: 4)) == picture)
        canvas.draw(picture, left: 4, top: -3)
        #expect(canvas.image[4, 0] == picture[0, 3])
    }

    /// The rows of a text as it is drawn, '#' for black.
    private func drawing(of text: String, width: Int, height: Int) -> [String] {
        var canvas = Canvas(width: width, height: height)
        canvas.write(text, left: 0, top: 0)
        return (0..<height).map { y in
            String((0..<width).map { canvas.image[$0, y] == .black ? "#" : "." })
        }
    }

    @Test func lettersAreReadable() {
        #expect(
            drawing(of: "7T", width: 12, height: 7) == [
                "#####.#####.", "....#...#...", "...#....#...", "..#.....#...", ".#......#...",
                ".#......#...", ".#......#...",
            ])
    }

    @Test func someLettersReachBelowTheLine() {
        #expect(
            drawing(of: "agjpq", width: 29, height: 9) == [
                "...............#.............", ".............................",
                ".###...####...##..####...####", "....#.#...#....#..#...#.#...#",
                ".####.#...#....#..#...#.#...#", "#...#.#...#....#..#...#.#...#",
                ".####..####....#..####...####", "..........#.#..#..#.........#",
                ".......###...##...#.........#",
            ])
        // All others end at the line or above it, the comma aside.
        for code in 0x20...0x7E {
            let character = Character(UnicodeScalar(UInt8(code)))
            var canvas = Canvas(width: 5, height: 9)
            canvas.write(String(character), left: 0, top: 0)
            let below = canvas.image.cropped(to: PixelBox(left: 0, top: 7, width: 5, height: 2))
            #expect((count(.black, in: below) > 0) == "gjpqy,".contains(character), "\(character)")
        }
    }

    @Test func everyPrintableCharacterHasItsOwnShape() {
        let shapes = (0x20...0x7E).map { code in
            var canvas = Canvas(width: 5, height: 9)
            canvas.write(String(UnicodeScalar(UInt8(code))), left: 0, top: 0)
            return canvas.image.pixels
        }
        #expect(Set(shapes).count == 95)
    }

    @Test func textHasTheSizeItSays() {
        let text = "Kept 0.27 é"
        let size = Canvas.size(of: text, scale: 2)
        #expect(size.width == (11 * 6 - 1) * 2 && size.height == 18)
        var canvas = Canvas(width: size.width + 4, height: size.height + 4)
        canvas.write(text, left: 2, top: 2, scale: 2)
        let inside = canvas.image.cropped(
            to: PixelBox(left: 2, top: 2, width: size.width, height: size.height))
        #expect(count(.black, in: inside) == count(.black, in: canvas.image))
        #expect(count(.black, in: inside) > 200)
    }
}
