import Foundation
import JepaCore
import JepaMultiblock
import Testing

/// The official sampler against statistics of the released code.
///
/// Both sides are samples, so a difference is held against the standard error of the difference:
/// at most four of them. The reference states its own for the kept counts; for probabilities by
/// row it follows from the deviation of a batch, which is the same on both sides. It is rounded to
/// four decimals, hence the half unit of the last one.
struct OfficialStatisticsTests {
    struct Reference: Decodable {
        struct Row: Decodable, CustomTestStringConvertible {
            let grid, batch, minKeep, batches: Int
            let contextKeptMean, contextKeptSe, targetSizeMean, targetSizeSe: Double
            let targetBlockFrequency: [String: Double]
            let contextProbabilityByRow, targetProbabilityByRow: [Double]

            var testDescription: String { "grid \(grid), batch \(batch)" }
        }
        let rows: [Row]
    }

    static let rows: [Reference.Row] = {
        let url = Bundle.module.url(
            forResource: "mask_statistics", withExtension: "json", subdirectory: "Fixtures")!
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try! decoder.decode(Reference.self, from: Data(contentsOf: url)).rows
    }()

    @Test func referenceHasAllRows() { #expect(Self.rows.count == 5) }

    @Test(arguments: rows) func reproducesTheReleasedCode(_ row: Reference.Row) throws {
        let grid = PatchGrid.square(row.grid)
        let masker = try make(
            MultiblockMasker.self, on: grid,
            ["sampler": "official", "min_keep": Setting(.integer(row.minKeep))])
        let ours = try statistics(
            of: masker, on: grid, batchSize: row.batch, batches: row.batches)
        expectClose(ours.contextKept, row.contextKeptMean, row.contextKeptSe, "context kept")
        expectClose(ours.targetKept, row.targetSizeMean, row.targetSizeSe, "target size")
        for (name, ours, theirs) in [
            ("context", ours.contextByRow, row.contextProbabilityByRow),
            ("target", ours.targetByRow, row.targetProbabilityByRow),
        ] {
            try #require(ours.count == theirs.count)
            for index in ours.indices {
                expectClose(
                    ours[index], theirs[index], ours[index].standardError,
                    "\(name) probability in row \(index)", slack: 0.00005)
            }
        }
    }

    @Test(arguments: rows) func drawsTheBlockSizesOfTheReleasedCode(_ row: Reference.Row) throws {
        let range = BlockSizeRange(scale: 0.15...0.2, aspect: 0.75...1.5, limit: .belowGrid)
        let sizes = range.sizes(on: .square(row.grid))
        #expect(Set(row.targetBlockFrequency.keys).isSubset(of: sizes.map(\.size.description)))
        for (size, probability) in sizes {
            // The sizes are known exactly, so the error is that of the reference alone.
            let error = (probability * (1 - probability) / Double(row.batches)).squareRoot()
            let frequency = row.targetBlockFrequency[size.description] ?? 0
            #expect(
                abs(frequency - probability) <= 4 * error,
                "\(size): \(probability), reference \(frequency)")
        }
    }

    private func expectClose(
        _ ours: MaskStatistics.Estimate, _ mean: Double, _ standardError: Double, _ what: String,
        slack: Double = 0, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let error = (ours.standardError * ours.standardError + standardError * standardError)
            .squareRoot()
        #expect(
            abs(ours.mean - mean) <= 4 * error + slack,
            "\(what): \(ours.mean), reference \(mean), standard error \(error)",
            sourceLocation: sourceLocation)
    }
}
