import JepaCore
import JepaFormats
import JepaNN
public import JepaTensor

/// Embeds images with an encoder.
public final class FeatureExtractor {
    /// What becomes of the tokens of an image.
    public enum Pooling: String, CaseIterable, Sendable {
        /// Their mean, one row per image.
        case mean
        /// Nothing: one row per patch.
        case none
    }

    /// The length of a row: the width of the encoder times the layers.
    public let width: Int
    /// Rows of an image; nil if its tokens are pooled.
    public let patches: Int?
    private let network: VisionTransformer
    private let layers: Int

    /// Loads an encoder.
    ///
    /// - Parameters:
    ///   - layers: How many of the last blocks are put side by side, each through the final norm;
    ///     the last one last.
    /// - Throws: `missing` if the model has no such encoder, `value` if it has fewer blocks.
    public init(
        _ model: ModelWeights, encoder: ModelNetwork, layers: Int = 1, pooling: Pooling = .mean
    ) throws {
        try FeatureExtractor.checkLayers(layers, depth: model.sizes.depth)
        network = try model.encoder(encoder)
        self.layers = layers
        width = layers * model.sizes.width
        patches = pooling == .none ? model.sizes.gridHeight * model.sizes.gridWidth : nil
    }

    /// Checks that an encoder has so many blocks.
    ///
    /// - Throws: `value` if it has fewer.
    public static func checkLayers(_ layers: Int, depth: Int) throws {
        guard (1...depth).contains(layers) else {
            throw PipelineError(
                .value, "an encoder of depth \(depth) does not have \(layers) layers")
        }
    }

    /// Embeds images `[B, C, H, W]`, normalised.
    ///
    /// - Returns: `[B, width]`, or `[B, N, width]` without pooling.
    public func features(of images: Tensor) -> Tensor {
        let tape = Tape(recording: false)
        let outputs = network.lastLayers(layers, of: Variable(images), on: tape)
            .map { patches == nil ? tape.meanPool($0).value : $0.value }
        guard outputs.count > 1 else { return outputs[0] }
        let rows = images.shape[0] * (patches ?? 1)
        let part = width / layers
        let result = Tensor(
            uninitialized: [images.shape[0]] + (patches.map { [$0] } ?? []) + [width])
        for (place, output) in outputs.enumerated() {
            for row in 0..<rows {
                (result.mutablePointer + row * width + place * part)
                    .update(from: output.pointer + row * part, count: part)
            }
        }
        return result
    }
}
