/// The networks of a joint-embedding predictive model, by the names of the official checkpoints.
public enum ModelNetwork: String, CaseIterable, Codable, Sendable {
    /// Sees the context and is trained.
    case contextEncoder = "encoder"
    /// Follows the context encoder; the one that the paper evaluates.
    case targetEncoder = "target_encoder"
    /// Predicts the tokens of the target blocks.
    case predictor

    /// As a sentence names it: `target encoder`.
    public var words: String {
        switch self {
        case .contextEncoder: "context encoder"
        case .targetEncoder: "target encoder"
        case .predictor: "predictor"
        }
    }

    /// The names of the tensors that hold positions, which are no weights.
    public static var positionNames: Set<String> { Set(allCases.map(\.positionName)) }

    /// The name of the tensor that holds its positions.
    var positionName: String { self == .predictor ? "predictor_pos_embed" : "pos_embed" }
}
