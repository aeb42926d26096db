import JepaTensor
import Testing

@Suite struct PatchIndicesTests {
    let masks = PatchIndices(
        blocks: 2, batch: 3, kept: 2, values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])

    @Test func masksAreFoundByBlockAndImage() {
        #expect(Array(masks[block: 0, image: 2]) == [4, 5])
        #expect(Array(masks[block: 1, image: 1]) == [8, 9])
    }

    @Test func someImagesKeepAllTheirBlocks() {
        let part = masks.images(1..<3)
        #expect(
            part == PatchIndices(blocks: 2, batch: 2, kept: 2, values: [2, 3, 4, 5, 8, 9, 10, 11]))
    }

    @Test func allKeepsEveryPatchInOrder() {
        let all = PatchIndices.all(batch: 2, patches: 3)
        #expect(all == PatchIndices(blocks: 1, batch: 2, kept: 3, values: [0, 1, 2, 0, 1, 2]))
    }

    @Test func tooFewIndicesTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = PatchIndices(blocks: 1, batch: 1, kept: 2, values: [0])
        }
    }
}
