import JepaCore
import JepaEvaluation
import JepaFormats
import JepaInterop
import JepaTensor
import JepaTraining

/// Something that images are embedded with: a network, or nothing but their pixels.
struct Embedder {
    /// A text that changes whenever the features would.
    let key: String
    /// The length of the features of one layer.
    let layerWidth: Int
    /// Layers side by side, the last one last.
    let layers: Int
    /// Patches that have features of their own, one behind the other; 1 if they are averaged.
    let places: Int
    /// The numbers of an image.
    var count: Int { places * layers * layerWidth }
    /// Allocates the network; what comes back embeds `[B, C, H, W]` as `[B, count]`.
    let load: () throws -> (Tensor) -> Tensor

    /// The last blocks of an encoder, each averaged over the patches, or patch by patch.
    ///
    /// - Throws: `missing` if the model has no such encoder, `value` if it has fewer blocks.
    init(
        _ model: ModelWeights, encoder: ModelNetwork, layers: Int,
        pooling: FeatureExtractor.Pooling = .mean
    ) throws {
        try FeatureExtractor.checkLayers(layers, depth: model.sizes.depth)
        let size = model.sizes.imageSize
        let sum = try Self.checksum(of: model, encoder)
        key =
            "weights \(sum), \(model.sizes.encoderText), "
            + "\(size.height)x\(size.width), \(layers) layers"
            + (pooling == .none ? ", patch by patch" : "")
        layerWidth = model.sizes.width
        self.layers = layers
        places = pooling == .none ? model.sizes.gridHeight * model.sizes.gridWidth : 1
        load = {
            let extractor = try FeatureExtractor(
                model, encoder: encoder, layers: layers, pooling: pooling)
            return extractor.features
        }
    }

    private init(
        key: String, width: Int, places: Int = 1, embed: @escaping (Tensor) -> Tensor
    ) {
        self.key = key
        layerWidth = width
        layers = 1
        self.places = places
        load = { embed }
    }

    /// The pixels themselves, averaged over a grid of at most 16x16 fields.
    static func pixels(of images: ImageShape) -> Embedder {
        let reduction = PixelReduction(images)
        return Embedder(
            key: "pixels \(reduction.height)x\(reduction.width)", width: reduction.count,
            embed: reduction.reduce)
    }

    /// The pixels of each patch, averaged over a grid of at most 8x8 fields, and where it is.
    static func patchPixels(of images: ImageShape, in grid: PatchGrid) -> Embedder {
        let pixels = PatchPixelFeatures(images, grid)
        return Embedder(
            key: "pixels of \(grid) patches, \(pixels.width) and place",
            width: pixels.width, places: grid.count, embed: pixels.features)
    }

    /// A sum over the tensors of an encoder.
    static func checksum(of model: ModelWeights, _ encoder: ModelNetwork) throws -> String {
        var sum = Checksum()
        for tensor in try model.tensors(of: encoder) { tensor.withUnsafeBytes { sum.add($0) } }
        return sum.text
    }
}
