import JepaImages
import Testing

@Suite("the region of a sample")
struct SampleRegionTests {
    /// Image, target, share; the size after torchvision's Resize.
    @Test(arguments: [
        (500, 375, 224, 224, 0.875, 341, 256), (375, 500, 224, 224, 0.875, 256, 341),
        (32, 32, 32, 32, 1.0, 32, 32), (20, 2000, 64, 64, 1.0, 64, 6400),
        (1, 1, 48, 48, 1.0, 48, 48), (640, 480, 96, 160, 1.0, 213, 160),
        (640, 480, 160, 96, 1.0, 160, 120),
    ])
    func theCentreIsWhatResizingAndCroppingGives(
        _ width: Int, _ height: Int, _ targetWidth: Int, _ targetHeight: Int, _ share: Double,
        _ resizedWidth: Int, _ resizedHeight: Int
    ) throws {
        let image = noise(width: width, height: height)
        let middle = PixelBox.centred(
            width: targetWidth, height: targetHeight, inWidth: resizedWidth, height: resizedHeight)
        let expected = image.resized(to: resizedWidth, resizedHeight, filter: .bilinear)
            .cropped(to: middle)
        let region = SampleRegion(
            centreOf: .init(width: width, height: height), for: targetWidth, targetHeight,
            share: share)
        let box = try #require(region.box)
        #expect(region.crop == image.whole)
        let result = image.resized(box: box, to: targetWidth, targetHeight, filter: .bilinear)
        // The edges of the box are rounded to double precision.
        #expect(result.largestDifference(from: expected) <= 1)
    }

    @Test func aReducedImageHasTheSameRegion() {
        var region = SampleRegion(crop: PixelBox(left: 101, top: 40, width: 300, height: 201))
        let (full, half) = (
            ImageReader.Size(width: 401, height: 301), ImageReader.Size(width: 201, height: 151)
        )
        region = region.scaled(from: full, to: half)
        #expect(region.crop == PixelBox(left: 50, top: 20, width: 150, height: 101))
        #expect(region.crop.fits(width: 201, height: 151))
        #expect(region.scaled(from: half, to: half) == region)
    }

    @Test func theSmallestImageStillHoldsTheTarget() {
        let region = SampleRegion(crop: PixelBox(left: 0, top: 0, width: 200, height: 150))
        let smallest = region.smallestImage(
            .init(width: 400, height: 300), for: .init(width: 100, height: 100))
        #expect(smallest == .init(width: 200, height: 200))
    }
}
