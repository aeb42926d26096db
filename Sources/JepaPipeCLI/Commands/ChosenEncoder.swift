import JepaCore
import JepaInterop

/// The encoder that a command line names, for the images that it names.
struct ChosenEncoder {
    /// The weights as they are in their file, and where they come from.
    let loading: ModelLoading
    /// Which encoder of them.
    let encoder: ModelNetwork
    /// The weights for the images of the command line.
    let model: ModelWeights
    /// Whether positions are interpolated for another image size.
    let isInterpolated: Bool
    private let size: (height: Int, width: Int)?
    /// The encoder as messages and records call it.
    var words: String { loading.words(of: encoder) }

    /// What a command takes for it, besides the argument WEIGHTS.
    static let options: [CommandDescriptor.Option] = [
        .init(
            name: "--size", value: "PIXELS",
            help: "Another image size, as 448 or 224x448; positions are computed for it unless "
                + "they are to be interpolated."),
        .init(
            name: "--batch", value: "N", range: 1...4096, standard: "32",
            help: "Images embedded at a time."),
        .encoder, .heads, .pipeline, .recomputePositions, .interpolatePositions,
        .plugins,
    ]

    /// Reads the weights.
    ///
    /// - Throws: `usage` for options that do not go together; as `ModelLoading`; `value` if patches
    ///   do not fill the images.
    init(_ arguments: CommandLineArguments, registry: Registry) throws {
        encoder = ModelNetwork(option: arguments.text("--encoder"))
        size = try arguments.imageSize("--size")
        isInterpolated = try arguments.interpolatesPositions(to: size)
        loading = try ModelLoading(
            arguments.argument("WEIGHTS"), wanted: [encoder],
            pipelineFile: arguments.value("--pipeline"),
            hints: ModelHints(
                heads: arguments.optionalInteger("--heads"),
                recomputesPositions: arguments.isOn("--recompute-positions"), loneEncoder: encoder),
            registry: registry)
        model = try Self.resized(loading.model, size, isInterpolated)
        for remark in model.remarks { JepaPipe.report(remark) }
    }

    /// The same encoder before any training, for the same images.
    func untrained() throws -> (model: ModelWeights, words: String) {
        let drawn = try loading.untrained(encoder)
        return (try Self.resized(drawn.model, size, isInterpolated), drawn.words)
    }

    private static func resized(
        _ model: ModelWeights, _ size: (height: Int, width: Int)?, _ isInterpolated: Bool
    ) throws -> ModelWeights {
        guard let size else { return model }
        return try model.resized(
            height: size.height, width: size.width, interpolating: isInterpolated)
    }
}
