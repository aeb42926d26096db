public import JepaCore
public import JepaTensor

/// Layer-wise adaptive rate scaling: momentum with a step as long as each weight allows.
///
/// `d = g + wd * p`; for weights of two and more axes `d *= trust * |p| / |d|` unless a norm is 0;
/// then `b = momentum * b + d`, `p -= lr * b`. Biases and norms have neither weight decay nor
/// scaling. Meant for very large batches; the learning rate counts relative to `trust`, so it is
/// far above that of SGD.
///
/// Source: You, Gitman and Ginsburg, arXiv 1708.03888, in the form that linear probes of
/// self-supervised networks use: decay within the norm, and no scaling of vectors.
public final class LARS: Optimizer {
    public static let descriptor = StageDescriptor(
        name: "lars", summary: "Momentum with layer-wise rates, for very large batches.",
        source: "arXiv 1708.03888",
        parameters: LearningRateSchedule.parameters(standard: 1) + [
            .real("momentum", in: 0...0.999999, default: 0.9, help: "The share of the last step."),
            .real(
                "weight_decay", in: 0...1e3, default: 0,
                help: "What the gradient gains of the weight itself."),
            .real(
                "trust", in: 1e-9...1e3, default: 0.001,
                help: "The length of a step over that of the weight, at learning rate 1."),
        ])

    private let learningRate: LearningRateSchedule
    private let momentum: Double
    private let weightDecay: Double
    private let trust: Double
    private var buffers: [Weight] = []

    public init(parameters: StageParameters) throws {
        learningRate = LearningRateSchedule(parameters)
        momentum = parameters.real("momentum")
        weightDecay = parameters.real("weight_decay")
        trust = parameters.real("trust")
    }

    public var weights: [Weight] { buffers }

    public func adopt(_ trained: [NamedWeight]) {
        buffers = trained.map { $0.companion("momentum") }
    }

    public func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] {
        let lr = learningRate.value(at: step)
        for (index, item) in trained.enumerated() {
            guard let gradient = item.weight.gradient else { continue }
            let decay = item.isDecayed ? weightDecay : 0
            momentumUpdate(
                weight: item.weight.value, gradient: gradient, buffer: buffers[index].value,
                learningRate: lr, momentum: momentum, weightDecay: decay,
                factor: item.isDecayed ? factor(item.weight.value, gradient, decay) : 1)
        }
        return [Figure("lr", lr), Figure("weight_decay", weightDecay)]
    }

    /// `trust * |p| / |g + wd * p|`, or 1 where a norm is 0.
    private func factor(_ weight: Tensor, _ gradient: Tensor, _ decay: Double) -> Double {
        let length = globalNorm([weight])
        let change = globalNorm([sum(gradient, weight, times: Float(decay))])
        return length > 0 && change > 0 ? trust * length / change : 1
    }
}
