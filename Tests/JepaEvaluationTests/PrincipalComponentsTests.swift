import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct PrincipalComponentsTests {
    /// What `components-peer.json` holds, made by `Tests/Peers/components.py`.
    private struct Peer: Decodable {
        let variances: [Double]
        let shares: [Double]
        let directions: [[Double]]
        let scores: [[Double]]
    }

    @Test func componentsAreThoseOfNumPy() throws {
        let fixtures = try Fixtures()
        let peer: Peer = try figures("components-peer")
        let found = try PrincipalComponents(of: fixtures.train.features, count: 3)
        expectClose(found.variances, peer.variances, within: 1e-9)
        expectClose(found.shares, peer.shares, within: 1e-9)
        for (direction, expected) in zip(found.directions, peer.directions) {
            expectClose(direction, expected, within: 1e-7)
        }
        let scores = found.scores(of: fixtures.test.features.rows(0..<4))
        for (row, expected) in zip(scores, peer.scores) {
            expectClose(row, expected, within: 1e-6)
        }
        #expect(peer.directions.count == 3 && peer.scores.count == 4)
    }

    @Test func aLineHasOneDirection() throws {
        // Points (1, 2) + t (-3, -4): the direction is (3, 4) / 5 turned so that 4 is positive.
        let rows = [-2, 0, 1, 5].flatMap { (t: Float) in [1 - 3 * t, 2 - 4 * t] }
        let found = try PrincipalComponents(of: Tensor(rows, shape: [4, 2]), count: 2)
        expectClose(found.directions[0], [0.6, 0.8], within: 1e-12)
        expectClose(found.shares, [1, 0], within: 1e-12)
        // t has the mean 1 and the variance 6.5 over four points; a step is 5 long.
        expectClose(found.variances[0], 6.5 * 25, within: 1e-9)
        expectClose(
            found.scores(of: Tensor([1, 2], shape: [1, 2]))[0], [5, 0], within: 1e-9)
    }

    @Test func directionsHaveLengthOneAndRightAngles() throws {
        let found = try PrincipalComponents(
            of: Tensor(noise(31 * 7), shape: [31, 7]), count: 99)
        #expect(found.directions.count == 7)
        for (i, a) in found.directions.enumerated() {
            for (j, b) in found.directions.enumerated() {
                let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
                expectClose(product, i == j ? 1 : 0, within: 1e-10)
            }
        }
        expectClose(found.variances.reduce(0, +), found.totalVariance, within: 1e-9)
        #expect(found.variances == found.variances.sorted(by: >))
    }

    @Test func equalRowsHaveNoVariance() throws {
        let found = try PrincipalComponents(of: Tensor(repeating: 3, shape: [5, 4]), count: 3)
        #expect(found.shares.allSatisfy { $0 == 0 })
        #expect(found.scores(of: Tensor(repeating: 3, shape: [1, 4]))[0].allSatisfy { $0 == 0 })
    }

    @Test func notANumberIsRefused() {
        expectError(.notFinite, "rows hold 'nan' at row 0, column 1; all have to be finite") {
            _ = try PrincipalComponents(of: Tensor([1, .nan], shape: [1, 2]), count: 1)
        }
    }
}
