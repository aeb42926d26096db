import JepaCore
import JepaMultiblock
import JepaTensor
import Testing

struct MultiblockTests {
    @Test(arguments: [1, 16, 128]) func unbiasedFavoursNoRow(batchSize: Int) throws {
        let grid = PatchGrid.square(14)
        let drawn = try statistics(
            of: make(MultiblockMasker.self, on: grid), on: grid, batchSize: batchSize,
            batches: 2400 / batchSize + 40)
        // Mirrored rows are equally likely; the two of a pair are correlated, hence the factor.
        for row in 0..<7 {
            for rows in [drawn.contextByRow, drawn.targetByRow] {
                let (a, b) = (rows[row], rows[13 - row])
                #expect(
                    abs(a.mean - b.mean) <= 4 * (a.standardError + b.standardError),
                    "row \(row): \(a.mean), row \(13 - row): \(b.mean)")
            }
        }
        #expect(drawn.targetByRow[13].mean > 0.02)
        #expect(drawn.contextByRow[13].mean > 0.2)
    }

    @Test(arguments: [1, 3, 64]) func contextKeepHoldsForEveryBatchSize(batchSize: Int) throws {
        let grid = PatchGrid(height: 12, width: 15)
        let masker = try make(MultiblockMasker.self, on: grid, ["context_keep": 0.4])
        for step in 0..<20 {
            var random = StageRandom(seed: 5, purpose: "masks", step: step)
            let masks = try masker.masks(for: grid, batchSize: batchSize, using: &random)
            #expect(masks.context.kept == 72)
        }
    }

    @Test func contextKeepLeavesTargetsAloneWhereItIsEasyToMeet() throws {
        let grid = PatchGrid.square(14)
        let plain = try statistics(
            of: make(MultiblockMasker.self, on: grid), on: grid, batchSize: 8, batches: 200)
        let kept = try statistics(
            of: make(MultiblockMasker.self, on: grid, ["context_keep": 0.25]), on: grid,
            batchSize: 8,
            batches: 200)
        // 49 patches are nearly always there, so hardly any image is drawn again.
        #expect(abs(plain.targetCoverage.mean - kept.targetCoverage.mean) < 0.005)
        #expect(abs(plain.repeatedTargets.mean - kept.repeatedTargets.mean) < 0.005)
    }

    @Test func contextPatchesAreARandomSubsetNotTheFirst() throws {
        let grid = PatchGrid.square(8)
        let masker = try make(
            MultiblockMasker.self, on: grid,
            ["context_keep": 0.25, "context_scale": [1, 1], "target_blocks": 1])
        let drawn = try statistics(of: masker, on: grid, batchSize: 50, batches: 40)
        #expect(drawn.contextByRow[7].mean > 0.2)
        #expect(abs(drawn.contextByRow[0].mean - drawn.contextByRow[7].mean) < 0.05)
    }

    @Test func unbiasedContextCanFillTheGrid() throws {
        let grid = PatchGrid(height: 4, width: 16)
        let masker = try make(
            MultiblockMasker.self, on: grid, ["context_scale": [1, 1], "allow_overlap": true])
        var random = StageRandom(seed: 1, purpose: "masks")
        let masks = try masker.masks(for: grid, batchSize: 2, using: &random)
        #expect(Array(masks.context[block: 0, image: 1]) == Array(0..<64))
    }

    @Test func sizesAreThoseOfTheBatchAndPlacesThoseOfTheImage() throws {
        let grid = PatchGrid.square(14)
        let masker = try make(MultiblockMasker.self, on: grid)
        var (a, b) = (
            StageRandom(seed: 9, purpose: "masks", step: 4),
            StageRandom(seed: 9, purpose: "masks", step: 4)
        )
        let small = try masker.masks(for: grid, batchSize: 3, using: &a)
        let large = try masker.masks(for: grid, batchSize: 20, using: &b)
        // The same image of the same step has the same targets, whatever the batch.
        for image in 0..<3 {
            for block in 0..<4 {
                #expect(
                    small.targets[block: block, image: image]
                        == large.targets[block: block, image: image])
            }
        }
        #expect(large.targets[block: 0, image: 0] != large.targets[block: 0, image: 1])
    }

    @Test func aContextThatIsHardToFindStillEndsAndNeverOverlaps() throws {
        // Nine of sixteen patches are targets unless blocks coincide: 10 need coinciding blocks.
        let grid = PatchGrid.square(4)
        let masker = try make(
            MultiblockMasker.self, on: grid,
            [
                "target_scale": [0.25, 0.25], "target_aspect": [1, 1], "context_scale": [1, 1],
                "min_keep": 12, "target_blocks": 20,
            ])
        var random = StageRandom(seed: 2, purpose: "masks")
        let masks = try masker.masks(for: grid, batchSize: 5, using: &random)
        #expect(masks.context.kept == 12)
        for image in 0..<5 {
            let blocks = Set((0..<20).map { masks.targets[block: $0, image: image] })
            #expect(blocks.count == 1)
        }
    }

    @Test func officialGivesUpCuttingOutTheLastTargetsFirst() throws {
        // A context block of 3x3 at the only place; targets of 2x2 leave it 5, 12 of them nothing.
        let grid = PatchGrid.square(4)
        let masker = try make(
            MultiblockMasker.self, on: grid,
            [
                "sampler": "official", "target_scale": [0.25, 0.25], "target_aspect": [1, 1],
                "context_scale": [0.6, 0.6], "min_keep": 3, "target_blocks": 12,
            ])
        let drawn = try statistics(of: masker, on: grid, batchSize: 4, batches: 20)
        #expect(drawn.overlap.mean > 0)
        #expect(drawn.contextKept.mean > 3)
    }
}
