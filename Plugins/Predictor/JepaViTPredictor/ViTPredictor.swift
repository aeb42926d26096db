public import JepaCore
import JepaNN
public import JepaTensor

/// A narrow vision transformer that predicts the tokens of target patches from context tokens.
///
/// `tokens [B, Kc, D]` are projected to the width `P` and given the positions of `context
/// [B, Kc]`; for each target block of `targets [M, B, K]` they are joined by one mask token per
/// patch with its position. After the blocks the mask tokens are projected to the width of the
/// targets, `E`, which is `D` unless `output_width` says otherwise: `[M*B, K, E]`. Target blocks do
/// not see one another.
/// Source: I-JEPA, section 3, "Prediction".
public final class ViTPredictor: Predictor {
    public static let descriptor = StageDescriptor(
        name: "vit_predictor",
        summary: "Narrow vision transformer: predicts the tokens of target patches.",
        source: "arXiv 2301.08243, section 3",
        outputs: [
            Socket("predictions", .tokens, ["M*B", "K", "E"], help: "One per target patch.")
        ],
        parameters: [
            .integer(
                "width", in: 4...65536, default: 384,
                help: "The length of a token inside the predictor, P; a multiple of 4."),
            .integer("depth", in: 1...1000, default: 6, help: "The number of transformer blocks."),
            .optionalInteger(
                "heads", in: 1...1024, help: "The attention heads; those of the encoder if not set."
            ),
            .optionalInteger(
                "output_width", in: 1...1_000_000,
                help: "The width of the predicted tokens, E; that of 'tokens' if not set."),
            .real(
                "mlp_ratio", in: 0.01...64, default: 4,
                help: "The width of the hidden layer of a block relative to 'width'."),
            .boolean(
                "scale_by_depth", default: false,
                help: "Divides the initial output weights of block l by sqrt(2 l). The official "
                    + "trainer undoes that division, so it is off."),
        ],
        links: [
            .init("input_width", from: "width", of: "tokens", help: "The width of the tokens, D."),
            .init("input_heads", from: "heads", of: "tokens", help: "The heads of the encoder."),
            .init("grid", from: "grid", of: "context", help: "The patch grid of the masks."),
            .init(
                "interpolate_from", from: "interpolate_from", of: "tokens",
                help: "The patch grid whose positions are interpolated, if the encoder's are.",
                isOptional: true),
        ])

    private let network: PredictorNetwork

    public init(parameters: StageParameters) throws {
        let width = parameters.integer("width")
        let heads = parameters.optionalInteger("heads") ?? parameters.linkedInteger("input_heads")
        if width % 4 != 0 {
            throw parameters.error(
                "'width' is \(width); the positions need a multiple of 4", parameter: "width")
        }
        if width % heads != 0 {
            throw parameters.error(
                "'heads' is \(heads), which does not divide the width \(width)",
                parameter: parameters.optionalInteger("heads") == nil ? "width" : "heads")
        }
        let grid = parameters.grid("grid")
        network = PredictorNetwork(
            PredictorNetwork.Configuration(
                gridHeight: grid.height, gridWidth: grid.width,
                inputWidth: parameters.linkedInteger("input_width"),
                outputWidth: parameters.optionalInteger("output_width"), width: width,
                depth: parameters.integer("depth"), heads: heads,
                mlpRatio: parameters.real("mlp_ratio"),
                scalesByDepth: parameters.boolean("scale_by_depth"),
                positionGrid: parameters.optionalGrid("interpolate_from").map {
                    PositionGrid(height: $0.height, width: $0.width)
                }))
    }

    public var dimensions: [String: Dimension] {
        [
            "D": Dimension(network.configuration.inputWidth),
            "E": Dimension(network.configuration.outputWidth),
        ]
    }

    public var weights: [Weight] { network.weights }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        network.forward(
            inputs.variable("tokens"), context: inputs.mask("context"),
            targets: inputs.mask("targets"), on: tape, trace: inputs.trace)
    }

    public func multiplyAdds(for sizes: [String: Int]) -> Int {
        let c = network.configuration
        guard let batch = sizes["B"], let blocks = sizes["M"], let context = sizes["Kc"],
            let targets = sizes["K"]
        else { return 0 }
        let tokens = context + targets
        let block = TransformerBlock.multiplyAdds(
            tokens: tokens, width: c.width, mlpWidth: c.mlpWidth)
        let embedding = context * c.inputWidth * c.width
        let projection = targets * c.width * c.outputWidth
        return batch * (embedding + blocks * (c.depth * block + projection))
    }

    public func keptNumbers(for sizes: [String: Int]) -> Int {
        let c = network.configuration
        guard let batch = sizes["B"], let blocks = sizes["M"], let context = sizes["Kc"],
            let targets = sizes["K"]
        else { return 0 }
        let block = TransformerBlock.keptNumbers(width: c.width, mlpWidth: c.mlpWidth)
        return batch * blocks * ((context + targets) * c.depth * block + targets * c.outputWidth)
    }
}
