import Foundation
import JepaCore
package import JepaNN
package import JepaTensor

/// Teaches a decoder to turn tokens back into pixels.
///
/// The tokens are given and do not change. Every step takes some of them at random and lowers the
/// squared error of the pixels by AdamW; the learning rate warms up over a twentieth of the steps
/// and falls as a cosine. The same tokens, steps and seed give the same decoder.
package struct DecoderTraining {
    /// Tokens of one step.
    private static let batchSize = 2048
    private static let learningRate = 1e-3
    private static let weightDecay = 0.01

    /// Steps to take.
    package let steps: Int
    /// The seed of the initial weights and of the order.
    package let seed: UInt64
    /// Gets the steps taken and the loss of the last, now and then.
    package var progress: ((_ steps: Int, _ loss: Double) -> Void)?

    /// A training.
    package init(steps: Int, seed: UInt64) {
        self.steps = steps
        self.seed = seed
    }

    /// The width of the hidden layers for tokens of a width.
    package static func hidden(forTokensOf width: Int) -> Int { min(max(2 * width, 64), 512) }

    /// Trains a decoder.
    ///
    /// - Parameters:
    ///   - tokens: `[n, D]`
    ///   - pixels: `[n, outputs]`, the patches they are of.
    /// - Returns: The decoder and the loss of every step, the mean squared error of a batch.
    /// - Throws: `notFinite` if the loss is no number.
    package func run(
        _ tokens: Tensor, _ pixels: Tensor
    ) throws -> (decoder: TokenDecoder, losses: [Double]) {
        precondition(
            tokens.shape.count == 2 && pixels.shape.count == 2 && tokens.shape[0] > 0
                && tokens.shape[0] == pixels.shape[0],
            "tokens \(tokens.shape) do not go with pixels \(pixels.shape)")
        let decoder = TokenDecoder(
            inputs: tokens.shape[1], hidden: Self.hidden(forTokensOf: tokens.shape[1]),
            outputs: pixels.shape[1])
        let moments = decoder.weights.map { weight in
            weight.materialise(key: StageRandom(seed: seed, purpose: "decoder \(weight.name)").key)
            return (
                Tensor(repeating: 0, shape: weight.shape), Tensor(repeating: 0, shape: weight.shape)
            )
        }
        let rate = Schedule(
            from: Self.learningRate, to: Self.learningRate / 100, .cosine,
            warmUpFrom: Self.learningRate / 10)
        var losses: [Double] = []
        for step in 0..<steps {
            var random = StageRandom(seed: seed, purpose: "decoder", step: step)
            let chosen = (0..<min(Self.batchSize, tokens.shape[0])).map { _ in
                random.integer(in: 0..<tokens.shape[0])
            }
            let tape = Tape()
            let decoded = decoder.forward(Variable(tokens.rows(at: chosen)), on: tape)
            let loss = tape.squaredError(decoded, Variable(pixels.rows(at: chosen)))
            losses.append(Double(loss.value.scalar))
            guard losses[step].isFinite else {
                throw PipelineError(
                    .notFinite, "the loss of the decoder is not finite in step \(step + 1)",
                    notes: ["Look at the tokens: 'pictures tokens' shows them."])
            }
            tape.backward(from: [(loss, 1)])
            let now = rate.value(at: step, of: steps, warmUp: steps / 20, offset: 1)
            for (weight, moments) in zip(decoder.weights, moments) {
                guard let gradient = weight.gradient else { continue }
                adamWUpdate(
                    weight: weight.value, gradient: gradient, firstMoment: moments.0,
                    secondMoment: moments.1, learningRate: now, beta1: 0.9, beta2: 0.999,
                    epsilon: 1e-8,
                    weightDecay: weight.shape.count > 1 ? Self.weightDecay : 0, step: step + 1)
                weight.clearGradient()
            }
            progress?(step + 1, losses[step])
        }
        return (decoder, losses)
    }
}

/// The share of the variance of some rows that others explain: 1 if they are equal, 0 if they are
/// no better than `mean` everywhere, below 0 if worse.
///
/// - Parameters:
///   - rows: `[n, width]`
///   - others: `[n, width]`
///   - mean: `[width]`
package func explainedShare(of rows: Tensor, by others: Tensor, beside mean: [Double]) -> Double {
    precondition(
        rows.shape == others.shape && rows.shape.last == mean.count,
        "rows \(rows.shape) and \(others.shape) with \(mean.count) means cannot be compared")
    var (error, variance) = (0.0, 0.0)
    for place in 0..<rows.count {
        let value = Double(rows.pointer[place])
        let (miss, distance) = (
            value - Double(others.pointer[place]), value - mean[place % mean.count]
        )
        error += miss * miss
        variance += distance * distance
    }
    return variance > 0 ? 1 - error / variance : 0
}
