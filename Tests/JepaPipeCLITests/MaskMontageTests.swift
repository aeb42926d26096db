import JepaCore
import JepaImages
import JepaPipeCLI
import Testing

struct MaskMontageTests {
    private let grid = PatchGrid(height: 2, width: 3)
    private let red = Colour(200, 0, 0)

    private func montage(
        targets: [[Int32]], images: Int = 1, statistics: MaskStatistics? = nil
    ) -> Image {
        let masks = MaskSet(
            contexts: Array(repeating: [0, 1], count: images),
            targets: Array(repeating: targets, count: images))
        return MaskMontage(
            title: "a",
            images: Array(repeating: Image(width: 192, height: 128, colour: red), count: images),
            masks: masks, grid: grid, statistics: statistics
        ).draw()
    }

    @Test func hasOneRowPerImageAndOneColumnPerTarget() {
        let small = montage(targets: [[2]])
        let large = montage(targets: [[2], [5]], images: 3)
        #expect(large.width - small.width == 192 + 8)
        #expect(large.height - small.height == 2 * (128 + 8))
    }

    @Test func showsKeptPatchesAndFadesTheOthers() {
        let image = montage(targets: [[2], [5]])
        let top = image.height - 128 - 8
        // The middle of patch (row, column) in a column of the montage.
        func patch(_ row: Int, _ column: Int, in place: Int) -> Colour {
            image[8 + place * 200 + column * 64 + 32, top + row * 64 + 32]
        }
        for column in 0..<3 {
            for row in 0..<2 {
                let index = row * 3 + column
                #expect(patch(row, column, in: 0) == red)
                #expect((patch(row, column, in: 1) == red) == (index < 2))
                #expect((patch(row, column, in: 2) == red) == (index == 2))
                #expect((patch(row, column, in: 3) == red) == (index == 5))
            }
        }
    }

    @Test func outlinesTheSameTargetInTheSameColour() {
        let image = montage(targets: [[2], [5]])
        let top = image.height - 128 - 8
        let corner = { (place: Int, row: Int) in image[8 + place * 200 + 128, top + row * 64] }
        #expect(corner(1, 0) == corner(2, 0) && corner(1, 1) == corner(3, 1))
        #expect(corner(1, 0) != corner(1, 1))
        // A border inside of a block is not drawn.
        let wide = montage(targets: [[4, 5]])
        #expect(wide[8 + 400 + 128, top + 64 + 32] == red)
    }

    @Test func brightnessIsHowOftenAPatchIsKept() {
        var statistics = MaskStatistics(grid: grid)
        statistics.add(MaskSet(contexts: [[0, 1], [0, 4]], targets: [[[2]], [[2]]]))
        let image = montage(targets: [[2]], statistics: statistics)
        let top = image.height - 128 - 8
        #expect(image[8 + 200 + 32, top + 32] == .white)
        #expect(image[8 + 200 + 96, top + 32] == .gray)
        #expect(image[8 + 200 + 160, top + 32] == .black)
        #expect(image[8 + 400 + 160, top + 32] == .white)
    }

    @Test func manyTargetsAreCutAndSmallOrOblongImagesDrawn() {
        let targets = (0..<20).map { [Int32($0 % 6)] }
        #expect(montage(targets: targets).width == 8 + 10 * 200)
        let masks = MaskSet(contexts: [[0]], targets: [[[62]]])
        let picture = MaskMontage(
            title: "a title that is wider than the three columns of a small montage can be drawn",
            images: [Image(width: 1, height: 50, colour: red)], masks: masks,
            grid: PatchGrid(height: 63, width: 1)
        ).draw()
        #expect(picture.width > 16 && picture.height > 63)
    }
}
