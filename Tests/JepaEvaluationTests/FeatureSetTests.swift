import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct FeatureSetTests {
    @Test func knowsItsSizesAndClasses() throws {
        let images = try set([[1, 2], [3, 4], [5, 6]], labels: [4, 0, 4])
        #expect(images.count == 3)
        #expect(images.width == 2)
        #expect(images.classes == [0, 4])
        #expect(images.majorityShare == 2.0 / 3)
        #expect(try set([[1]]).majorityShare == nil)
    }

    @Test func selectionKeepsRowsAndLabelsTogether() throws {
        let part = try set([[1, 2], [3, 4], [5, 6]], labels: [7, 8, 9]).selecting([2, 0, 2])
        #expect(part.features.elements == [5, 6, 1, 2, 5, 6])
        #expect(part.labels == [9, 7, 9])
    }

    @Test func wrongSetsAreRefused() throws {
        expectError(
            .data,
            "features have the shape '[0, 3]'; needed is [images, dimensions] with at least one of each"
        ) { try FeatureSet(features: Tensor([], shape: [0, 3])) }
        expectError(
            .data,
            "features have the shape '[2]'; needed is [images, dimensions] with at least one of each"
        ) { try FeatureSet(features: Tensor([1, 2], shape: [2])) }
        expectError(
            .notFinite, "features hold 'nan' at row 1, column 0; all have to be finite"
        ) { try set([[1, 2], [.nan, 4]]) }
        expectError(
            .notFinite, "features hold '-inf' at row 0, column 1; all have to be finite"
        ) { try set([[1, -.infinity], [3, 4]]) }
        expectError(.data, "found 1 labels for 2 images; each image needs one") {
            try set([[1], [2]], labels: [0])
        }
        expectError(.data, "image 1 has the label '-1'; allowed is 0 or more") {
            try set([[1], [2]], labels: [0, -1])
        }
        expectError(.data, "image 0 has the label '2'; allowed is 0 to 1") {
            try FeatureSet(
                features: Tensor([1], shape: [1, 1]), labels: [2], classNames: ["cat", "dog"])
        }
        expectError(.data, "image '3' does not exist; allowed is 0 to 1") {
            try set([[1], [2]]).selecting([0, 3])
        }
    }

    @Test func accuraciesCountImagesAndClasses() {
        let result = Classification(predictions: [0, 0, 1, 0], labels: [0, 0, 1, 1])
        #expect(result.accuracy == 0.75)
        #expect(result.accuracyByClass == [0: 1, 1: 0.5])
        #expect(result.balancedAccuracy == 0.75)
        let skewed = Classification(predictions: [0, 0, 0, 0], labels: [0, 0, 0, 1])
        #expect(skewed.accuracy == 0.75)
        #expect(skewed.balancedAccuracy == 0.5)
    }
}
