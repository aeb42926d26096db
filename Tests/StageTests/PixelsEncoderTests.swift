import JepaCore
import JepaL2
import JepaPixels
import JepaTensor
import Testing

/// Golden numbers of MAE's target and loss: 3 images of 32 pixels, patches of 8, 12 of 16 masked.
@Suite struct PixelsEncoderTests {
    private let reference: Golden

    init() throws { reference = try Golden("pixel_loss") }

    private func tensor(_ name: String) throws -> Tensor { try reference.tensor(name) }

    private func encoder(_ values: Setting, connected: Set<String>) throws -> PixelsEncoder {
        try PixelsEncoder(
            parameters: StageParameters(
                for: PixelsEncoder.self, values,
                linked: ["image_shape": .image(ImageShape(height: 32, width: 32))],
                connected: connected))
    }

    private func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test func patchesAreRowByRowWithChannelsLast() throws {
        let stage = try encoder(["patch_size": 8, "normalize": false], connected: ["images"])
        let tokens = try stage.encode(
            StageInputs(["images": .variable(Variable(tensor("images")))]), on: Tape())
        #expect(tokens.shape == [3, 16, 192])
        #expect(tokens.value.elements == (try tensor("patches")).elements)
    }

    @Test func normalizedPatchesAgreeWithTheReference() throws {
        let stage = try encoder(["patch_size": 8], connected: ["images"])
        let tokens = try stage.encode(
            StageInputs(["images": .variable(Variable(tensor("images")))]), on: Tape())
        // One rounding of float32 at the largest entries, which are below 4.
        #expect(try largestDifference(tokens.value, tensor("normalised")) < 5e-7)
    }

    @Test func theMaskedSquaredErrorAgreesWithTheReference() throws {
        let masked = try tensor("masked").elements
        let indices = (0..<3).flatMap { image in
            (0..<16).filter { masked[image * 16 + $0] == 1 }.map(Int32.init)
        }
        let targets = PatchIndices(blocks: 1, batch: 3, kept: indices.count / 3, values: indices)
        let stage = try encoder(["patch_size": 8], connected: ["images", "gather"])
        let tape = Tape()
        let tokens = try stage.encode(
            StageInputs(["images": .variable(Variable(tensor("images"))), "gather": .mask(targets)]
            ),
            on: tape)
        let predictions = tape.gather(Variable(try tensor("predictions")), targets)
        let loss = try L2Loss(
            parameters: StageParameters(for: L2Loss.self, ["normalize_targets": false]))
        let value = try loss.loss(
            StageInputs(["predictions": .variable(predictions), "targets": .variable(tokens)]),
            on: tape)
        let expected = try tensor("loss").elements[0]
        #expect(abs(value.value.scalar - expected) < 1e-6 * expected)
    }

    @Test func aPatchSizeThatDoesNotFitIsRefused() throws {
        let error = #expect(throws: PipelineError.self) {
            try encoder(["patch_size": 7], connected: ["images"])
        }
        #expect(
            error?.message
                == "stage 'stage': 'patch_size' is 7, which does not divide the image size 32x32")
    }
}
