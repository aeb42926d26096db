import JepaBlockMasker
import JepaCore
import JepaRandomMasker
import JepaRasterised
import JepaTensor
import Testing

struct OtherMaskerTests {
    @Test(arguments: [(0.6, 118), (0.75, 147), (0.001, 0), (0.5, 98)])
    func randomPredictsItsShareAndShowsTheRest(ratio: Double, count: Int) throws {
        guard count > 0 else {
            #expect(try refusal(RandomMasker.self, on: .square(14), ["ratio": 0.001]) != nil)
            return
        }
        let masker = try make(
            RandomMasker.self, on: .square(14), ["ratio": Setting(.real(ratio))])
        var random = StageRandom(seed: 1, purpose: "masks")
        let masks = try masker.masks(for: .square(14), batchSize: 3, using: &random)
        #expect(masks.targets.kept == count)
        for image in 0..<3 {
            let all = masks.targets[block: 0, image: image] + masks.context[block: 0, image: image]
            #expect(all.sorted() == Array(0..<196))
        }
        #expect(masks.targets[block: 0, image: 0] != masks.targets[block: 0, image: 1])
    }

    @Test func randomTakesEveryPatchEquallyOften() throws {
        let grid = PatchGrid.square(4)
        let drawn = try statistics(
            of: make(RandomMasker.self, on: grid, ["ratio": 0.25]), on: grid, batchSize: 100,
            batches: 100)
        // 10,000 images: four standard errors of a count of expectation 2,500 are 173.
        for count in drawn.anyTargetCounts { #expect(abs(count - 2500) < 173) }
    }

    @Test func blockIsARectangleThatReachesEveryCorner() throws {
        let grid = PatchGrid(height: 9, width: 12)
        let masker = try make(BlockMasker.self, on: grid)
        let drawn = try statistics(of: masker, on: grid, batchSize: 4, batches: 100)
        #expect(drawn.targetSizes.values.reduce(0, +) == 100)
        #expect(drawn.targetSizes.keys.allSatisfy { $0.height <= 9 && $0.width <= 12 })
        #expect(abs(drawn.targetKept.mean / 108 - 0.6) < 0.05)
        #expect(drawn.contextKept.mean + drawn.targetKept.mean == 108)
        for corner in [0, 11, 96, 107] { #expect(drawn.anyTargetCounts[corner] > 0) }
    }

    @Test func quadrantsTileAnEvenGrid() throws {
        let grid = PatchGrid(height: 4, width: 6)
        var random = StageRandom(seed: 1, purpose: "masks")
        let masks = try make(RasterisedMasker.self, on: grid)
            .masks(for: grid, batchSize: 8, using: &random)
        let quadrants: Set<[Int32]> = [
            [0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11], [12, 13, 14, 18, 19, 20],
            [15, 16, 17, 21, 22, 23],
        ]
        var contexts: Set<[Int32]> = []
        for image in 0..<8 {
            let context = Array(masks.context[block: 0, image: image])
            let targets = (0..<3).map { Array(masks.targets[block: $0, image: image]) }
            #expect(Set(targets + [context]) == quadrants)
            #expect(targets.map { $0[0] } == targets.map { $0[0] }.sorted())
            contexts.insert(context)
        }
        #expect(contexts.count > 1)
    }

    @Test func everyPatchOfAnOddGridIsUsed() throws {
        let grid = PatchGrid(height: 5, width: 7)
        let drawn = try statistics(
            of: make(RasterisedMasker.self, on: grid), on: grid, batchSize: 20, batches: 20)
        #expect(drawn.contextKept.mean == 6 && drawn.targetKept.mean == 6)
        #expect(drawn.contextCounts.allSatisfy { $0 > 0 })
        #expect(drawn.anyTargetCounts.allSatisfy { $0 > 0 })
    }
}
