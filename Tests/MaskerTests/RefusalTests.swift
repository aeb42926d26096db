import JepaBlockMasker
import JepaCore
import JepaMultiblock
import JepaRandomMasker
import JepaRasterised
import Testing

/// Grids that cannot hold the masks, and the exact words they are refused with.
struct RefusalTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let grid: PatchGrid
        let parameters: Setting
        let message: String

        init(
            _ name: String, _ height: Int, _ width: Int, _ parameters: Setting, _ message: String
        ) {
            testDescription = name
            grid = PatchGrid(height: height, width: width)
            self.parameters = parameters
            self.message = "stage 'masks': " + message
        }
    }

    @Test(arguments: [
        Case(
            "min_keep above every block", 6, 6, ["sampler": "official", "min_keep": 30],
            """
            a target block can be as small as 2x2 = 4 patches on a grid of 6x6, but sampler \
            'official' draws until it has more than min_keep = 30; the largest possible target \
            block is 3x2 = 6 patches
            Set min_keep to at most 3, or raise target_scale.
            """),
        Case(
            "min_keep above some blocks", 8, 8, ["sampler": "official"],
            """
            a target block can be as small as 3x3 = 9 patches on a grid of 8x8, but sampler \
            'official' draws until it has more than min_keep = 10; the largest possible target \
            block is 4x3 = 12 patches
            Set min_keep to at most 8, or raise target_scale.
            """),
        Case(
            "min_keep equal to the context block", 3, 3,
            ["sampler": "official", "min_keep": 4, "target_scale": [0.9, 1]],
            """
            a target block can be as small as 2x2 = 4 patches on a grid of 3x3, but sampler \
            'official' draws until it has more than min_keep = 4; the largest possible target \
            block is 2x2 = 4 patches
            Set min_keep to at most 3, or raise target_scale.
            """),
        Case(
            "one row, of which the official sampler uses none", 1, 20, ["sampler": "official"],
            """
            a target block can be as small as 0x1 = 0 patches on a grid of 1x20, but sampler \
            'official' draws until it has more than min_keep = 10; the largest possible target \
            block is 0x2 = 0 patches
            Raise target_scale, or use smaller patches.
            """),
        Case(
            "official with context_keep", 14, 14, ["context_keep": 0.3, "sampler": "official"],
            """
            'context_keep' does not go with sampler 'official', which cuts every context to the \
            shortest of the batch
            Remove 'context_keep' or set sampler: unbiased.
            """),
    ]) func officialSamplerWouldLoopForEver(_ example: Case) throws {
        let found = try refusal(MultiblockMasker.self, on: example.grid, example.parameters)
        #expect(found == example.message)
    }

    @Test(arguments: [
        Case(
            "min_keep above the grid", 6, 6, ["min_keep": 40],
            """
            a context block of 5x5 beside a target block of 2x3 keeps 23 patches at most on a \
            grid of 6x6, but min_keep asks for 40; the largest possible context block is \
            6x6 = 36 patches
            Set min_keep to at most 23, or raise context_scale.
            """),
        Case(
            "small context", 14, 14, ["context_scale": [0.02, 0.02]],
            """
            a context block of 2x2 beside a target block of 5x6 keeps 4 patches at most on a \
            grid of 14x14, but min_keep asks for 10; the largest possible context block is \
            2x2 = 4 patches
            Set min_keep to at most 4, or raise context_scale.
            """),
        Case(
            "overlap allowed", 4, 4, ["min_keep": 17, "allow_overlap": true],
            """
            a context block of 4x4 keeps 16 patches at most on a grid of 4x4, but min_keep asks \
            for 17; the largest possible context block is 4x4 = 16 patches
            Set min_keep to at most 16, or raise context_scale.
            """),
        Case(
            "targets that fill the grid", 5, 5, ["target_scale": [0.9, 1]],
            """
            a context block of 5x5 beside a target block of 5x5 keeps 0 patches at most on a \
            grid of 5x5, but min_keep asks for 10; the largest possible context block is \
            5x5 = 25 patches
            Raise context_scale or lower target_scale.
            """),
        Case(
            "context_keep above what is left", 14, 14, ["context_keep": 0.9],
            """
            a context block of 13x13 beside a target block of 8x5 keeps 141 patches at most on a \
            grid of 14x14, but context_keep = 0.9 asks for 176; the largest possible context \
            block is 14x14 = 196 patches
            Set context_keep to at most 0.719 (141 patches), or raise context_scale.
            """),
        Case(
            "two counts that differ", 14, 14, ["context_keep": 0.3, "min_keep": 60],
            """
            context_keep keeps 59 of the 196 patches of a grid of 14x14, but min_keep asks for 60
            Raise context_keep or lower min_keep.
            """),
    ]) func unbiasedSamplerCouldNotFindAContext(_ example: Case) throws {
        let found = try refusal(MultiblockMasker.self, on: example.grid, example.parameters)
        #expect(found == example.message)
    }

    @Test(
        arguments: zip(
            [
                ["min_keep": 23], ["context_keep": 0.719, "min_keep": 141],
                ["sampler": "official", "min_keep": 3], ["sampler": "official", "min_keep": 8],
            ] as [Setting], [6, 14, 6, 8]))
    func whatTheMessageProposesIsAccepted(_ parameters: Setting, _ side: Int) throws {
        #expect(try refusal(MultiblockMasker.self, on: .square(side), parameters) == nil)
    }

    @Test(arguments: [
        Case(
            "no target", 2, 2, ["ratio": 0.1],
            "ratio 0.1 makes 0 of the 4 patches of a grid of 2x2 targets, which leaves nothing "
                + "to predict"),
        Case(
            "no context", 1, 1, [:],
            "ratio 0.6 makes 1 of the 1 patches of a grid of 1x1 targets, which leaves no context"),
    ]) func randomNeedsBothSides(_ example: Case) throws {
        let found = try refusal(RandomMasker.self, on: example.grid, example.parameters)
        #expect(found == example.message)
    }

    @Test(arguments: [
        Case(
            "all of a large grid", 8, 8, ["scale": [0.7, 1], "aspect": [1, 1]],
            "the largest possible block on a grid of 8x8 is 8x8, which leaves no context\n"
                + "Lower scale; a block of 7x7 leaves a context."),
        Case(
            "one patch", 1, 1, [:],
            "the largest possible block on a grid of 1x1 is 1x1, which leaves no context\n"
                + "Lower scale, or use smaller patches."),
    ]) func blockNeedsAContext(_ example: Case) throws {
        let found = try refusal(BlockMasker.self, on: example.grid, example.parameters)
        #expect(found == example.message)
    }

    @Test func rasterisedNeedsFourQuadrants() throws {
        let found = try refusal(RasterisedMasker.self, on: PatchGrid(height: 1, width: 9))
        #expect(
            found == "stage 'masks': a grid of 1x9 has no four quadrants; it takes at least 2x2 "
                + "patches")
        #expect(try refusal(RasterisedMasker.self, on: .square(2)) == nil)
    }
}
