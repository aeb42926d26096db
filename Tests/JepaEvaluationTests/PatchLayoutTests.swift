import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct PatchLayoutTests {
    @Test func sharesAndMeansAreOfThePixelsOfEachPatch() {
        let layout = PatchLayout(PatchGrid(height: 1, width: 2), height: 2, width: 4)
        let map = PixelMap(
            height: 2, width: 4, values: [0, 2, 1, .nan, 2, 2, .nan, .nan])
        #expect(layout.shares(of: map, classes: 3) == [0.25, 0, 0.75, 0, 0.25, 0])
        let means = layout.means(of: map)
        #expect(means[0] == 1.5)
        // A quarter of the pixels is too few.
        #expect(means[1].isNaN)
    }

    @Test func halfOfThePixelsAreEnoughForAMean() {
        let layout = PatchLayout(PatchGrid(height: 1, width: 1), height: 1, width: 4)
        let map = PixelMap(height: 1, width: 4, values: [3, .nan, 5, .nan])
        #expect(layout.means(of: map) == [4])
    }

    /// Numbers of `torch.nn.functional.interpolate(mode="bilinear", align_corners=False)`.
    @Test func betweenPatchesNumbersAreThoseOfTorch() {
        let layout = PatchLayout(PatchGrid(height: 2, width: 3), height: 4, width: 9)
        let scores = Tensor([0, 1, 5, 2, 4, -3], shape: [6, 1])
        let expected: [Double] = [
            0, 0, 1.0 / 3, 2.0 / 3, 1, 7.0 / 3, 11.0 / 3, 5, 5,
            0.5, 0.5, 11.0 / 12, 4.0 / 3, 1.75, 13.0 / 6, 31.0 / 12, 3, 3,
            1.5, 1.5, 25.0 / 12, 8.0 / 3, 3.25, 11.0 / 6, 5.0 / 12, -1, -1,
            2, 2, 8.0 / 3, 10.0 / 3, 4, 5.0 / 3, -2.0 / 3, -3, -3,
        ]
        let found = layout.map(of: scores) { $0[0] }.values.map { Double($0) }
        expectClose(found, expected, within: 2e-6)
    }

    @Test(arguments: [(1, 1, 5, 7), (2, 3, 6, 9), (7, 2, 7, 26), (3, 1, 33, 4)])
    func everyColumnIsInterpolatedByItself(
        rows: Int, columns: Int, height: Int, width: Int
    ) {
        let layout = PatchLayout(
            PatchGrid(height: rows, width: columns), height: height, width: width)
        let scores = noiseTable(rows * columns, 3)
        for k in 0..<3 {
            let found = layout.map(of: scores) { $0[k] }.values.map { Double($0) }
            let expected = (0..<height * width).map { pixel in
                interpolated(
                    scores, k, rows, columns, y: pixel / width, x: pixel % width, height, width)
            }
            expectClose(found, expected, within: 1e-5)
        }
    }

    /// The weights of all four neighbours written out.
    private func interpolated(
        _ scores: Tensor, _ k: Int, _ rows: Int, _ columns: Int, y: Int, x: Int, _ height: Int,
        _ width: Int
    ) -> Double {
        func place(_ pixel: Int, _ length: Int, _ count: Int) -> Double {
            let centre = (Double(pixel) + 0.5) / Double(length) * Double(count) - 0.5
            return min(max(centre, 0), Double(count - 1))
        }
        let (v, u) = (place(y, height, rows), place(x, width, columns))
        var sum = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let weight =
                    max(0, 1 - abs(v - Double(row))) * max(0, 1 - abs(u - Double(column)))
                sum += weight * Double(scores.pointer[(row * columns + column) * 3 + k])
            }
        }
        return sum
    }
}
