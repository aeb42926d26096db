import JepaCore
import JepaPipeCLI
import Testing

struct MaskReportTests {
    @Test func tellsLengthsRowsAndSizes() {
        var statistics = MaskStatistics(grid: PatchGrid(height: 2, width: 4))
        statistics.add(
            MaskSet(
                contexts: [[0, 1], [0, 4]], targets: [[[2, 3], [2, 3]], [[6, 7], [2, 3]]]))
        statistics.add(
            MaskSet(contexts: [[0, 1, 6], [0, 4, 5]], targets: [[[2], [6]], [[6], [7]]]))
        let text = MaskReport(title: "ijepa: 'masks' (multiblock)", statistics).lines
            .joined(separator: "\n")
        #expect(
            text == """
                ijepa: 'masks' (multiblock)
                grid 2x4 = 8 patches; 2 batches of 2 images

                                                               mean  std. error  of the grid
                patches of the context                         2.50        0.50       31.2 %
                patches of a target block                      1.50        0.50       18.8 %
                patches in any target block                    2.50        0.50       31.2 %
                context patches that are targets as well      8.3 %       8.3 %
                target blocks equal to another of the image  12.5 %      12.5 %

                Probability of a patch to be in it, by row (c context, t any target):
                row  context  a target  any target
                  0    0.375     0.219       0.312  ccccccccccccccc............ttttttttttttt
                  1    0.250     0.156       0.312  cccccccccc.................ttttttttttttt

                Target blocks: 1x1 50.0 %, 1x2 50.0 %
                """)
    }

    @Test func tellsNoSizesOfTargetsThatAreNoRectangles() {
        var statistics = MaskStatistics(grid: PatchGrid(height: 2, width: 2))
        statistics.add(MaskSet(contexts: [[1]], targets: [[[0, 3]]]))
        let lines = MaskReport(title: "t", statistics).lines
        #expect(!lines.contains { $0.hasPrefix("Target blocks") })
    }
}
