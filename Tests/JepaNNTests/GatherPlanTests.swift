import JepaNN
import JepaTensor
import Testing

@Suite struct GatherPlanTests {
    @Test func withoutMasksEverythingIsComputed() {
        #expect(GatherPlan(nil, tokens: 4) == .everything)
        let none = PatchIndices(blocks: 1, batch: 1, kept: 0, values: [])
        #expect(GatherPlan(none, tokens: 4) == .everything)
    }

    @Test func disjointBlocksAreComputedAsTheyStand() {
        let masks = PatchIndices(blocks: 2, batch: 1, kept: 1, values: [3, 1])
        #expect(GatherPlan(masks, tokens: 4) == .rows(masks))
    }

    @Test func overlappingBlocksAreComputedOnce() {
        let masks = PatchIndices(blocks: 2, batch: 2, kept: 2, values: [3, 1, 0, 2, 1, 3, 2, 1])
        let union = PatchIndices(blocks: 1, batch: 2, kept: 3, values: [3, 1, 3, 0, 2, 1])
        let places = PatchIndices(blocks: 2, batch: 2, kept: 2, values: [0, 1, 0, 1, 1, 0, 1, 2])
        #expect(GatherPlan(masks, tokens: 9) == .union(union, places: places))
    }

    @Test func blocksThatCoverTheImageNeedEverything() {
        let masks = PatchIndices(blocks: 2, batch: 1, kept: 2, values: [0, 1, 2, 3])
        #expect(GatherPlan(masks, tokens: 4) == .everything)
    }
}
