import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct LiDARTests {
    @Test func figureAgreesWithThePeer() throws {
        let fixtures = try Fixtures()
        // Means and distances are stored as float32.
        expectClose(
            try lidar(of: fixtures.train.features, viewsPerImage: 9),
            fixtures.peer.lidar9Views, within: 1e-4)
    }

    /// 40 images differ in 2 of 6 dimensions; views differ in the other 4, and that twice as much.
    @Test func directionsThatOnlySeparateViewsDoNotCount() throws {
        let (images, views) = (40, 8)
        let random = noise(images * views * 6, seed: 11)
        var rows: [Float] = []
        for image in 0..<images {
            for view in 0..<views {
                let place = (image * views + view) * 6
                let angle = 2 * Float.pi * Float(image) / Float(images)
                rows += [cos(angle), sin(angle)] + random[(place + 2)..<(place + 6)].map { $0 * 2 }
            }
        }
        let table = Tensor(rows, shape: [images * views, 6])
        #expect(try rankMe(of: table) > 5)
        #expect(try lidar(of: table, viewsPerImage: views) < 2.1)
    }

    @Test func collapsedFeaturesHaveRankOne() throws {
        let found = try lidar(of: Tensor(repeating: 0.5, shape: [12, 3]), viewsPerImage: 4)
        expectClose(found, 1, within: 1e-4)
    }

    @Test(arguments: [(6, 1), (6, 4), (6, 6)])
    func otherNumbersOfViewsAreRefused(rows: Int, views: Int) {
        expectError(
            .data,
            "\(rows) rows are not 2 or more images of '\(views)' views each; LiDAR also needs 2 or more views"
        ) { try lidar(of: noiseTable(rows, 2), viewsPerImage: views) }
    }
}
