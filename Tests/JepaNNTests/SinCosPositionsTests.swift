import Foundation
import JepaFormats
import JepaNN
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct SinCosPositionsTests {
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
}
