import JepaCore
import JepaImageFolder
import JepaImages
import JepaTestSupport
import Testing

@Suite("augmentation")
struct AugmentationTests {
    private func augmentation(_ values: [Setting.Entry]) throws -> Augmentation {
        let path = Setting.Entry("path", "nowhere")
        return try Augmentation(
            StageParameters(for: ImageFolder.self, Setting(.mapping([path] + values))))
    }

    private func draws(_ augmentation: Augmentation, count: Int = 2000) -> [[PictureChange]] {
        (0..<count).map { sample in
            var random = StageRandom(seed: 1, purpose: "data", sample: sample)
            return augmentation.changes(using: &random)
        }
    }

    @Test func changesNothingUnlessAskedTo() throws {
        let nothing = try augmentation([])
        #expect(!nothing.isActive)
        #expect(draws(nothing, count: 10).allSatisfy { $0.isEmpty })
        var (random, untouched) = (
            StageRandom(seed: 1, purpose: "x"), StageRandom(seed: 1, purpose: "x")
        )
        _ = nothing.changes(using: &random)
        #expect(random.next() == untouched.next())
    }

    @Test func sharesAndRangesAreThoseAskedFor() throws {
        let all = draws(
            try augmentation([
                .init("jitter", [0.4, 0.3, 0.2, 0.1]), .init("grayscale", 0.2), .init("blur", 0.5),
                .init("blur_sigma", [0.5, 1.5]),
            ]))
        var counts: [String: Int] = [:]
        var orders: Set<String> = []
        for changes in all {
            var order = ""
            for change in changes {
                switch change {
                case .brightness(let x):
                    #expect(0.6...1.4 ~= x)
                    (counts["jitter", default: 0], order) = (
                        counts["jitter", default: 0] + 1, order + "b"
                    )
                case .contrast(let x):
                    #expect(0.7...1.3 ~= x)
                    order += "c"
                case .saturation(let x):
                    #expect(0.8...1.2 ~= x)
                    order += "s"
                case .hue(let x):
                    #expect(-0.1...0.1 ~= x)
                    order += "h"
                case .gray: counts["gray", default: 0] += 1
                case .blur(let x):
                    #expect(0.5...1.5 ~= x)
                    counts["blur", default: 0] += 1
                }
            }
            if !order.isEmpty { orders.insert(order) }
        }
        // Five deviations of a count of 2,000.
        for (name, share) in [("jitter", 0.8), ("gray", 0.2), ("blur", 0.5)] {
            let deviation = (share * (1 - share) / 2000).squareRoot()
            #expect(abs(Double(counts[name] ?? 0) / 2000 - share) < 5 * deviation, "\(name)")
        }
        // All orders of four, each with all four.
        #expect(orders.count == 24)
        #expect(orders.allSatisfy { $0.count == 4 })
    }

    @Test func aHueBeyondHalfTheCircleIsRefused() throws {
        let error = #expect(throws: PipelineError.self) {
            try augmentation([.init("jitter", [0.4, 0.4, 0.4, 0.6])])
        }
        #expect(
            error?.message
                == "stage 'stage': 'jitter' turns the hue by up to 0.6; half of the circle, 0.5, is "
                + "the most")
    }

    /// Both views of an image folder, `[3, H, W]` each.
    private func views(
        _ source: ImageFolder, augmented: Bool, step: Int = 0, count: Int = 2
    ) throws -> [[Float]] {
        let size = source.imageShape.count
        var values = [Float](repeating: .nan, count: count * size)
        let request = SampleRequest(
            index: 0, isAugmented: augmented,
            random: StageRandom(seed: 5, purpose: "data", step: step, sample: 0))
        try values.withUnsafeMutableBufferPointer { all in
            _ = try source.load(
                request,
                into: (0..<count).map {
                    UnsafeMutableBufferPointer(rebasing: all[$0 * size..<($0 + 1) * size])
                })
        }
        return (0..<count).map { Array(values[$0 * size..<($0 + 1) * size]) }
    }

    @Test(arguments: [false, true])
    func viewsAreDrawnApartAndTheFirstDoesNotDependOnTheSecond(isFast: Bool) throws {
        let folder = TemporaryFolder()
        try folder.write(noise(width: 60, height: 40).pngData(), to: "a.png")
        let source = try imageFolder(
            folder.path,
            [
                .init("size", 8), .init("flip", true), .init("jitter", [0.4, 0.4, 0.2, 0.1]),
                .init("blur", 0.5), .init("fast_decoding", Setting(.boolean(isFast))),
            ])
        for step in 0..<4 {
            let both = try views(source, augmented: true, step: step)
            #expect(both[0] != both[1])
            #expect(both[0] == (try views(source, augmented: true, step: step, count: 1))[0])
            #expect(both == (try views(source, augmented: true, step: step)))
        }
        let plain = try views(source, augmented: false)
        #expect(plain[0] == plain[1])
        let same = try imageFolder(folder.path, [.init("size", 8)])
        #expect(plain[0] == (try views(same, augmented: false, count: 1))[0])
    }
}
