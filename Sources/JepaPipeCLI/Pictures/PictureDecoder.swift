import Foundation
import JepaCore
import JepaFormats
import JepaNN
package import JepaTensor

/// A trained decoder of tokens, and how far it can be trusted.
///
/// It is kept as a safetensors file: the weights, the mean patch as `mean`, and what it was made of
/// as metadata, so that it is used again only where that is the same.
package struct PictureDecoder {
    /// Everything that decides what a decoder comes to.
    package struct Recipe: Codable, Equatable {
        /// A sum over the weights of the stages that make the tokens.
        package let tokens: String
        /// The fingerprint of the data it is trained on.
        package let data: String
        /// Images of training and of judgement together.
        package let images: Int
        /// Steps of training.
        package let steps: Int
        /// The seed.
        package let seed: UInt64

        /// A recipe.
        package init(tokens: String, data: String, images: Int, steps: Int, seed: UInt64) {
            self.tokens = tokens
            self.data = data
            self.images = images
            self.steps = steps
            self.seed = seed
        }
    }

    /// What it was made of.
    package let recipe: Recipe
    /// The share of the variance of the pixels of unseen images that their tokens decode to.
    package let explained: Double
    /// The mean of the patches it was trained on.
    package let mean: [Double]
    private let network: TokenDecoder

    private static let format = "jepa-pipe token decoder 1"

    /// Trains a decoder on the first rows and judges it by the others.
    ///
    /// - Parameters:
    ///   - tokens: `[n, D]`
    ///   - pixels: `[n, outputs]`
    ///   - trained: How many rows it is trained on, fewer than n.
    package init(
        _ recipe: Recipe, tokens: Tensor, pixels: Tensor, trainedOn trained: Int,
        progress: ((_ steps: Int, _ loss: Double) -> Void)? = nil
    ) throws {
        precondition(
            0 < trained && trained < tokens.shape[0],
            "\(trained) of \(tokens.shape[0]) tokens leave none to judge by")
        self.recipe = recipe
        var training = DecoderTraining(steps: recipe.steps, seed: recipe.seed)
        training.progress = progress
        let seen = pixels.rows(0..<trained)
        network = try training.run(tokens.rows(0..<trained), seen).decoder
        var sums = [Double](repeating: 0, count: pixels.shape[1])
        for place in 0..<seen.count { sums[place % sums.count] += Double(seen.pointer[place]) }
        mean = sums.map { $0 / Double(trained) }
        let rest = trained..<tokens.shape[0]
        explained = explainedShare(
            of: pixels.rows(rest), by: Self.decode(tokens.rows(rest), with: network), beside: mean)
    }

    /// Pixels of tokens: `[..., D]` to `[..., outputs]`.
    package func decode(_ tokens: Tensor) -> Tensor { Self.decode(tokens, with: network) }

    private static func decode(_ tokens: Tensor, with network: TokenDecoder) -> Tensor {
        network.forward(Variable(tokens), on: Tape(recording: false)).value
    }

    // MARK: - Files

    /// Writes it, complete or not at all.
    package func write(to path: String) throws {
        var writer = SafetensorsWriter(metadata: [
            "format": Self.format, "recipe": try jsonText(recipe), "explained": "\(explained)",
        ])
        for weight in network.weights { try writer.add(weight.name, weight.value) }
        try writer.add("mean", Tensor(mean.map { Float($0) }, shape: [mean.count]))
        try writer.write(to: path)
    }

    /// Reads one that `write` has written.
    ///
    /// - Throws: `file` if it is another file, or damaged.
    package init(reading path: String) throws {
        let reader = try SafetensorsReader(path: path)
        guard reader.metadata["format"] == Self.format,
            let recipe = reader.metadata["recipe"].flatMap({
                try? JSONDecoder().decode(Recipe.self, from: Data($0.utf8))
            }),
            let explained = reader.metadata["explained"].flatMap(Double.init),
            let first = reader["first.weight"], let last = reader["last.weight"],
            first.shape.count == 2, last.shape.count == 2
        else {
            throw PipelineError(
                .file, "'\(path)' does not hold a decoder of tokens",
                notes: ["Remove it; a new one will be trained."])
        }
        self.recipe = recipe
        self.explained = explained
        network = TokenDecoder(
            inputs: first.shape[1], hidden: first.shape[0], outputs: last.shape[0])
        for weight in network.weights {
            let tensor = try reader.tensor(weight.name)
            guard tensor.shape == weight.shape else {
                throw PipelineError(
                    .file,
                    "'\(weight.name)' in '\(path)' is \(tensor.shape) instead of \(weight.shape)",
                    notes: ["Remove the file; a new decoder will be trained."])
            }
            weight.value = try tensor.floats()
        }
        mean = try reader.tensor("mean").floats().elements.map(Double.init)
    }
}
