import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaTensor

extension ModelLoading {
    /// The same encoder before any training.
    ///
    /// Of a run it is the one that the run began with, which its seed draws again, unless it began
    /// with other weights; of other weights one drawn with seed 0 and the official initialisation.
    func untrained(_ encoder: ModelNetwork) throws -> (model: ModelWeights, words: String) {
        let hints = ModelHints(heads: model.sizes.heads, loneEncoder: encoder)
        if let pipeline {
            try pipeline.materialise()
            let tensors = pipeline.allWeights.map { StoredTensor($0.name, $0.weight.value) }
            let seed = pipeline.graph.seed
            return (
                try Self.weights(
                    tensors, of: pipeline, from: "untrained", origin: "the pipeline's own draw",
                    wanted: [encoder], hints), "the network the run's seed \(seed) draws"
            )
        }
        let network = VisionTransformer(model.sizes.encoderConfiguration)
        let tensors = network.weights.map { weight in
            weight.materialise(key: StageRandom(seed: 0, purpose: "untrained \(weight.name)").key)
            return StoredTensor(weight.name, weight.value)
        }
        var sized = hints
        sized.imageSize = model.sizes.imageSize
        sized.positionGrid = model.sizes.positionGrid
        return (
            try ModelWeights(
                [encoder: tensors], from: "untrained", origin: "drawn with seed 0", hints: sized,
                hasPositions: false),
            "a network of these sizes drawn with seed 0 and the official initialisation"
        )
    }
}
