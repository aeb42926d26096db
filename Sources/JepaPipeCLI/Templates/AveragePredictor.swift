public import JepaCore
import JepaNN
public import JepaTensor

/// Predicts a patch from the mean of the context tokens and from where it is.
///
/// `tokens [B, Kc, D]` are averaged; for each patch of `targets [M, B, K]` a small network gets that
/// mean, plus a learned token, plus the position of the patch: `[M*B, K, D]`.
public final class AveragePredictor: Predictor {
    public static let descriptor = StageDescriptor(
        name: "average", summary: "Predicts from the mean context token and the position.",
        parameters: [
            .integer("hidden", in: 1...65536, default: 128, help: "Width of the hidden layer.")
        ],
        links: [
            .init("width", from: "width", of: "tokens", help: "The width of the tokens, D."),
            .init("grid", from: "grid", of: "context", help: "The patch grid of the masks."),
        ])

    private let token: Weight
    private let mlp: Mlp
    private let grid: PatchGrid
    private lazy var positions = SinCosPositions.table(
        rows: grid.height, columns: grid.width, width: token.count)

    public init(parameters: StageParameters) throws {
        let width = parameters.linkedInteger("width")
        guard width % 4 == 0 else {
            throw parameters.error("positions need a width that 4 divides, not \(width)")
        }
        grid = parameters.grid("grid")
        token = Weight("token", shape: [1, 1, width], initial: .truncatedNormal(deviation: 0.02))
        mlp = Mlp("mlp", width: width, hidden: parameters.integer("hidden"))
    }

    public var weights: [Weight] { [token] + mlp.weights }
    public var dimensions: [String: Dimension] { ["D": Dimension(token.count)] }

    public func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let (tokens, targets) = (inputs.variable("tokens"), inputs.mask("targets"))
        let mean = tape.reshape(tape.meanPool(tokens), [targets.batch, 1, token.count])
        let first = [Int32](repeating: 0, count: targets.values.count)
        let means = tape.gather(
            mean,
            PatchIndices(
                blocks: targets.blocks, batch: targets.batch, kept: targets.kept, values: first))
        let places = tape.maskTokens(token: token, positions: positions, indices: targets)
        let asked = tape.add(means, places)
        return mlp(asked, residual: asked, on: tape)
    }
}
