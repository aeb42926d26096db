public import JepaCore
public import JepaTensor

/// Gradient descent with momentum, the learning rate on a cosine with warm-up.
public final class ToyOptimizer: Optimizer {
    public static let descriptor = StageDescriptor(
        name: "toy_sgd", summary: "Gradient descent with momentum.",
        parameters: [.real("lr", in: 0...1e30, default: 0.05, help: "The learning rate.")])

    /// The running sums of the gradients, one per trained weight.
    public private(set) var weights: [Weight] = []
    private let learningRate: Schedule

    public init(parameters: StageParameters) throws {
        let lr = parameters.real("lr")
        learningRate = Schedule(from: lr, to: 0, .cosine, warmUpFrom: lr / 10)
    }

    public func adopt(_ trained: [NamedWeight]) {
        weights = trained.map { $0.companion("velocity") }
    }

    public func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] {
        let rate = learningRate.value(at: step.index, of: step.total, warmUp: step.warmUp)
        for (item, velocity) in zip(trained, weights) {
            guard let gradient = item.weight.gradient else { continue }
            let (v, w) = (velocity.value.mutablePointer, item.weight.value.mutablePointer)
            for i in 0..<gradient.count {
                v[i] = 0.9 * v[i] + gradient.pointer[i]
                w[i] -= Float(rate) * v[i]
            }
        }
        return [Figure("lr", rate)]
    }
}
