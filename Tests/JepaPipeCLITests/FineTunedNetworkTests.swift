import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaPipeCLI
import JepaTensor
import Testing

/// A network of three blocks, fine-tuned on four images of three classes.
@Suite struct FineTunedNetworkTests {
    private static let groups = [
        "patch_embed", "blocks.0", "blocks.1", "blocks.2", "norm", "head",
    ]
    private let labels = [0, 2, 1, 2]

    /// Nothing random, no smoothing and no weight decay, unless changed.
    private func tuned(
        _ change: (inout FineTuningOptions) -> Void = { _ in }
    ) throws -> FineTunedNetwork {
        var options = FineTuningOptions()
        (options.mixup, options.smoothing, options.dropPath) = (0, 0, 0)
        (options.weightDecay, options.layerDecay) = (0, 0.5)
        change(&options)
        let network = VisionTransformer(
            .init(gridHeight: 2, gridWidth: 2, patchSize: 4, width: 8, depth: 3, heads: 2))
        let tensors = network.weights.map { weight in
            weight.materialise(key: StageRandom(seed: 3, purpose: weight.name).key)
            return StoredTensor(weight.name, weight.value)
        }
        let model = try ModelWeights(
            [.targetEncoder: tensors], from: "test", origin: "drawn",
            hints: ModelHints(heads: 2, imageSize: (8, 8)), hasPositions: false)
        return try FineTunedNetwork(
            model, encoder: .targetEncoder, classes: 3, options, seed: 0)
    }

    private func images() -> Tensor {
        var random = StageRandom(seed: 4, purpose: "test")
        return Tensor(
            (0..<4 * 3 * 64).map { _ in Float(random.uniform(in: -1...1)) }, shape: [4, 3, 8, 8])
    }

    private let random = StageRandom(seed: 5, purpose: "test")

    private func weights(_ tuned: FineTunedNetwork) -> [Weight] {
        tuned.encoder.weights + tuned.head.weights
    }

    /// The largest change in each group by one step at learning rate 0.001.
    private func changes(_ tuned: FineTunedNetwork) -> [Double] {
        let before = weights(tuned).map(\.value.elements)
        _ = tuned.learn(images(), labels: labels, share: 1, using: random)
        tuned.update(learningRate: 0.001, step: 1)
        var result = Array(repeating: 0.0, count: Self.groups.count)
        for (weight, old) in zip(weights(tuned), before) {
            let group = Self.groups.firstIndex { weight.name.hasPrefix($0 + ".") }!
            let distance = zip(weight.value.elements, old).map { Double(abs($0 - $1)) }.max() ?? 0
            result[group] = max(result[group], distance)
        }
        return result
    }

    /// The first step of AdamW moves whatever has a gradient by the learning rate.
    @Test func ratesFallFromTheHeadDown() throws {
        let expected = [0.0625, 0.125, 0.25, 0.5, 1, 1]
        for (place, change) in changes(try tuned()).enumerated() {
            let ratio = change / (0.001 * expected[place])
            // Weights of about 1 are rounded to 6e-8.
            #expect(abs(ratio - 1) < 0.01, "\(Self.groups[place]) moved by \(change)")
        }
    }

    @Test(arguments: [
        (1, ["blocks.2", "norm", "head"]), (2, ["blocks.1", "blocks.2", "norm", "head"]),
        // The patch embedding is no block.
        (3, ["blocks.0", "blocks.1", "blocks.2", "norm", "head"]),
        (9, ["blocks.0", "blocks.1", "blocks.2", "norm", "head"]), (nil, groups),
    ])
    func onlyTheLastBlocksMove(blocks: Int?, moving: [String]) throws {
        let changes = changes(try tuned { $0.blocks = blocks })
        #expect(zip(Self.groups, changes).filter { $0.1 > 0 }.map(\.0) == moving)
    }

    @Test func weightDecaySparesVectors() throws {
        let (plain, decayed) = (try tuned(), try tuned { $0.weightDecay = 0.5 })
        _ = (changes(plain), changes(decayed))
        for (a, b) in zip(weights(plain), weights(decayed)) {
            #expect((a.value.elements == b.value.elements) == (a.shape.count == 1), "\(a.name)")
        }
    }

    @Test func moreBranchesAreDroppedFromBlockToBlock() {
        var random = random
        let factors = FineTunedNetwork.branchFactors(
            depth: 3, images: 4000, dropPath: 0.5, using: &random)
        for (block, share) in [0, 0.25, 0.5].enumerated() {
            for branch in [factors[block].attention, factors[block].mlp] {
                let dropped = Double(branch.count { $0 == 0 }) / 4000
                // Five standard errors.
                #expect(abs(dropped - share) < 5 * (share * (1 - share) / 4000).squareRoot() + 1e-9)
                #expect(branch.allSatisfy { $0 == 0 || $0 == Float(1 / (1 - share)) })
            }
        }
        let lone = FineTunedNetwork.branchFactors(
            depth: 1, images: 100, dropPath: 0.9, using: &random)
        #expect(lone.allSatisfy { ($0.attention + $0.mlp).allSatisfy { $0 == 1 } })
    }

    @Test func branchesAreDroppedInTrainingOnly() throws {
        func logits(_ tuned: FineTunedNetwork, _ random: StageRandom?) -> [Float] {
            tuned.logits(images(), random: random, on: Tape(recording: false)).value.elements
        }
        let (plain, dropping) = (try tuned(), try tuned { $0.dropPath = 0.9 })
        #expect(logits(dropping, nil) == logits(plain, nil))
        #expect(logits(dropping, random) != logits(plain, random))
        #expect(
            dropping.learn(images(), labels: labels, share: 1, using: random)
                != plain.learn(images(), labels: labels, share: 1, using: random))
    }

    /// A head that sees nothing answers by its biases.
    @Test(arguments: [0, 0.3])
    func labelsAreSmoothed(smoothing: Double) throws {
        let tuned = try tuned { $0.smoothing = smoothing }
        tuned.head.weight.value = Tensor(repeating: 0, shape: tuned.head.weight.shape)
        let biases = [1.0, 0, -2]
        tuned.head.bias?.value = Tensor(biases.map(Float.init), shape: [3])
        let sum = log(biases.reduce(0) { $0 + exp($1) })
        let expected = labels.reduce(0.0) { loss, label in
            let spread = biases.reduce(0) { $0 + (sum - $1) * smoothing / 3 }
            return loss + ((1 - smoothing) * (sum - biases[label]) + spread) / 4
        }
        let found = tuned.learn(images(), labels: labels, share: 0.5, using: random)
        #expect(abs(Double(found) - 0.5 * expected) < 1e-6)
    }

    @Test(arguments: [
        (1, "the last block and the norm"), (2, "the last 2 blocks and the norm"),
        (nil, "the whole encoder"),
    ])
    func theRecordSaysWhatIsTrained(blocks: Int?, words: String) {
        var options = FineTuningOptions()
        options.blocks = blocks
        #expect(
            options.words["classifier"]
                == "a linear layer on the mean of the patches, trained with \(words)")
        #expect(options.words["labels"] == nil && options.words["repetitions"] == nil)
    }
}
