import Foundation
package import JepaCore
import JepaFormats
package import JepaInterop
package import JepaNN
package import JepaTensor

/// An encoder with a linear head on the mean of its patches, both trained.
///
/// Learning rates fall from the head down: those of block i of L, counted from 1, are multiplied by
/// `layerDecay^(L + 1 - i)`, those of the patch embedding by `layerDecay^(L + 1)`, those of norm and
/// head by 1. Source: BEiT, arXiv 2106.08254; I-JEPA, arXiv 2301.08243, fine-tunes with it on 1 % of
/// the labels.
package final class FineTunedNetwork {
    private struct Entry {
        let weight: Weight
        let rate: Double
        let first: Tensor, second: Tensor
    }

    package let encoder: VisionTransformer
    package let head: Linear
    private let options: FineTuningOptions
    private let entries: [Entry]

    /// Takes over an encoder; the head is new (deviation 0.01, zero bias).
    ///
    /// - Throws: `missing` if the model has no such encoder.
    package init(
        _ model: ModelWeights, encoder network: ModelNetwork, classes: Int,
        _ options: FineTuningOptions, seed: UInt64
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
            weight.materialise(key: StageRandom(seed: seed, purpose: "probe \(weight.name)").key)
        }
        let layers =
            [encoder.patchEmbedding.weights] + encoder.blocks.map(\.weights)
            + [encoder.norm.weights + head.weights]
        let frozen = options.blocks.map { max(0, depth - $0) + 1 } ?? 0
        for weight in layers.prefix(frozen).joined() { weight.isTrainable = false }
        entries = layers.enumerated().dropFirst(frozen).flatMap { layer, weights in
            weights.map { weight in
                Entry(
                    weight: weight, rate: pow(options.layerDecay, Double(depth + 1 - layer)),
                    first: Tensor(repeating: 0, shape: weight.shape),
                    second: Tensor(repeating: 0, shape: weight.shape))
            }
        }
        self.encoder = encoder
        self.head = head
        self.options = options
    }

    /// The logits of images `[B, C, H, W]`: `[B, classes]`.
    ///
    /// - Parameter random: What branches are dropped by; nil drops none, as in evaluation.
    package func logits(_ images: Tensor, random: StageRandom?, on tape: Tape) -> Variable {
        var factors: [BranchFactors]?
        if var random, options.dropPath > 0 {
            factors = Self.branchFactors(
                depth: encoder.blocks.count, images: images.shape[0], dropPath: options.dropPath,
                using: &random)
        }
        let tokens = encoder.forward(Variable(images), branches: factors, on: tape)
        return head(tape.meanPool(tokens), on: tape)
    }

    /// What the branches of each block count for each image: the share of images that skip one rises
    /// evenly from 0 in the first block to `dropPath` in the last.
    package static func branchFactors(
        depth: Int, images: Int, dropPath: Double, using random: inout StageRandom
    ) -> [BranchFactors] {
        (0..<depth).map { block in
            let share = dropPath * Double(block) / Double(max(1, depth - 1))
            func draw() -> [Float] {
                (0..<images).map { _ in random.uniform() < share ? 0 : Float(1 / (1 - share)) }
            }
            return BranchFactors(attention: draw(), mlp: draw())
        }
    }

    /// Adds up the gradients of the cross-entropy of augmented images, blended and with smoothed
    /// labels.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`
    ///   - labels: B classes.
    ///   - share: What the images count for; those of a batch come in pieces.
    /// - Returns: The cross-entropy times the share.
    package func learn(
        _ images: Tensor, labels: [Int], share: Float, using random: StageRandom
    ) -> Float {
        var random = random
        let targets = Tape.targets(
            classes: labels, of: head.weight.shape[0], smoothing: Float(options.smoothing))
        let mixed = Mixup(alpha: options.mixup).blend(images, targets, using: &random)
        let tape = Tape()
        let loss = tape.crossEntropy(
            logits(mixed.images, random: random.forPurpose("drop path"), on: tape),
            targets: mixed.targets)
        tape.backward(from: [(loss, share)])
        return loss.value.scalar * share
    }

    /// One step of AdamW (betas 0.9 and 0.999) by the gradients that have arrived, which are
    /// forgotten; weight decay spares biases and norms.
    ///
    /// - Parameter step: Counted from 1.
    package func update(learningRate: Double, step: Int) {
        for entry in entries {
            guard let gradient = entry.weight.gradient else { continue }
            adamWUpdate(
                weight: entry.weight.value, gradient: gradient, firstMoment: entry.first,
                secondMoment: entry.second, learningRate: learningRate * entry.rate, beta1: 0.9,
                beta2: 0.999, epsilon: 1e-8,
                weightDecay: entry.weight.shape.count > 1 ? options.weightDecay : 0, step: step)
            entry.weight.clearGradient()
        }
    }
}
