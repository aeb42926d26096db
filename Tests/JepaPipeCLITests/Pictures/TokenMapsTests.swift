import JepaCore
import JepaImages
import JepaPipeCLI
import JepaTensor
import Testing

@Suite("token maps")
struct TokenMapsTests {
    private let grid = PatchGrid(height: 4, width: 4)

    /// Tokens of width 3 for two images: by each patch's kind, with a little of its own.
    private func tokens(_ kind: (_ image: Int, _ patch: Int) -> [Float]) -> Tensor {
        var elements: [Float] = []
        for image in 0..<2 {
            for patch in 0..<16 {
                let wave = Float(patch * 7 % 5) * 0.01
                elements += kind(image, patch).map { $0 + wave }
            }
        }
        return Tensor(elements, shape: [2, 16, 3])
    }

    private func isInner(_ patch: Int) -> Bool { [5, 6, 9, 10].contains(patch) }

    @Test func equalTokensHaveOneColourInAllImages() throws {
        // Image 1 is image 0 upside down.
        let maps = try TokenMaps(
            tokens { image, patch in
                (image == 0 ? patch : 15 - patch) < 8 ? [1, 0, 0] : [0, 2, 0]
            }, grid: grid)
        #expect(maps.maps.count == 2 && maps.maps[0].width == 4 && maps.maps[0].height == 4)
        #expect(maps.shares.count == 3 && maps.shares[0] > 0.99)
        for y in 0..<2 {
            for x in 0..<4 {
                let (upper, lower) = (maps.maps[0][x, y], maps.maps[0][x, 3 - y])
                // The first component alone parts the kinds, and fills its channel.
                #expect(abs(Int(upper.red) - Int(lower.red)) > 240)
                #expect(abs(Int(maps.maps[1][x, 3 - y].red) - Int(upper.red)) < 15)
            }
        }
    }

    @Test func theForegroundIsWhatIsRareAtTheEdges() throws {
        for sign: Float in [-1, 1] {
            let maps = try TokenMaps(
                tokens { _, patch in
                    isInner(patch) ? [sign * 5, Float(patch), 0] : [-sign * 5, 0, 0]
                }, grid: grid, onlyForeground: true)
            let gray = Colour(228, 229, 233)
            for map in maps.maps {
                for patch in 0..<16 {
                    #expect((map[patch % 4, patch / 4] != gray) == isInner(patch), "\(patch)")
                }
            }
        }
    }

    @Test func equalTokensEverywhereAreGrayAndAllForeground() throws {
        let same = Tensor(repeating: 2, shape: [1, 16, 3])
        for onlyForeground in [false, true] {
            let maps = try TokenMaps(same, grid: grid, onlyForeground: onlyForeground)
            #expect(maps.maps[0] == Image(width: 4, height: 4, colour: .gray))
            #expect(maps.shares == [0, 0, 0])
        }
    }

    @Test func aWidthBelowThreeLeavesChannelsAtHalf() throws {
        let maps = try TokenMaps(
            Tensor((0..<16).map(Float.init), shape: [1, 16, 1]), grid: grid)
        #expect(maps.maps[0][0, 0] == Colour(0, 128, 128))
        #expect(maps.maps[0][3, 3] == Colour(255, 128, 128))
    }

    @Test(
        "Otsu",
        arguments: [
            ([0, 0, 0, 10, 10], 5.0), ([3, 1, 2, 21, 20], 11.5), ([-1, 1], 0),
            ([0, 0, 0, 0, 8], 4),
        ] as [([Double], Double)])
    func theThresholdPartsTwoGroups(values: [Double], threshold: Double) {
        #expect(otsuThreshold(values) == threshold)
    }

    @Test func equalNumbersHaveNoThreshold() {
        #expect(otsuThreshold([2, 2, 2]) == nil && otsuThreshold([]) == nil)
    }

    @Test func withoutTheMeanOfItsPlaceATokenTellsWhatIsThere() {
        let tokens = Tensor(
            [1, 10, 2, 20] + [3, 10, 2, 24] + [5, 13, 2, 22], shape: [3, 2, 2])
        let found = PlaceMeans(of: tokens).removed(from: tokens)
        #expect(found.elements == [-2, -1, 0, -2] + [0, -1, 0, 2] + [2, 2, 0, 0])
        #expect(
            PlaceMeans(of: tokens).removed(from: tokens.rows(1..<2)).elements == [0, -1, 0, 2])
    }

    @Test func aSheetHasARowOfImagesAndOnePerNetworkInBandsOfSix() throws {
        func sheet(_ count: Int, rows: Int) throws -> Image {
            let picture = Image(width: 32, height: 32, colour: Colour(9, 99, 9))
            let tokens = Tensor(
                (0..<count * 48).map { Float($0 * 31 % 17) }, shape: [count, 16, 3])
            let maps = try TokenMaps(tokens, grid: grid)
            return TokenSheet(
                title: "t", note: "n",
                images: (0..<count).map { (picture, "image \($0)") },
                rows: (0..<rows).map { .init("row \($0)", maps) }
            ).draw()
        }
        let one = try sheet(3, rows: 1)
        #expect(one.width == 4 * 12 + 3 * 192)
        let two = try sheet(3, rows: 2)
        // A line of text, a row of maps, and the gaps.
        #expect(two.height - one.height == 18 + 12 + 192 + 12)
        #expect(try sheet(6, rows: 2).height == two.height)
        #expect(try sheet(7, rows: 2).width == 7 * 12 + 6 * 192)
        #expect(try sheet(7, rows: 2).height > two.height + 3 * 192)
        #expect(try sheet(7, rows: 2) == sheet(7, rows: 2))
    }
}
