import Foundation
import JepaCore
import JepaPipeCLI
import JepaTensor
import JepaTestSupport
import Testing

@Suite("picture decoder")
struct PictureDecoderTests {
    /// Tokens of width 8 that hold four pixels by a bent map, so that a line does not fit.
    private let tokens: Tensor
    private let pixels: Tensor

    init() {
        let values = sampleTensor([500, 4], seed: 1)
        let map = sampleTensor([8, 4], seed: 2)
        let mixed = matmul(values, map, transposeB: true)
        tokens = Tensor(mixed.elements.map { $0 + 0.3 * $0 * $0 }, shape: [500, 8])
        pixels = values
    }

    @Test func theLossFallsAndTheSameSeedGivesTheSameDecoder() throws {
        let losses = try DecoderTraining(steps: 400, seed: 3).run(tokens, pixels).losses
        #expect(losses.count == 400)
        let (first, last) = (
            losses.prefix(5).reduce(0, +) / 5, losses.suffix(5).reduce(0, +) / 5
        )
        #expect(last < 0.2 * first, "\(first) to \(last)")
        #expect(try DecoderTraining(steps: 400, seed: 3).run(tokens, pixels).losses == losses)
        #expect(try DecoderTraining(steps: 5, seed: 4).run(tokens, pixels).losses != losses)
    }

    @Test func theDecoderIsJudgedByWhatItHasNotSeen() throws {
        let good = try decoder(steps: 600, trained: 400)
        #expect(good.explained > 0.8 && good.explained < 1)
        // Tokens that say nothing of the pixels decode to the mean at best.
        let noise = try PictureDecoder(
            recipe(steps: 100), tokens: sampleTensor([500, 8], seed: 9), pixels: pixels,
            trainedOn: 400)
        #expect(noise.explained < 0.1)
    }

    @Test func aDecoderIsKeptInAFile() throws {
        let scratch = TemporaryFolder()
        let path = scratch.file("decoder.safetensors")
        let decoder = try decoder(steps: 20, trained: 400)
        try decoder.write(to: path)
        let read = try PictureDecoder(reading: path)
        #expect(read.recipe == decoder.recipe && read.explained == decoder.explained)
        #expect(zip(read.mean, decoder.mean).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(read.decode(tokens).elements == decoder.decode(tokens).elements)
    }

    @Test func anotherFileIsNoDecoder() throws {
        let scratch = TemporaryFolder()
        let path = scratch.file("decoder.safetensors")
        let bytes = Array("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}".utf8)
        let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) }
        try Data(length + bytes).write(to: URL(filePath: path))
        let error = #expect(throws: PipelineError.self) { try PictureDecoder(reading: path) }
        #expect(error?.message == "'\(path)' does not hold a decoder of tokens")
    }

    @Test func explainedSharesAreOneZeroAndBelow() {
        let rows = Tensor([1, 2, 3, 4], shape: [2, 2])
        #expect(explainedShare(of: rows, by: rows, beside: [2, 3]) == 1)
        let mean = Tensor([2, 3, 2, 3], shape: [2, 2])
        #expect(explainedShare(of: rows, by: mean, beside: [2, 3]) == 0)
        let far = Tensor([3, 4, 1, 2], shape: [2, 2])
        #expect(explainedShare(of: rows, by: far, beside: [2, 3]) == -3)
        #expect(explainedShare(of: mean, by: rows, beside: [2, 3]) == 0)
    }

    @Test func patchesBecomeRowsInTheOrderOfTheirPixels() {
        // Two channels of 2x4 pixels; two patches side by side.
        let image = Tensor((0..<16).map(Float.init), shape: [1, 2, 2, 4])
        let patches = PatchPixels(
            ImageShape(channels: 2, height: 2, width: 4), PatchGrid(height: 1, width: 2))
        #expect(patches.width == 8)
        #expect(
            patches.rows(of: image).elements
                == [0, 8, 1, 9, 4, 12, 5, 13] + [2, 10, 3, 11, 6, 14, 7, 15])
    }

    private func recipe(steps: Int) -> PictureDecoder.Recipe {
        .init(tokens: "a", data: "b", images: 500, steps: steps, seed: 1)
    }

    private func decoder(steps: Int, trained: Int) throws -> PictureDecoder {
        try PictureDecoder(
            recipe(steps: steps), tokens: tokens, pixels: pixels, trainedOn: trained)
    }
}
