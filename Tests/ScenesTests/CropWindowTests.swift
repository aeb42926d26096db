import JepaCore
import JepaScenes
import Testing

@Suite struct CropWindowTests {
    private func windows(
        _ width: Double, _ height: Double, _ scale: ClosedRange<Double>, count: Int = 2000
    ) -> [CropWindow] {
        (0..<count).map {
            var random = StageRandom(seed: 3, purpose: "crop", sample: $0)
            return CropWindow(in: width, height, scale: scale, using: &random)
        }
    }

    @Test(arguments: [(48.0, 48.0), (96.0, 32.0), (1.0, 1.0), (13.0, 131.0)])
    func windowsLieInThePictureAndHaveTheSizeAskedFor(width: Double, height: Double) {
        for window in windows(width, height, 0.3...1) {
            #expect(window.left >= 0 && window.left + window.width <= width + 1e-9)
            #expect(window.top >= 0 && window.top + window.height <= height + 1e-9)
            let share = window.width * window.height / (width * height)
            #expect((0.3 - 1e-9...1 + 1e-9).contains(share))
            let distortion = window.width / window.height / (width / height)
            #expect((0.75 - 1e-9...4 / 3 + 1e-9).contains(distortion))
        }
    }

    @Test func windowsReachAllEdgesAndAllSizes() {
        let windows = windows(100, 100, 0.3...1)
        #expect(windows.contains { $0.left < 1 } && windows.contains { $0.top < 1 })
        #expect(windows.contains { $0.left + $0.width > 99 })
        #expect(windows.contains { $0.top + $0.height > 99 })
        let shares = windows.map { $0.width * $0.height / 10_000 }
        #expect(shares.min()! < 0.31 && shares.max()! > 0.95)
    }

    @Test func windowsAboveTheDistortionLimitAreNeverEmpty() {
        for window in windows(64, 64, 1...1) {
            #expect(window == CropWindow(whole: 64, 64))
        }
    }
}
