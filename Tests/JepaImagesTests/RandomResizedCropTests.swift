import JepaCore
import JepaImages
import Testing

@Suite("random resized crop")
struct RandomResizedCropTests {
    private func boxes(
        _ crop: RandomResizedCrop, _ width: Int, _ height: Int, count: Int
    ) -> [PixelBox] {
        (0..<count).map {
            var random = StageRandom(seed: 7, purpose: "crop", step: 0, sample: $0)
            return crop.box(width: width, height: height, using: &random)
        }
    }

    @Test(arguments: [(1, 1), (1, 500), (2000, 20), (20, 2000), (33, 31), (640, 480)])
    func everyBoxFits(_ width: Int, _ height: Int) {
        for scale in [0.01...0.02, 0.3...1.0, 1.0...1.0] {
            for box in boxes(RandomResizedCrop(scale: scale), width, height, count: 300) {
                #expect(box.fits(width: width, height: height), "\(box) in \(width)x\(height)")
            }
        }
    }

    @Test func areaAndShapeStayWithinTheirRanges() {
        let crop = RandomResizedCrop(scale: 0.3...0.6, ratio: 0.75...4.0 / 3)
        let all = boxes(crop, 1000, 1000, count: 2000)
        let areas = all.map { Double($0.width * $0.height) / 1e6 }
        // Rounding a side to whole pixels changes it by up to half a pixel of some 500.
        #expect(areas.allSatisfy { 0.298...0.602 ~= $0 })
        #expect(all.allSatisfy { 0.748...1.336 ~= Double($0.width) / Double($0.height) })
        // Uniform on 0.3...0.6: mean .45, standard error of the mean .0019.
        #expect(abs(areas.reduce(0, +) / 2000 - 0.45) < 4 * 0.0019)
        // The logarithm of the ratio is uniform around 0: standard error .0037.
        let logs = all.map { Double($0.width) / Double($0.height) }.map { $0 < 1 ? 1.0 : 0.0 }
        #expect(abs(logs.reduce(0, +) / 2000 - 0.5) < 4 * 0.0112)
    }

    @Test func placesReachAllEdges() {
        let all = boxes(RandomResizedCrop(scale: 0.3...1), 12, 9, count: 2000)
        #expect(all.contains { $0.left == 0 && $0.width < 12 })
        #expect(all.contains { $0.left > 0 && $0.left + $0.width == 12 })
        #expect(all.contains { $0.top > 0 && $0.top + $0.height == 9 })
    }

    /// torchvision: whole image within the ratio, else as much of it as the ratio allows, centred.
    @Test(arguments: [
        (2000, 20, PixelBox(left: 986, top: 0, width: 27, height: 20)),
        (20, 2000, PixelBox(left: 0, top: 986, width: 20, height: 27)),
        (1, 500, PixelBox(left: 0, top: 249, width: 1, height: 1)),
    ])
    func anExtremeShapeGivesTheMiddle(_ width: Int, _ height: Int, _ expected: PixelBox) {
        let crop = RandomResizedCrop(scale: 0.9...1)
        #expect(boxes(crop, width, height, count: 5).allSatisfy { $0 == expected })
    }

    @Test func theSameNumbersGiveTheSameBox() {
        let crop = RandomResizedCrop(scale: 0.3...1)
        let first = boxes(crop, 300, 200, count: 50)
        #expect(first == boxes(crop, 300, 200, count: 50))
        #expect(Set(first).count > 45)
    }

    @Test func centredBoxesLieInTheMiddle() {
        #expect(
            PixelBox.centred(width: 4, height: 2, inWidth: 10, height: 5)
                == PixelBox(left: 3, top: 2, width: 4, height: 2))
        #expect(
            PixelBox.centred(width: 40, height: 2, inWidth: 10, height: 5)
                == PixelBox(left: 0, top: 2, width: 10, height: 2))
    }
}
