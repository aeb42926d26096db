import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct FeatureStatisticsTests {
    @Test func figuresAgreeWithThePeer() throws {
        let fixtures = try Fixtures()
        let found = try FeatureStatistics(of: fixtures.train.features)
        let peer = fixtures.peer
        expectClose(
            found.meanStandardDeviation, peer.meanStandardDeviation, within: 1e-9)
        expectClose(found.meanVariance, peer.meanVariance, within: 1e-9)
        expectClose(found.meanCosine, peer.meanCosine, within: 1e-9)
    }

    @Test(arguments: [(2, 1), (3, 5), (7, 2)])
    func cosineIsTheMeanOverAllPairs(rows: Int, columns: Int) throws {
        let table = noiseTable(rows, columns)
        func cosine(_ a: Int, _ b: Int) -> Double {
            let (x, y) = (table.pointer + a * columns, table.pointer + b * columns)
            var (xy, xx, yy) = (0.0, 0.0, 0.0)
            for i in 0..<columns {
                xy += Double(x[i]) * Double(y[i])
                xx += Double(x[i]) * Double(x[i])
                yy += Double(y[i]) * Double(y[i])
            }
            return xy / (xx * yy).squareRoot()
        }
        var (sum, pairs) = (0.0, 0.0)
        for a in 0..<rows {
            for b in 0..<a {
                sum += cosine(a, b)
                pairs += 1
            }
        }
        expectClose(try FeatureStatistics(of: table).meanCosine, sum / pairs, within: 1e-12)
    }

    @Test func equalRowsDoNotVaryAndAreAllSimilar() throws {
        let found = try FeatureStatistics(of: Tensor(repeating: 0.1, shape: [5, 3]))
        #expect(found.meanStandardDeviation == 0)
        #expect(found.meanVariance == 0)
        expectClose(found.meanCosine, 1, within: 1e-12)
    }

    @Test func zerosAreSimilarToNothing() throws {
        let found = try FeatureStatistics(of: Tensor([0, 0, 1, 0, 1, 0], shape: [3, 2]))
        expectClose(found.meanCosine, 1.0 / 3, within: 1e-12)
    }

    @Test func aSingleRowHasNoPair() throws {
        let found = try FeatureStatistics(of: Tensor([1, 2], shape: [1, 2]))
        #expect(found.meanCosine == nil)
        #expect(found.meanStandardDeviation == 0)
    }

    @Test func aLargeMeanDoesNotHideASmallSpread() throws {
        let found = try FeatureStatistics(of: Tensor([4096, 4097, 4096, 4097], shape: [4, 1]))
        #expect(found.meanStandardDeviation == 0.5)
    }

    @Test func notANumberIsRefused() {
        expectError(
            .notFinite, "features hold 'nan' at row 0, column 1; all have to be finite"
        ) { try FeatureStatistics(of: Tensor([0, .nan], shape: [1, 2])) }
    }

    @Test func skillComparesWithTheMean() {
        #expect(skill(loss: 0, lossOfMean: 2) == 1)
        #expect(skill(loss: 2, lossOfMean: 2) == 0)
        #expect(skill(loss: 3, lossOfMean: 2) == -0.5)
        #expect(skill(loss: 0, lossOfMean: 0) == nil)
    }
}
