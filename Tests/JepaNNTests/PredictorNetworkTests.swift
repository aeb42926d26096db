import JepaNN
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct PredictorNetworkTests {
    private func network(depth: Int) -> PredictorNetwork {
        let network = PredictorNetwork(
            .init(
                gridHeight: 2, gridWidth: 3, inputWidth: 5, width: 8, depth: depth, heads: 2,
                deviation: 0.3))
        for (key, weight) in network.weights.enumerated() { weight.materialise(key: UInt64(key)) }
        return network
    }

    let tokens = sampleTensor([2, 3, 5], seed: 1)
    let context = PatchIndices(blocks: 1, batch: 2, kept: 3, values: [0, 1, 4, 5, 3, 2])
    let targets = PatchIndices(
        blocks: 3, batch: 2, kept: 2, values: [2, 3, 0, 1, 3, 5, 1, 4, 5, 2, 4, 0])

    /// Two mask tokens, fewer than patches.
    let fewTargets = PatchIndices(blocks: 1, batch: 2, kept: 1, values: [2, 5])

    /// Every block on every token, all target blocks apart: what the paper describes.
    private func naive(
        _ network: PredictorNetwork, _ tokens: Variable, targets: PatchIndices, on tape: Tape
    ) -> Variable {
        let positions = network.positions
        let embedded = tape.addPositions(
            network.embed(tokens, on: tape), table: positions, indices: context)
        let masks = tape.maskTokens(
            token: network.maskToken, positions: positions, indices: targets)
        var x = tape.concatenate(tape.repeatBatch(embedded, times: targets.blocks), masks)
        for block in network.blocks { x = block(x, on: tape) }
        return tape.tokens(
            3..<3 + targets.kept, of: network.projection(network.norm(x, on: tape), on: tape))
    }

    @Test(arguments: [1, 2, 3], [true, false])
    func computesLessButTheSame(depth: Int, many: Bool) {
        let network = network(depth: depth)
        let targets = many ? targets : fewTargets
        func run(_ forward: (Variable, Tape) -> Variable) -> [Tensor] {
            let tape = Tape()
            let input = Variable(tokens, requiresGradient: true)
            let output = forward(input, tape)
            #expect(output.shape == [targets.blocks * 2, targets.kept, 5])
            output.accumulate(sampleTensor(output.shape, seed: 9))
            tape.backward(from: [])
            defer { for weight in network.weights { weight.clearGradient() } }
            return [output.value, input.receivedGradient!] + network.weights.map { $0.gradient! }
        }
        let saving = run { network.forward($0, context: context, targets: targets, on: $1) }
        let full = run { naive(network, $0, targets: targets, on: $1) }
        for (index, (a, b)) in zip(saving, full).enumerated() {
            let name = index < 2 ? "\(index)" : network.weights[index - 2].name
            expectEqual(a, b, .ofLargest(5e-6), name)
        }
    }

    @Test func weightsBearTheOfficialNames() {
        let names = network(depth: 1).weights.map(\.name)
        #expect(
            names == [
                "mask_token", "predictor_embed.weight", "predictor_embed.bias",
                "predictor_blocks.0.norm1.weight", "predictor_blocks.0.norm1.bias",
                "predictor_blocks.0.attn.qkv.weight", "predictor_blocks.0.attn.qkv.bias",
                "predictor_blocks.0.attn.proj.weight", "predictor_blocks.0.attn.proj.bias",
                "predictor_blocks.0.norm2.weight", "predictor_blocks.0.norm2.bias",
                "predictor_blocks.0.mlp.fc1.weight", "predictor_blocks.0.mlp.fc1.bias",
                "predictor_blocks.0.mlp.fc2.weight", "predictor_blocks.0.mlp.fc2.bias",
                "predictor_norm.weight", "predictor_norm.bias", "predictor_proj.weight",
                "predictor_proj.bias",
            ])
    }

    @Test func targetBlocksDoNotSeeOneAnother() {
        let network = network(depth: 2)
        func predict(_ targets: PatchIndices) -> [Float] {
            network.forward(
                Variable(tokens), context: context, targets: targets, on: Tape(recording: false)
            ).value.elements
        }
        var values = targets.values
        values[8...] = [0, 1, 1, 2]
        let changed = PatchIndices(blocks: 3, batch: 2, kept: 2, values: values)
        // Two blocks of two images, two tokens, width 5.
        #expect(predict(targets)[..<40] == predict(changed)[..<40])
        #expect(predict(targets) != predict(changed))
    }
}
