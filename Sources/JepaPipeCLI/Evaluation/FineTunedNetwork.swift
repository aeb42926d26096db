import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaTensor

/// An encoder with a linear head on the mean of its patches, both trained.
///
/// Learning rates fall from the head down: those of block i of L, counted from 1, are multiplied by
/// `layerDecay^(L + 1 - i)`, those of the patch embedding by `layerDecay^(L + 1)`, those of norm and
/// head by 1. Source: BEiT, arXiv 2106.08254; I-JEPA, arXiv 2301.08243, fine-tunes with it on 1 % of
/// the labels.
final class FineTunedNetwork {
    private struct Entry {
        let weight: Weight
        let rate: Double
        let first: Tensor, second: Tensor
    }

    private let encoder: VisionTransformer
    private let head: Linear
    /// The share of a batch that the last block drops; the first drops none.
    private let dropPath: Double
    private let entries: [Entry]

    /// Takes over an encoder; the head is new (deviation 0.01, zero bias).
    ///
    /// - Parameters:
    ///   - blocks: How many of the last blocks are trained, with norm and head; nil for everything.
    /// - Throws: `missing` if the model has no such encoder.
    init(
        _ model: ModelWeights, encoder network: ModelNetwork, classes: Int, blocks: Int?,
        layerDecay: Double, dropPath: Double
    ) throws {
        let encoder = VisionTransformer(model.sizes.encoderConfiguration)
        for (weight, tensor) in zip(encoder.weights, try model.tensors(of: network)) {
            precondition(weight.name == tensor.name, "'\(tensor.name)' is not '\(weight.name)'")
            weight.value = try tensor.floats().copy()
        }
        let depth = encoder.blocks.count
        let head = Linear(
            "head", inputs: model.sizes.width, outputs: classes, deviation: 0.01)
        for weight in head.weights {
            weight.materialise(key: StageRandom(seed: 0, purpose: "probe \(weight.name)").key)
        }
        let layers =
            [encoder.patchEmbedding.weights] + encoder.blocks.map(\.weights)
            + [encoder.norm.weights + head.weights]
        let frozen = blocks.map { max(0, depth - $0) + 1 } ?? 0
        for weight in layers.prefix(frozen).joined() { weight.isTrainable = false }
        entries = layers.enumerated().dropFirst(frozen).flatMap { layer, weights in
            weights.map { weight in
                Entry(
                    weight: weight, rate: pow(layerDecay, Double(depth + 1 - layer)),
                    first: Tensor(repeating: 0, shape: weight.shape),
                    second: Tensor(repeating: 0, shape: weight.shape))
            }
        }
        self.encoder = encoder
        self.head = head
        self.dropPath = dropPath
    }

    /// The logits of images `[B, C, H, W]`: `[B, classes]`.
    ///
    /// - Parameter random: What branches are dropped by; nil drops none, as in evaluation.
    func logits(_ images: Tensor, random: StageRandom?, on tape: Tape) -> Variable {
        let depth = encoder.blocks.count
        var random = random
        let factors: [BranchFactors]? =
            random == nil || dropPath == 0
            ? nil
            : (0..<depth).map { block in
                let share = dropPath * Double(block) / Double(max(1, depth - 1))
                func draw() -> [Float] {
                    (0..<images.shape[0]).map { _ in
                        random!.uniform() < share ? 0 : Float(1 / (1 - share))
                    }
                }
                return BranchFactors(attention: draw(), mlp: draw())
            }
        let tokens = encoder.forward(Variable(images), branches: factors, on: tape)
        return head(tape.meanPool(tokens), on: tape)
    }

    /// One step of AdamW (betas 0.9 and 0.999) by the gradients that have arrived, which are
    /// forgotten; weight decay spares biases and norms.
    ///
    /// - Parameter step: Counted from 1.
    func update(learningRate: Double, weightDecay: Double, step: Int) {
        for entry in entries {
            guard let gradient = entry.weight.gradient else { continue }
            adamWUpdate(
                weight: entry.weight.value, gradient: gradient, firstMoment: entry.first,
                secondMoment: entry.second, learningRate: learningRate * entry.rate, beta1: 0.9,
                beta2: 0.999, epsilon: 1e-8,
                weightDecay: entry.weight.shape.count > 1 ? weightDecay : 0, step: step)
            entry.weight.clearGradient()
        }
    }
}
