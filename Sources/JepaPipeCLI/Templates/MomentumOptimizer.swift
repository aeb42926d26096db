public import JepaCore
public import JepaTensor

/// Gradient descent with momentum: `v = momentum * v + gradient`, then `weight -= lr * v`.
///
/// The learning rate rises linearly during warm-up and falls as a cosine. `v` is kept in
/// `weights`, so that checkpoints have it and a resumed run goes on as if uninterrupted.
public final class MomentumOptimizer: Optimizer {
    public static let descriptor = StageDescriptor(
        name: "momentum", summary: "Gradient descent with momentum.",
        parameters: [
            .real("lr", in: 0...1e3, default: 0.05, help: "The learning rate after warm-up."),
            .real("momentum", in: 0...0.9999, default: 0.9, help: "The share of v that stays."),
        ])

    public private(set) var weights: [Weight] = []
    private let learningRate: Schedule
    private let momentum: Float

    public init(parameters: StageParameters) throws {
        let lr = parameters.real("lr")
        learningRate = Schedule(from: lr, to: 0, .cosine, warmUpFrom: lr / 10)
        momentum = Float(parameters.real("momentum"))
    }

    public func adopt(_ trained: [NamedWeight]) {
        weights = trained.map {
            Weight(
                "v.\($0.name)", shape: $0.weight.shape, initial: .constant(0), isTrainable: false)
        }
    }

    public func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] {
        let lr = learningRate.value(at: step.index, of: step.total, warmUp: step.warmUp)
        for (item, velocity) in zip(trained, weights) {
            guard let gradient = item.weight.gradient else { continue }
            let (v, weight) = (velocity.value.mutablePointer, item.weight.value.mutablePointer)
            for i in 0..<gradient.count {
                v[i] = momentum * v[i] + gradient.pointer[i]
                weight[i] -= Float(lr) * v[i]
            }
        }
        return [Figure("lr", lr)]
    }
}
