import JepaNN
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct VisionTransformerTests {
    /// A grid of 2 rows and 3 columns.
    static let configuration = VisionTransformer.Configuration(
        channels: 1, gridHeight: 2, gridWidth: 3, patchSize: 2, width: 8, depth: 2, heads: 2,
        deviation: 0.3)
    let images = sampleTensor([2, 1, 4, 6], seed: 1)

    private func network() -> VisionTransformer {
        let network = VisionTransformer(Self.configuration)
        for (key, weight) in network.weights.enumerated() { weight.materialise(key: UInt64(key)) }
        return network
    }

    @Test func branchesThatAreLeftOutOfOneImageChangeThatOneOnly() {
        let network = network()
        let plain = network.forward(Variable(images), on: Tape()).value
        let all = BranchFactors(attention: [1, 1], mlp: [1, 1])
        let whole = network.forward(Variable(images), branches: [all, all], on: Tape()).value
        expectEqual(whole, plain, .absolute(1e-5))
        let second = BranchFactors(attention: [1, 0], mlp: [1, 1])
        let some = network.forward(Variable(images), branches: [all, second], on: Tape()).value
        expectEqual(some.rows(0..<1), plain.rows(0..<1), .absolute(1e-5))
        let moved = zip(some.rows(1..<2).elements, plain.rows(1..<2).elements).map { abs($0 - $1) }
        #expect((moved.max() ?? 0) > 0.01)
    }

    @Test func weightsBearTheOfficialNamesInOrder() {
        let weights = VisionTransformer(Self.configuration).weights
        #expect(
            weights.prefix(14).map { "\($0.name) \($0.shape)" } == [
                "patch_embed.proj.weight [8, 1, 2, 2]", "patch_embed.proj.bias [8]",
                "blocks.0.norm1.weight [8]", "blocks.0.norm1.bias [8]",
                "blocks.0.attn.qkv.weight [24, 8]", "blocks.0.attn.qkv.bias [24]",
                "blocks.0.attn.proj.weight [8, 8]", "blocks.0.attn.proj.bias [8]",
                "blocks.0.norm2.weight [8]", "blocks.0.norm2.bias [8]",
                "blocks.0.mlp.fc1.weight [32, 8]", "blocks.0.mlp.fc1.bias [32]",
                "blocks.0.mlp.fc2.weight [8, 32]", "blocks.0.mlp.fc2.bias [8]",
            ])
        #expect(weights.suffix(2).map(\.name) == ["norm.weight", "norm.bias"])
        #expect(weights.count == 28)
        #expect(!weights.contains { $0.isMaterialised }, "describing allocates nothing")
    }

    @Test func theOfficialSizesHaveTheOfficialNumberOfWeights() {
        func count(_ width: Int, _ depth: Int, _ heads: Int, _ patch: Int, _ ratio: Double) -> Int {
            VisionTransformer(
                .init(
                    gridHeight: 14, gridWidth: 14, patchSize: patch, width: width, depth: depth,
                    heads: heads, mlpRatio: ratio)
            ).weights.reduce(0) { $0 + $1.count }
        }
        // ViT-B/16 without class token, positions and head; ViT-g/16 with an MLP of 6144.
        #expect(count(768, 12, 12, 16, 4) == 85_646_592)
        #expect(count(1408, 40, 16, 16, 48.0 / 11) == 1_011_092_608)
    }

    @Test func scalingByDepthDividesWhatWritesToTheResidualStream() {
        var configuration = Self.configuration
        configuration.scalesByDepth = true
        for weight in VisionTransformer(configuration).weights where weight.shape.count > 1 {
            let divided = ["attn.proj", "mlp.fc2"].contains { weight.name.contains($0) }
            let divisor = weight.name.contains("blocks.1") ? 2 : Float(2).squareRoot()
            let expected = divided && weight.name.hasPrefix("blocks") ? 0.3 / divisor : 0.3
            #expect(weight.initial == .truncatedNormal(deviation: expected), "\(weight.name)")
        }
    }

    @Test func withoutQkvBiasThereIsNone() {
        var configuration = Self.configuration
        configuration.qkvBias = false
        let names = VisionTransformer(configuration).weights.map(\.name)
        #expect(!names.contains { $0.hasSuffix("qkv.bias") } && names.count == 26)
    }

    static let gathers = [
        // Fewer by row, fewer by union, and so many that all are computed.
        PatchIndices(blocks: 1, batch: 2, kept: 2, values: [0, 5, 3, 1]),
        PatchIndices(blocks: 3, batch: 2, kept: 2, values: [0, 5, 3, 1, 5, 2, 3, 3, 2, 0, 1, 1]),
        PatchIndices(
            blocks: 3, batch: 2, kept: 2, values: [0, 1, 3, 1, 2, 3, 3, 3, 4, 5, 1, 1]),
    ]

    @Test(arguments: gathers)
    func gatheringComputesLessButTheSame(gather: PatchIndices) {
        let network = network()
        func gradients(_ run: (Tape) -> Variable) -> (Tensor, [Tensor]) {
            let tape = Tape()
            let output = run(tape)
            output.accumulate(sampleTensor(output.shape, seed: 9))
            tape.backward(from: [])
            defer { for weight in network.weights { weight.clearGradient() } }
            return (output.value, network.weights.map { $0.gradient! })
        }
        let (some, someGradients) = gradients {
            network.forward(Variable(images), gather: gather, on: $0)
        }
        let (all, allGradients) = gradients {
            $0.gather(network.forward(Variable(images), on: $0), gather)
        }
        expectEqual(some, all, .ofLargest(1e-6))
        for (index, weight) in network.weights.enumerated() {
            expectEqual(
                someGradients[index], allGradients[index], .ofLargest(3e-6), weight.name)
        }
    }

    @Test func theInputMaskHidesAllOtherPatches() {
        let network = network()
        let keep = PatchIndices(blocks: 1, batch: 2, kept: 2, values: [0, 4, 5, 2])
        let tokens = network.forward(Variable(images), keep: keep, on: Tape()).value
        #expect(tokens.shape == [2, 2, 8])
        // Patch 1 of both images (rows 0 and 1, columns 2 and 3) is not among them.
        var elements = images.elements
        for image in 0..<2 {
            for place in [2, 3, 8, 9] { elements[image * 24 + place] = 100 }
        }
        let changed = Variable(Tensor(elements, shape: images.shape))
        expectEqual(network.forward(changed, keep: keep, on: Tape()).value, tokens, .absolute(0))
    }

    @Test func everyWeightGetsTheRightGradient() {
        let configuration = VisionTransformer.Configuration(
            channels: 1, gridHeight: 1, gridWidth: 2, patchSize: 1, width: 4, depth: 1, heads: 1,
            deviation: 0.5)
        let network = VisionTransformer(configuration)
        for (key, weight) in network.weights.enumerated() { weight.materialise(key: UInt64(key)) }
        let images = sampleTensor([1, 1, 1, 2], seed: 3)
        expectGradients(inputs: [], weights: network.weights, step: 0.01) { tape, _ in
            network.forward(Variable(images), on: tape)
        }
    }

    @Test func lastLayersEndWithTheOutput() {
        let network = network()
        let layers = network.lastLayers(2, of: Variable(images), on: Tape(recording: false))
        #expect(layers.map(\.shape) == [[2, 6, 8], [2, 6, 8]])
        let output = network.forward(Variable(images), on: Tape(recording: false))
        expectEqual(layers[1].value, output.value, .absolute(1e-6))
        #expect(layers[0].value.elements != layers[1].value.elements)
    }

    @Test func imagesOfAnotherSizeTrap() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let network = VisionTransformer(VisionTransformerTests.configuration)
            _ = network.forward(Variable(Tensor(repeating: 0, shape: [1, 1, 6, 4])), on: Tape())
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("images [1, 1, 6, 4] do not fit 1 channels of [4, 6]"))
    }
}
