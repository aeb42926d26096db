import Foundation
import JepaFormats
import JepaImages
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Pictures of a small run and of exported weights, by command lines.
final class PicturesCommandTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }

    init() throws {
        for number in 0..<3 {
            let image = Image(
                width: 24, height: 20,
                pixels: (0..<24 * 20 * 3).map { UInt8(($0 * (number + 2)) % 253) })
            try scratch.write(image.pngData(), to: "photos/\(number).png")
        }
        try scratch.train()
    }

    private func run(_ line: String) -> Int32 {
        scratch.run(line: line)
    }

    /// The files in a folder, but the masks that every run draws for its report.
    private func files(_ name: String) -> [String] {
        ((try? scratch.names(in: name)) ?? []).filter { $0 != "masks.png" }
    }

    private func bytes(_ name: String) throws -> [UInt8] { try scratch.bytes(name) }

    @Test func everyPictureOfARunIsMadeAndIsTheSameEveryTime() throws {
        let fast = "--decoder-images 8 --decoder-steps 20"
        #expect(run("pictures tokens DIR/run --images 2") == 0)
        #expect(run("pictures tokens DIR/run --images 2 --foreground") == 0)
        #expect(run("pictures attention DIR/run --images 2") == 0)
        #expect(run("pictures predictions DIR/run --images 2 \(fast)") == 0)
        let names = files("run/pictures")
        #expect(
            names == [
                "attention.png", "decoder.safetensors", "pca-foreground.png", "pca-tokens.png",
                "predictions-1.png", "predictions-2.png",
            ])
        let first = try names.map { try bytes("run/pictures/\($0)") }
        for (name, bytes) in zip(names, first) where name.hasSuffix(".png") {
            let image = try Image(decoding: bytes)
            #expect(image.width > 400 && image.height > 300, "\(name)")
        }
        // Four patches across, so a picture of 16 pixels is shown at 192.
        let tokens = try Image(contentsOf: "\(folder)/run/pictures/pca-tokens.png")
        #expect(tokens.width == 3 * 12 + 2 * 192)
        // Two heads, their mean, that of the untrained network, and the image.
        let attention = try Image(contentsOf: "\(folder)/run/pictures/attention.png")
        #expect(attention.width == 12 + 5 * 204)
        // The same again, elsewhere; and the decoder that is there is used.
        #expect(run("pictures tokens DIR/run --images 2 --out DIR/b") == 0)
        #expect(run("pictures attention DIR/run --images 2 --out DIR/b") == 0)
        #expect(run("pictures tokens DIR/run --images 2 --foreground --out DIR/b") == 0)
        #expect(run("pictures predictions DIR/run --images 2 --out DIR/b \(fast)") == 0)
        for (name, bytes) in zip(names, first) {
            #expect(try self.bytes("b/\(name)") == bytes, "\(name)")
        }
        #expect(run("pictures tokens DIR/run --images 2 --seed 1 --out DIR/c") == 0)
        #expect(try bytes("c/pca-tokens.png") != bytes("b/pca-tokens.png"))
    }

    @Test func aDecoderOfTheSameWeightsIsUsedAgainAndAnotherIsNot() throws {
        let line = "pictures predictions DIR/run --images 1 --decoder-images 8 --decoder-steps "
        let path = folder + "/run/pictures/decoder.safetensors"
        func date() throws -> Date? {
            try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        }
        #expect(run(line + "20") == 0)
        let (first, made) = (try bytes("run/pictures/decoder.safetensors"), try date())
        #expect(run(line + "20 --seed 4") == 0)
        #expect(try date() == made)
        #expect(run(line + "21") == 0)
        #expect(try bytes("run/pictures/decoder.safetensors") != first)
        try AtomicFile.write("no decoder", to: path)
        #expect(run(line + "21") == 1)
    }

    @Test func otherImagesAndOtherWeightsAreShown() throws {
        #expect(
            run(
                "pictures predictions DIR/run --data DIR/photos --decoder-images 8 "
                    + "--decoder-steps 20 --out DIR/p") == 0)
        #expect(files("p").filter { $0.hasPrefix("predictions") }.count == 3)
        #expect(run("export DIR/run --format timm --out DIR/timm.safetensors") == 0)
        let weights = "DIR/timm.safetensors --heads 2 --data DIR/photos --out DIR/t"
        #expect(run("pictures tokens \(weights)") == 0)
        #expect(run("pictures attention \(weights) --size 24x32 --at 5,7 --block 1") == 0)
        #expect(files("t") == ["attention-at-5-7-block-1.png", "pca-tokens.png"])
        // The same weights and images, once from the run.
        #expect(run("pictures tokens DIR/run --data DIR/photos --out DIR/u") == 0)
        #expect(run("pictures tokens DIR/run --data DIR/photos --encoder context --out DIR/u") == 0)
        #expect(files("u") == ["pca-tokens-context.png", "pca-tokens.png"])
    }

    @Test(arguments: [
        // What is missing or out of range, before any picture is made.
        "tokens DIR/nothing", "attention DIR/run --at 4,0", "attention DIR/run --at 1",
        "attention DIR/run --at 1,-2", "attention DIR/run --block 3", "tokens DIR/run --images 0",
        "tokens DIR/run --size 32", "predictions DIR/run --decoder-images 1",
        "atention DIR/run", "tokens DIR/photos",
    ])
    func linesThatCannotWorkMakeNothing(line: String) {
        #expect(run("pictures \(line)") != 0)
        #expect(files("run/pictures").isEmpty)
    }

    @Test func weightsThatAreNoRunNeedImagesAndAPlaceAndHaveNoPredictions() throws {
        #expect(run("export DIR/run --format timm --out DIR/timm.safetensors") == 0)
        let weights = "DIR/timm.safetensors --heads 2"
        #expect(run("pictures tokens \(weights) --data DIR/photos") == 2)
        #expect(run("pictures tokens \(weights) --out DIR/x") == 2)
        #expect(run("pictures predictions DIR/timm.safetensors --data DIR/photos --out DIR/x") == 2)
        #expect(files("x").isEmpty)
    }
}
