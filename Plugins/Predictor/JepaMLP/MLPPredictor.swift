public import JepaCore
import JepaNN
public import JepaTensor

/// A perceptron with batch norm: the projector or the predictor of a joint embedding.
///
/// `tokens [R, K, D]` are averaged to one per row unless `pool` is off, `T` tokens each; then
/// `layers - 1` times a linear map to `width`, batch norm and ReLU, and a linear map to
/// `output_width`: `[R, T, E]`. The hidden maps have no bias, which batch norm would take away again.
/// With `output_norm` the result is normalised once more, without scale and shift.
///
/// Batch norm uses the statistics of the batch and keeps none for later: an evaluation looks at
/// encoders. Linear weights have the variance of PyTorch's default, `1 / (3 inputs)`, but are
/// normal.
/// Source: VICReg, arXiv 2105.04906, section 4.2 (`output_bias: false`); SimSiam, arXiv 2011.10566,
/// section 3 (projector: `output_norm: true`, predictor: `layers: 2`).
public final class MLPPredictor: Predictor {
    public static let descriptor = StageDescriptor(
        name: "mlp",
        summary: "Perceptron with batch norm and ReLU: a projector, or SimSiam's predictor.",
        source: "arXiv 2105.04906, arXiv 2011.10566",
        inputs: [Socket("tokens", .tokens, ["R", "K", "D"], help: "The tokens to project.")],
        outputs: [Socket("tokens", .tokens, ["R", "T", "E"], help: "The projected tokens.")],
        parameters: [
            .integer("layers", in: 1...16, default: 3, help: "The number of linear maps."),
            .integer(
                "width", in: 1...65536, default: 2048, help: "The length of a hidden token."),
            .optionalInteger(
                "output_width", in: 1...65536,
                help: "The length of a token of the result, E; 'width' if not set."),
            .boolean(
                "pool", default: true, help: "Averages the tokens of each row to one first."),
            .boolean(
                "output_bias", default: true, help: "Whether the last linear map has a bias."),
            .boolean(
                "output_norm", default: false,
                help: "Whether batch norm, without scale and shift, follows the last linear map."),
        ],
        links: [
            .init("input_width", from: "width", of: "tokens", help: "The width of the tokens, D.")
        ])

    /// A hidden linear map with the norm that follows it.
    private struct Layer {
        let linear: Linear
        let scale: Weight
        let shift: Weight
    }

    private static let epsilon: Float = 1e-5

    private let pools: Bool
    private let inputWidth: Int
    private let outputWidth: Int
    private let hidden: [Layer]
    private let output: Linear
    private let normalisesOutput: Bool

    public init(parameters: StageParameters) throws {
        pools = parameters.boolean("pool")
        inputWidth = parameters.linkedInteger("input_width")
        normalisesOutput = parameters.boolean("output_norm")
        let width = parameters.integer("width")
        outputWidth = parameters.optionalInteger("output_width") ?? width
        let count = parameters.integer("layers")
        var inputs = inputWidth
        hidden = (0..<count - 1).map { index in
            defer { inputs = width }
            return Layer(
                linear: Linear(
                    "layers.\(index)", inputs: inputs, outputs: width, hasBias: false,
                    deviation: Self.deviation(inputs)),
                scale: Weight("norms.\(index).weight", shape: [width], initial: .constant(1)),
                shift: Weight("norms.\(index).bias", shape: [width], initial: .constant(0)))
        }
        output = Linear(
            "layers.\(count - 1)", inputs: inputs, outputs: outputWidth,
            hasBias: parameters.boolean("output_bias"), deviation: Self.deviation(inputs))
    }

    /// The deviation of weights uniform in plus and minus `1 / sqrt(inputs)`.
    private static func deviation(_ inputs: Int) -> Float { 1 / Float(3 * inputs).squareRoot() }

    public var properties: [String: StageProperty] { ["width": .integer(outputWidth)] }

    public var dimensions: [String: Dimension] {
        [
            "D": Dimension(inputWidth), "E": Dimension(outputWidth),
            "T": pools ? Dimension(1) : Dimension("K"),
        ]
    }

    public var weights: [Weight] {
        hidden.flatMap { $0.linear.weights + [$0.scale, $0.shift] } + output.weights
    }

    /// Batch norm compares the rows of a batch.
    public var couplesImages: Bool { normalisesOutput || !hidden.isEmpty }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        var x = inputs.variable("tokens")
        if pools {
            let pooled = tape.meanPool(x)
            x = tape.reshape(pooled, [pooled.shape[0], 1, pooled.shape[1]])
        }
        for layer in hidden {
            x = tape.batchNorm(
                layer.linear(x, on: tape), weight: layer.scale, bias: layer.shift,
                epsilon: Self.epsilon)
            x = tape.relu(x)
        }
        x = output(x, on: tape)
        return normalisesOutput
            ? tape.batchNorm(x, weight: nil, bias: nil, epsilon: Self.epsilon) : x
    }

    public func multiplyAdds(for sizes: [String: Int]) -> Int {
        guard let rows = sizes["R"], let tokens = sizes["T"] else { return 0 }
        let maps = hidden.map(\.linear) + [output]
        return rows * tokens * maps.reduce(0) { $0 + $1.weight.count }
    }

    public func keptNumbers(for sizes: [String: Int]) -> Int {
        guard let rows = sizes["R"], let tokens = sizes["T"] else { return 0 }
        // Of each hidden layer the map's result and that of the ReLU; the last map's result.
        let widths = hidden.reduce(0) { $0 + 2 * $1.scale.count } + outputWidth
        return rows * tokens * widths
    }
}
