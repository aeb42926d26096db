public import JepaCore
public import JepaTensor

/// Stochastic gradient descent with momentum.
///
/// `d = g + wd * p`, `b = momentum * b + d`, `p -= lr * b`, or with Nesterov
/// `p -= lr * (d + momentum * b)`; b starts at 0. Weight decay is part of the gradient (L2), so
/// momentum carries it on; it applies to weights of two and more axes whose name has no `bias`.
///
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning",
/// ICML 2013, in the form of `torch.optim.SGD` without dampening.
public final class SGD: Optimizer {
    public static let descriptor = StageDescriptor(
        name: "sgd", summary: "Stochastic gradient descent with momentum.",
        source: "Sutskever et al., ICML 2013; torch.optim.SGD",
        parameters: LearningRateSchedule.parameters(standard: 0.1) + [
            .real("momentum", in: 0...0.999999, default: 0.9, help: "The share of the last step."),
            .boolean(
                "nesterov", default: false,
                help: "Takes the gradient where momentum is about to lead."),
            .real(
                "weight_decay", in: 0...1e3, default: 0,
                help: "What the gradient gains of the weight itself."),
        ])

    private let learningRate: LearningRateSchedule
    private let momentum: Double
    private let isNesterov: Bool
    private let weightDecay: Double
    private var buffers: [Weight] = []

    public init(parameters: StageParameters) throws {
        learningRate = LearningRateSchedule(parameters)
        momentum = parameters.real("momentum")
        isNesterov = parameters.boolean("nesterov")
        weightDecay = parameters.real("weight_decay")
    }

    public var weights: [Weight] { buffers }

    public func adopt(_ trained: [NamedWeight]) {
        buffers = trained.map { $0.companion("momentum") }
    }

    public func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] {
        let lr = learningRate.value(at: step)
        for (index, item) in trained.enumerated() {
            guard let gradient = item.weight.gradient else { continue }
            momentumUpdate(
                weight: item.weight.value, gradient: gradient, buffer: buffers[index].value,
                learningRate: lr, momentum: momentum, weightDecay: item.isDecayed ? weightDecay : 0,
                isNesterov: isNesterov)
        }
        return [Figure("lr", lr), Figure("weight_decay", weightDecay)]
    }
}
