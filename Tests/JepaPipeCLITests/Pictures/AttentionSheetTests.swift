import JepaCore
import JepaImages
import JepaPipeCLI
import JepaTensor
import Testing

@Suite("attention sheet")
struct AttentionSheetTests {
    private let grid = PatchGrid(height: 2, width: 2)
    private let green = Colour(20, 200, 20)

    @Test func columnsAreTheMeanAndTheHeads() {
        let attention = Tensor(
            [0.5, 0.25, 0.25, 0] + [0, 0.25, 0.75, 0] + [1, 0, 0, 0] + [0, 0, 0, 1],
            shape: [2, 2, 1, 4])
        let columns = AttentionSheet.Column.all(of: attention)
        #expect(columns.map(\.heading) == ["mean of the heads", "head 1", "head 2"])
        #expect(columns[0].shares == [[0.25, 0.25, 0.5, 0], [0.5, 0, 0, 0.5]])
        #expect(columns[1].shares == [[0.5, 0.25, 0.25, 0], [1, 0, 0, 0]])
        #expect(columns[2].shares == [[0, 0.25, 0.75, 0], [0, 0, 0, 1]])
    }

    private func sheet(_ shares: [Float], columns: Int = 1) -> AttentionSheet {
        AttentionSheet(
            title: "t", images: [(Image(width: 32, height: 32, colour: green), "green")],
            columns: (0..<columns).map { .init("head \($0)", [shares]) }, grid: grid, query: 3)
    }

    @Test func brightnessGoesWithAttention() throws {
        let drawn = sheet([0, 0.5, 0.4, 0.1]).draw()
        #expect(drawn.width == 12 + 2 * (192 + 12))
        // Images have nothing but white above them at their left edge.
        let top = try #require((0..<drawn.height).first { drawn[13, $0] == green })
        #expect(drawn[12, top + 191] == green && drawn[12, top + 192] == .white)
        func brightness(_ row: Int, _ column: Int) -> Int {
            let colour = drawn[216 + column * 96 + 48, top + row * 96 + 48]
            return Int(colour.red) + Int(colour.green) + Int(colour.blue)
        }
        #expect(brightness(0, 1) > brightness(1, 0))
        #expect(brightness(1, 0) > brightness(1, 1))
        #expect(brightness(1, 1) > brightness(0, 0))
        // The query patch has a frame, here and in the image itself.
        let frame = Colour(0, 210, 255)
        #expect(drawn[216 + 96 + 1, top + 96 + 1] == frame)
        #expect(drawn[12 + 96 + 1, top + 96 + 1] == frame)
        #expect(drawn[216 + 1, top + 1] != frame)
    }

    @Test func whatIsNotLookedAtIsStillSeen() throws {
        let half = Image(
            width: 32, height: 32,
            pixels: (0..<32 * 32).flatMap {
                [UInt8](repeating: $0 % 32 < 8 ? 40 : 200, count: 3)
            })
        let drawn = AttentionSheet(
            title: "t", images: [(half, "half")], columns: [.init("head", [[0, 0.5, 0.4, 0.1]])],
            grid: grid, query: 3
        ).draw()
        let top = try #require((0..<drawn.height).first { drawn[13, $0] == Colour(40, 40, 40) })
        // The first patch gets no attention: its dark and its bright half.
        let (dark, bright) = (drawn[216 + 20, top + 48], drawn[216 + 76, top + 48])
        #expect(dark.red < 40 && bright.red > 110)
        #expect(bright.red == bright.green && abs(Int(bright.red) - Int(bright.blue)) < 4)
    }

    @Test func theScaleHasItsNumbersAtItsEnds() throws {
        let drawn = sheet([0, 0.5, 0.4, 0.1]).draw()
        // The stripe is the lowest picture, its numbers stand below: 22 + 6 + 18 and the edge.
        let top = drawn.height - 12 - 18 - 6 - 22
        let (left, right) = (drawn[12, top + 11], drawn[12 + 395, top + 11])
        #expect(Int(left.red) < 100 && Int(right.red) > 220)
        func ink(_ columns: Range<Int>) -> Int {
            (top + 28..<drawn.height).reduce(0) { sum, y in
                sum + columns.filter { drawn[$0, y] == Sheet.quiet }.count
            }
        }
        #expect(ink(12..<22) > 40 && ink(280..<408) > 150 && ink(30..<250) == 0)
    }

    @Test func theScaleIsInMultiplesOfAnEqualShareAndNotTooFine() {
        #expect(sheet([0.25, 0.25, 0.25, 0.25]).limit == 2)
        #expect(sheet([0, 0, 1, 0]).limit == 4)
    }

    @Test func manyHeadsAreDrawnSmaller() {
        let few = sheet([1, 0, 0, 0], columns: 9).draw()
        let many = sheet([1, 0, 0, 0], columns: 17).draw()
        #expect(few.width == 12 + 10 * 204 && many.width == 12 + 18 * (128 + 12))
        #expect(many == sheet([1, 0, 0, 0], columns: 17).draw())
    }
}
