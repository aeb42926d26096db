import JepaCore
import Testing

struct BlockSizeRangeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let scale, aspect: ClosedRange<Double>
        let limit: BlockSizeRange.Limit
        let grid: PatchGrid

        var testDescription: String { "scale \(scale), aspect \(aspect), \(limit), \(grid)" }

        init(
            _ scale: ClosedRange<Double>, _ aspect: ClosedRange<Double>,
            _ limit: BlockSizeRange.Limit, _ height: Int, _ width: Int
        ) {
            self.scale = scale
            self.aspect = aspect
            self.limit = limit
            grid = PatchGrid(height: height, width: width)
        }
    }

    @Test(arguments: [
        Case(0.15...0.2, 0.75...1.5, .belowGrid, 14, 14), Case(0.85...1, 1...1, .grid, 14, 14),
        Case(0...1, 0.05...20, .grid, 7, 11), Case(0...1, 0.05...20, .belowGrid, 11, 7),
        Case(0.6...0.6, 0.3...3, .grid, 13, 5), Case(0.3...0.3, 2...2, .grid, 16, 16),
        Case(0...0, 1...1, .grid, 1, 1), Case(0.2...0.9, 0.5...2, .grid, 32, 32),
    ]) func listsExactlyTheSizesThatAreDrawn(_ example: Case) {
        let range = BlockSizeRange(
            scale: example.scale, aspect: example.aspect, limit: example.limit)
        let sizes = range.sizes(on: example.grid)
        let total = sizes.map(\.probability).reduce(0, +)
        #expect(abs(total - 1) < 1e-9)
        // A fine grid of u finds no size that is not listed, and each one as often as it says.
        let steps = 20_000
        var counts: [BlockSize: Int] = [:]
        for step in 0..<steps {
            let u = (Double(step) + 0.5) / Double(steps)
            counts[range.size(at: u, on: example.grid), default: 0] += 1
        }
        #expect(Set(counts.keys).isSubset(of: sizes.map(\.size)))
        for (size, probability) in sizes {
            // One size can come from several stretches of u, each off by one step at its two ends.
            let found = Double(counts[size] ?? 0) / Double(steps)
            #expect(abs(found - probability) < 60 / Double(steps), "\(size)")
        }
    }

    @Test(arguments: [
        (Case(0.85...1, 1...1, .grid, 4, 16), 0.0, "4x14"),
        (Case(0.85...1, 1...1, .belowGrid, 4, 16), 0.0, "3x7"),
        (Case(0.85...1, 1...1, .grid, 16, 4), 0.0, "14x4"),
        (Case(1...1, 1...1, .grid, 14, 14), 0.5, "14x14"),
        (Case(1...1, 1...1, .belowGrid, 14, 14), 0.5, "13x13"),
        (Case(0...0, 1...1, .grid, 14, 14), 0.5, "1x1"),
        (Case(0.15...0.2, 0.75...1.5, .grid, 14, 14), 0.0, "5x6"),
        // sqrt(25 * .25) = 2.5 and sqrt(9 * .25) = 1.5 both go to the even 2.
        (Case(0.25...0.25, 0.25...0.25, .grid, 10, 10), 0.5, "2x10"),
        (Case(0.09...0.09, 0.25...0.25, .grid, 10, 10), 0.5, "2x6"),
    ]) func sizeFollowsFromOneNumber(_ example: Case, _ u: Double, _ expected: String) {
        let range = BlockSizeRange(
            scale: example.scale, aspect: example.aspect, limit: example.limit)
        #expect(range.size(at: u, on: example.grid).description == expected)
    }

    @Test func blockLeavesOutWhatOthersCover() {
        let grid = PatchGrid(height: 3, width: 4)
        let block = PatchBlock(top: 1, left: 1, size: BlockSize(height: 2, width: 3))
        let other = PatchBlock(top: 0, left: 2, size: BlockSize(height: 2, width: 1))
        #expect(block.indices(in: grid) == [5, 6, 7, 9, 10, 11])
        #expect(block.indices(in: grid, outside: [other]) == [5, 7, 9, 10, 11])
        #expect(block.contains(row: 2, column: 3) && !block.contains(row: 0, column: 3))
    }
}
