import JepaCore
import JepaStages
import JepaTensor
import Testing

/// The target encoder masked at its input, beside the usual way at its output.
@Suite struct TargetMaskingTests {
    private static let masks = PatchIndices(
        blocks: 2, batch: 2, kept: 3, values: [0, 1, 4, 5, 6, 9, 2, 3, 7, 10, 11, 15])

    private static func images(_ change: (Int, Int) -> Float = { _, _ in 0 }) -> Tensor {
        let pixels = (0..<2 * 3 * 256).map { index -> Float in
            let (row, column) = (index % 256 / 16, index % 16)
            return Float((index * 37 % 101)) / 50 - 1
                + change(row / 4 * 4 + column / 4, index / 768)
        }
        return Tensor(pixels, shape: [2, 3, 16, 16])
    }

    private static func tokens(
        _ pipeline: Pipeline, _ stage: String, _ images: Tensor, _ masks: [String: PatchIndices]
    ) throws -> Tensor {
        let encoder = try #require(pipeline.node(stage)?.stage as? any Encoder)
        var values: [String: StageInputs.Value] = ["images": .variable(Variable(images))]
        for (socket, mask) in masks { values[socket] = .mask(mask) }
        return try encoder.encode(StageInputs(values), on: Tape()).value
    }

    @Test func aBlockIsEncodedAsIfItWereTheWholeContext() throws {
        let pipeline = try ShippedPipelines.tiny("stages.target_encoder.mask_at=input")
        let images = Self.images()
        let all = try Self.tokens(pipeline, "target_encoder", images, ["gather": Self.masks])
        #expect(all.shape == [4, 3, 16])
        for block in 0..<2 {
            let kept = PatchIndices(
                blocks: 1, batch: 2, kept: 3,
                values: (0..<2).flatMap { Array(Self.masks[block: block, image: $0]) })
            let alone = try Self.tokens(pipeline, "context_encoder", images, ["keep": kept])
            let part = all.elements[block * 96..<(block + 1) * 96]
            let difference = zip(part, alone.elements).map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-5, "block \(block): \(difference)")
        }
    }

    /// Changing a patch outside of all blocks changes the targets only if the output is masked.
    @Test(arguments: ["input", "output"])
    func onlyAMaskedOutputHasSeenTheRest(place: String) throws {
        let pipeline = try ShippedPipelines.tiny("stages.target_encoder.mask_at=\(place)")
        let outside = 14
        let before = try Self.tokens(
            pipeline, "target_encoder", Self.images(), ["gather": Self.masks])
        let after = try Self.tokens(
            pipeline, "target_encoder", Self.images { patch, _ in patch == outside ? 1 : 0 },
            ["gather": Self.masks])
        #expect((before.elements == after.elements) == (place == "input"))
    }

    @Test func withoutMasksTheWholeImageIsEncoded() throws {
        let input = try ShippedPipelines.tiny("stages.target_encoder.mask_at=input")
        let output = try ShippedPipelines.tiny("stages.target_encoder.mask_at=output")
        let a = try Self.tokens(input, "target_encoder", Self.images(), [:])
        let b = try Self.tokens(output, "target_encoder", Self.images(), [:])
        #expect(a.shape == [2, 16, 16])
        #expect(a.elements == b.elements)
    }

    /// A part of a batch is told to the copy as such, for what an image has of its own.
    @Test func theCopyKnowsWhichImagesItGets() throws {
        let copy = NotingEncoder()
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        let entry = try #require(registry["ema"])
        var check = ParameterCheck(owner: "a test")
        let values = check.check(
            [.init("of", "context_encoder"), .init("mask_at", "input")],
            against: entry.parameters, at: nil)
        let encoder = try #require(
            try entry.type.init(
                parameters: StageParameters(
                    stageName: "target_encoder", values: values, location: nil, linked: [:],
                    connected: ["images", "gather"], stages: ["context_encoder": NotingEncoder()],
                    makeReplica: { _, _ in copy })) as? any Encoder)
        let inputs = StageInputs(
            ["images": .variable(Variable(Self.images())), "gather": .mask(Self.masks)],
            firstImage: 6)
        #expect(try encoder.encode(inputs, on: Tape()).shape == [4, 3, 16, 16])
        #expect(copy.firstImage == 6)
    }

    @Test func anInputWithoutMasksIsRefused() throws {
        let error = try #require(throws: PipelineErrors.self) {
            try ShippedPipelines.tiny(
                "stages.target_encoder={use: ema, of: context_encoder, mask_at: input, "
                    + "images: data.images}")
        }
        #expect(
            error.errors.first?.message
                == "stage 'target_encoder': 'mask_at' is 'input', but 'gather', which has the "
                + "masks, is open")
    }

    @Test func aMaskedInputCostsWhatItsBlocksCost() throws {
        let pipeline = try ShippedPipelines.tiny("stages.target_encoder.mask_at=input")
        let target = try #require(pipeline.node("target_encoder")?.stage)
        let context = try #require(pipeline.node("context_encoder")?.stage)
        let blocks = target.multiplyAdds(for: ["B": 2, "M": 4, "K": 3])
        #expect(blocks == context.multiplyAdds(for: ["B": 8, "K": 3]))
    }
}

/// Gives the images back and notes which they are.
private final class NotingEncoder: Encoder {
    static let descriptor = StageDescriptor(name: "noting", summary: "Notes the first image.")

    let weights = [Weight("w", shape: [1], initial: .constant(0))]
    private(set) var firstImage: Int?

    init() {}
    init(parameters: StageParameters) throws {}

    func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        firstImage = inputs.firstImage
        return inputs.variable("images")
    }
}
