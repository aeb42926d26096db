import JepaCore
import Testing

struct MaskStatisticsTests {
    @Test func countsWhatAHandWrittenBatchHas() {
        var statistics = MaskStatistics(grid: PatchGrid(height: 2, width: 3))
        // Image 0: context 0 1, targets {1 2} and {1 2}; image 1: context 3 4, targets {0 1}, {2 5}.
        statistics.add(
            MaskSet(
                contexts: [[0, 1], [3, 4]], targets: [[[1, 2], [1, 2]], [[0, 1], [2, 5]]]))
        #expect(statistics.batches == 1 && statistics.images == 2)
        #expect(statistics.contextKept.mean == 2 && statistics.targetKept.mean == 2)
        #expect(statistics.overlap.mean == 0.25)
        #expect(statistics.repeatedTargets.mean == 0.25)
        #expect(statistics.targetCoverage.mean == 0.5)
        #expect(statistics.contextCounts == [1, 1, 0, 1, 1, 0])
        #expect(statistics.anyTargetCounts == [1, 2, 2, 0, 0, 1])
        #expect(statistics.contextByRow.map(\.mean) == [2.0 / 6, 2.0 / 6])
        #expect(statistics.targetByRow.map(\.mean) == [7.0 / 12, 1.0 / 12])
        #expect(statistics.anyTargetByRow.map(\.mean) == [5.0 / 6, 1.0 / 6])
        #expect(statistics.targetSizes == [BlockSize(height: 1, width: 2): 1])
    }

    @Test func standardErrorIsThatOfBatches() {
        var statistics = MaskStatistics(grid: PatchGrid(height: 1, width: 5))
        for kept in [1, 2, 3] as [Int32] {
            statistics.add(MaskSet(contexts: [(0..<kept).map { $0 }], targets: [[[4]]]))
        }
        #expect(statistics.contextKept.mean == 2)
        #expect(statistics.contextKept.deviation == 1)
        #expect(abs(statistics.contextKept.standardError - 0.57735) < 1e-5)
        #expect(statistics.targetKept.standardError == 0)
    }

    @Test func subsetsKeepTheirOrderAndAreEquallyLikely() {
        var counts: [[Int]: Int] = [:]
        for step in 0..<6000 {
            var random = StageRandom(seed: 3, purpose: "subset", step: step)
            counts[random.subset(of: [5, 1, 9, 7], count: 2), default: 0] += 1
        }
        #expect(Set(counts.keys) == [[5, 1], [5, 9], [5, 7], [1, 9], [1, 7], [9, 7]])
        // Four standard errors of a count of expectation 1,000 are 115.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 115 })
        var random = StageRandom(seed: 3, purpose: "subset")
        #expect(random.subset(of: [5, 1], count: 0) == [])
        #expect(random.subset(of: [5, 1], count: 2) == [5, 1])
    }
}
