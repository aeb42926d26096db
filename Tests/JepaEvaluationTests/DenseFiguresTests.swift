import JepaEvaluation
import Testing

@Suite struct DenseFiguresTests {
    private func map(_ values: [Float]) -> PixelMap {
        PixelMap(height: 1, width: values.count, values: values)
    }

    @Test func intersectionsAreOverUnions() {
        var figures = SegmentationFigures(classes: 4)
        figures.add(prediction: map([0, 0, 1, 1, 2]), truth: map([0, 1, 1, 1, 0]))
        // Two images count as one with all their pixels.
        figures.add(prediction: map([1, 2]), truth: map([1, .nan]))
        // Class 0: 1 of {0, 1, 4}; class 1: 3 of {1, 2, 3, 5}; class 2: none of {4}; class 3: nowhere.
        #expect(figures.intersectionsOverUnions == [1.0 / 3, 0.75, 0, nil])
        expectClose(figures.meanIntersectionOverUnion, (1.0 / 3 + 0.75) / 3, within: 1e-12)
        expectClose(figures.accuracy, 4.0 / 6, within: 1e-12)
    }

    @Test func withoutKnownPixelsThereAreNoFigures() {
        var figures = SegmentationFigures(classes: 2)
        var depths = DepthFigures()
        figures.add(prediction: map([0, 1]), truth: map([.nan, .nan]))
        depths.add(prediction: map([0, 1]), truth: map([.nan, .nan]))
        #expect(figures.accuracy == nil && figures.meanIntersectionOverUnion == nil)
        #expect(depths.rmse == nil && depths.delta1 == nil && depths.count == 0)
    }

    /// By sets of pixels.
    @Test(arguments: 1...5)
    func countsAgreeWithSetsOfPixels(seed: UInt64) {
        let classes = 5
        func drawn(_ seed: UInt64) -> [Float] {
            noise(401, seed: seed).map { Float(Int(abs($0) * 4.99)) }
        }
        let (said, all) = (drawn(seed), drawn(seed + 50))
        let truth = zip(all, noise(401, seed: seed + 90)).map { $1 > 0.7 ? Float.nan : $0 }
        var figures = SegmentationFigures(classes: classes)
        figures.add(prediction: map(Array(said[..<200])), truth: map(Array(truth[..<200])))
        figures.add(prediction: map(Array(said[200...])), truth: map(Array(truth[200...])))
        let known = said.indices.filter { !truth[$0].isNaN }
        let expected = (0..<classes).map { name -> Double in
            let a = Set(known.filter { said[$0] == Float(name) })
            let b = Set(known.filter { truth[$0] == Float(name) })
            return Double(a.intersection(b).count) / Double(a.union(b).count)
        }
        #expect(figures.intersectionsOverUnions == expected.map { $0 })
        let right = known.count { said[$0] == truth[$0] }
        expectClose(figures.accuracy, Double(right) / Double(known.count), within: 1e-12)
    }

    @Test func distancesAreComparedByDifferenceAndByFactor() {
        var figures = DepthFigures()
        figures.add(prediction: map([2, 5, 4]), truth: map([4, 4, 4.9]))
        figures.add(prediction: map([10, 1]), truth: map([8, .nan]))
        // Off by 2, 1, .9 and 2; by the factors 2, 1.25 (not below it), 1.225 and 1.25.
        let squares = 4 + 1 + Double(Float(4.9) - 4) * Double(Float(4.9) - 4) + 4
        expectClose(figures.rmse, (squares / 4).squareRoot(), within: 1e-6)
        #expect(figures.delta1 == 0.25)
        #expect(figures.count == 4)
    }

    @Test func whatIsNotAboveZeroIsOffByAnyFactor() {
        var figures = DepthFigures()
        figures.add(prediction: map([0, -3]), truth: map([3, 3]))
        #expect(figures.delta1 == 0)
    }
}
