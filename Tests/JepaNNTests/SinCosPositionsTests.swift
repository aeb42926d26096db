import Foundation
import JepaFormats
import JepaNN
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct SinCosPositionsTests {
    /// Made by `Fixtures/positions.py`.
    private static func fixture(_ name: String) throws -> Tensor {
        let path = try #require(
            Bundle.module.path(
                forResource: "positions", ofType: "safetensors", inDirectory: "Fixtures"))
        return try SafetensorsReader(path: path).tensor(name).floats()
    }

    @Test(arguments: [(16, 3), (48, 6)])
    func smallSquareGridsAreTheOfficialOnes(width: Int, grid: Int) throws {
        let table = SinCosPositions.table(rows: grid, columns: grid, width: width)
        // Both are computed in float64 and rounded once.
        expectEqual(table, try Self.fixture("d\(width).g\(grid)"), .absolute(1.2e-7))
    }

    /// skipped: ../shared is not here
    @Test(.enabled(if: Reference.isHere), arguments: [(16, 3), (192, 8), (384, 14), (48, 6)])
    func squareGridsAreTheOfficialOnes(width: Int, grid: Int) throws {
        let file = try SafetensorsReader(
            path: Reference.folder.appending(path: "position_embedding.safetensors").path)
        let expected = try file.tensor("d\(width).g\(grid)").floats()
        let table = SinCosPositions.table(rows: grid, columns: grid, width: width)
        // Both are computed in float64 and rounded once.
        expectEqual(table, expected, .absolute(1.2e-7))
    }

    @Test func columnsComeFirstOnRectangularGrids() {
        let table = SinCosPositions.table(rows: 2, columns: 5, width: 8).elements
        // Row 1, column 3: sin(3), sin(.03), cos(3), cos(.03), then the same of 1.
        let expected = [3.0, 1].flatMap { [sin($0), sin($0 / 100), cos($0), cos($0 / 100)] }
        for (found, wanted) in zip(table[64..<72], expected) {
            #expect(abs(Double(found) - wanted) < 1e-7)
        }
    }

    @Test(arguments: [
        ([3, 3], [5, 7]), ([4, 6], [8, 12]), ([5, 7], [3, 2]), ([2, 5], [1, 5]), ([1, 1], [2, 3]),
        ([4, 4], [4, 4]), ([14, 14], [5, 16]),
    ])
    func interpolatedPositionsAreThoseOfTorch(source: [Int], target: [Int]) throws {
        let table = SinCosPositions.table(
            rows: target[0], columns: target[1], width: 8,
            interpolatedFrom: PositionGrid(height: source[0], width: source[1]))
        let name = "\(source[0])x\(source[1]).to.\(target[0])x\(target[1])"
        // Both in float64, of positions that are rounded to float32 and may differ there by a bit.
        expectEqual(table, try Self.fixture(name), .absolute(3e-7), "\(name)")
    }

    @Test func theirOwnGridLeavesPositionsAsTheyAre() {
        let grid = PositionGrid(height: 3, width: 5)
        let table = SinCosPositions.table(rows: 3, columns: 5, width: 12)
        let same = SinCosPositions.table(rows: 3, columns: 5, width: 12, interpolatedFrom: grid)
        #expect(same.elements == table.elements)
    }

    @Test func gridsAreReadAsTheyAreWritten() {
        #expect(PositionGrid("3x14") == PositionGrid(height: 3, width: 14))
        for text in ["", "3", "3x", "3x4x5", "0x3", "3x-1", "3x9999999", "ax3", "3 x 4"] {
            #expect(PositionGrid(text) == nil, "\(text)")
        }
    }
}
