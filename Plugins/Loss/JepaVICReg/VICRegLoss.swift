public import JepaCore
public import JepaTensor

/// Pulls the embeddings of two views together and keeps those of different images apart.
///
/// `predictions` and `targets`, one view each, `[R, K, D]`, are averaged to one embedding a row,
/// `z` and `z'`. Then
/// `invariance * mean (z - z')^2 + variance * (v(z) + v(z')) / 2 + covariance * (c(z) + c(z'))`
/// with `v` the mean over the dimensions of `relu(1 - sqrt(var + epsilon))` and `c` the sum of the
/// squared covariances of different dimensions over `D`, both unbiased over the batch. Gradients
/// flow into both views, unless one comes from a network that is not trained.
/// Source: VICReg, arXiv 2105.04906, section 4.1, with the factors of its code: the mean of both
/// variances (the paper's equation 6 adds them) and the sum of both covariances.
public struct VICRegLoss: Loss {
    public static let descriptor = StageDescriptor(
        name: "vicreg",
        summary: "Two views agree, dimensions vary and are uncorrelated: VICReg.",
        source: "arXiv 2105.04906",
        inputs: [
            Socket("predictions", .tokens, ["R", "K", "D"], help: "The embeddings of one view."),
            Socket("targets", .tokens, ["R", "L", "D"], help: "Those of the other view."),
        ],
        parameters: [
            .real(
                "invariance", in: 0...1e6, default: 25,
                help: "The weight of the squared distance between the views."),
            .real(
                "variance", in: 0...1e6, default: 25,
                help: "The weight of the hinge that asks each dimension for a deviation of 1."),
            .real(
                "covariance", in: 0...1e6, default: 1,
                help: "The weight of the squared covariances between dimensions."),
            .real(
                "epsilon", in: 1e-12...1, default: 1e-4,
                help: "Added to the variance before its root is taken."),
        ])

    private let invariance: Float
    private let variance: Float
    private let covariance: Float
    private let epsilon: Float

    public init(parameters: StageParameters) throws {
        invariance = Float(parameters.real("invariance"))
        variance = Float(parameters.real("variance"))
        covariance = Float(parameters.real("covariance"))
        epsilon = Float(parameters.real("epsilon"))
    }

    public var couplesImages: Bool { true }

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let views = ["predictions", "targets"].map { tape.meanPool(inputs.variable($0)) }
        var loss = tape.scale(tape.squaredError(views[0], views[1]), by: invariance)
        for view in views {
            loss = tape.add(
                loss,
                tape.varianceCovariance(
                    view, varianceWeight: variance / 2, covarianceWeight: covariance,
                    epsilon: epsilon))
        }
        return loss
    }
}
