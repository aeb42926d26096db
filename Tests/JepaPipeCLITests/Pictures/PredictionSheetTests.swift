import JepaCore
import JepaImages
import JepaPipeCLI
import Testing

@Suite("prediction sheet")
struct PredictionSheetTests {
    private let grid = PatchGrid(height: 2, width: 2)
    private let faded = Colour(236, 236, 240)
    private let red = Colour(220, 0, 0), green = Colour(0, 200, 0), blue = Colour(0, 0, 210)

    private func picture(_ colour: Colour) -> Image {
        Image(width: 32, height: 32, colour: colour)
    }

    /// Red predictions, green decodings of true tokens, a blue image.
    private func sheet(targets: [[Int32]]) -> Image {
        PredictionSheet(
            title: "t", notes: ["n"],
            .init(
                image: picture(blue), context: [0], targets: targets, whole: picture(green),
                predicted: targets.map { _ in picture(red) },
                expected: targets.map { _ in picture(green) }, together: picture(red),
                expectedTogether: picture(green)), grid: grid
        ).draw()
    }

    /// The colour in the middle of a patch of a picture of the sheet.
    private func colour(_ sheet: Image, _ row: Int, _ column: Int, patch: Int) -> Colour {
        // From below: every row of pictures has two lines of heading and the same height.
        let step = 160 + 12 + 2 * 18 + 4 + 4
        let top = sheet.height - 12 - 160 - (2 - row) * step
        return sheet[12 + column * 172 + patch % 2 * 80 + 40, top + patch / 2 * 80 + 40]
    }

    @Test func showsPredictionsAboveTrueTokensAbovePixels() {
        let drawn = sheet(targets: [[1], [3]])
        #expect(drawn.width == 12 + 4 * 172)
        #expect(colour(drawn, 0, 0, patch: 2) == blue)
        #expect(colour(drawn, 1, 0, patch: 0) == blue)
        #expect(colour(drawn, 1, 0, patch: 1) != blue)
        #expect(colour(drawn, 2, 0, patch: 2) == green)
        for (row, expected) in [red, green, blue].enumerated() {
            #expect(colour(drawn, row, 1, patch: 1) == expected)
            #expect(colour(drawn, row, 2, patch: 3) == expected)
            #expect(colour(drawn, row, 1, patch: 3) == faded)
            // Together: the context as it is, the targets decoded, the rest faded.
            #expect(colour(drawn, row, 3, patch: 0) == blue)
            #expect(colour(drawn, row, 3, patch: 1) == expected)
            #expect(colour(drawn, row, 3, patch: 3) == expected)
            #expect(![red, green, blue].contains(colour(drawn, row, 3, patch: 2)))
        }
    }

    @Test func manyTargetsAreCutButAllStandTogether() {
        let drawn = sheet(targets: Array(repeating: [1], count: 9) + [[3]])
        #expect(drawn.width == 12 + 8 * 172)
        #expect(colour(drawn, 0, 7, patch: 3) == red)
        #expect(drawn == sheet(targets: Array(repeating: [1], count: 9) + [[3]]))
    }
}
