import JepaCore
import JepaImages
import JepaInterop
import JepaTraining

/// What all commands for pictures of an encoder are asked: which one, of which images, where to.
struct PictureRequest {
    /// The weights and, of a run, its pipeline.
    let loading: ModelLoading
    /// Which of its encoders.
    let encoder: ModelNetwork
    /// The weights for images of the size that is asked for.
    let model: ModelWeights
    /// The same network before any training, and what it is.
    let untrained: (model: ModelWeights, words: String)
    /// What pictures are made of.
    let images: PictureImages
    /// Where they go.
    let folder: PictureFolder

    /// The options that these commands share.
    static let options: [CommandDescriptor.Option] =
        [.pictureData, .pictureSize, .pictureCount, .pictureSeed, .pictureFolder, .encoder]
        + [.heads, .pipeline, .recomputePositions, .interpolatePositions, .plugins]

    /// Loads weights and images.
    ///
    /// - Parameter reference: Further images to compare with.
    init(_ arguments: CommandLineArguments, reference: Int = 0, registry: Registry) throws {
        let path = arguments.argument("WEIGHTS")
        folder = try PictureFolder(of: path, out: arguments.value("--out"))
        encoder = ModelNetwork(option: arguments.text("--encoder"))
        let size = try arguments.imageSize("--size")
        let data = arguments.value("--data")
        if size != nil && data == nil {
            throw PipelineError(
                .usage, "'--size' goes with '--data': the images of a run have their own size")
        }
        loading = try ModelLoading(
            path, wanted: [encoder], pipelineFile: arguments.value("--pipeline"),
            hints: ModelHints(
                heads: arguments.optionalInteger("--heads"),
                recomputesPositions: arguments.isOn("--recompute-positions"), loneEncoder: encoder),
            registry: registry)
        let isInterpolated = try arguments.interpolatesPositions(to: size)
        func sized(_ model: ModelWeights) throws -> ModelWeights {
            try size.map {
                try model.resized(
                    height: $0.height, width: $0.width, interpolating: isInterpolated)
            } ?? model
        }
        model = try sized(loading.model)
        let before = try loading.untrained(encoder)
        untrained = (try sized(before.model), before.words)
        for remark in model.remarks { JepaPipe.report(remark) }
        let count = arguments.integer("--images")
        let seed = UInt64(arguments.integer("--seed"))
        if let data {
            images = try PictureImages(
                folder: data, size: model.sizes.imageSize, like: loading.pipeline, count: count,
                reference: reference, seed: seed)
        } else if let run = loading.run {
            images = try PictureImages(
                of: run, count: count, reference: reference, seed: seed)
        } else {
            throw PipelineError(
                .usage, "missing --data FOLDER: '\(path)' is no run, which would have images",
                notes: ["A folder of JPEG and PNG images, flat or nested."])
        }
    }

    /// The patches of an image.
    var grid: PatchGrid {
        PatchGrid(height: model.sizes.gridHeight, width: model.sizes.gridWidth)
    }

    /// `target encoder of runs/ijepa, after 400 steps`
    var title: String {
        let words = loading.words(of: encoder)
        guard let step = loading.step else { return "\(words) of \(model.path)" }
        return "\(words) of \(RunFolder.runPath(of: model.path)), after \(step) steps"
    }

    /// The name of a file: `attention.png`, or `attention-context.png` for the context encoder.
    func fileName(_ words: String...) -> String {
        let all = words + (encoder == .contextEncoder ? ["context"] : [])
        return all.joined(separator: "-") + ".png"
    }

    /// The images as they are shown, with what they are called.
    var shown: [(picture: Image, name: String)] {
        zip(images.pictures, images.names).map { ($0, $1) }
    }
}

extension CommandDescriptor.Option {
    /// Where images come from.
    static let pictureData = Self(
        name: "--data", value: "FOLDER",
        help: "The images; if not given, those that the run holds out, or those it trained on.")
    /// How large they are.
    static let pictureSize = Self(
        name: "--size", value: "PIXELS",
        help: "Another image size, as 448 or 224x448; positions are computed for it unless they "
            + "are to be interpolated.")
    /// How many.
    static let pictureCount = Self(
        name: "--images", value: "N", range: 1...100, standard: "4", help: "How many images.")
    /// Which.
    static let pictureSeed = Self(
        name: "--seed", value: "N", range: 0...Int.max, standard: "0",
        help: "Chooses the images at random; the same number chooses the same.")
    /// Where pictures go.
    static let pictureFolder = Self(
        name: "--out", short: "-o", value: "DIR",
        help: "The folder for the pictures; 'pictures' in that of the run if not given.")
}
