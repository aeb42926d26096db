public import JepaCore
public import JepaTensor

/// Keeps the embeddings of different images apart and their dimensions uncorrelated.
///
/// Tokens `[B, K, D]` are averaged to one embedding per image; then
/// `variance * mean_d relu(1 - sqrt(var_d + epsilon)) + covariance * sum_{i != j} C_ij^2 / D`
/// with the unbiased variance and covariance over the batch. It compares images with each other,
/// so it needs the whole batch at once.
/// Source: VICReg, arXiv 2105.04906, equations 1 to 4; on I-JEPA's context tokens: C-JEPA,
/// arXiv 2410.19560.
public struct VarianceCovarianceLoss: Loss {
    public static let descriptor = StageDescriptor(
        name: "variance_covariance",
        summary: "VICReg's variance and covariance terms on mean-pooled tokens; prevents collapse.",
        source: "arXiv 2105.04906, arXiv 2410.19560",
        inputs: [
            Socket("tokens", .tokens, ["B", "K", "D"], help: "The tokens of the context encoder.")
        ],
        parameters: [
            .real(
                "variance", in: 0...1e6, default: 1,
                help: "The weight of the hinge that asks each dimension for a deviation of 1."),
            .real(
                "covariance", in: 0...1e6, default: 0.04,
                help: "The weight of the squared covariances between dimensions."),
            .real(
                "epsilon", in: 1e-12...1, default: 1e-4,
                help: "Added to the variance before its root is taken."),
        ])

    private let variance: Float
    private let covariance: Float
    private let epsilon: Float

    public init(parameters: StageParameters) throws {
        variance = Float(parameters.real("variance"))
        covariance = Float(parameters.real("covariance"))
        epsilon = Float(parameters.real("epsilon"))
    }

    public var couplesImages: Bool { true }

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.varianceCovariance(
            tape.meanPool(inputs.variable("tokens")), varianceWeight: variance,
            covarianceWeight: covariance, epsilon: epsilon)
    }
}
