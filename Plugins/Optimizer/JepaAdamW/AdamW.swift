public import JepaCore
public import JepaTensor

/// Adam with decoupled weight decay.
///
/// `p *= 1 - lr * wd`, then `p -= lr * m_hat / (sqrt(v_hat) + epsilon)`. The learning rate rises
/// linearly during warm-up and falls as a cosine; the weight decay follows its own curve from the
/// first step on. Decay applies to weights of two and more axes whose name has no `bias`: never to
/// biases and norms, but to the mask token `[1, 1, P]`, as in the official code.
/// Source: Loshchilov and Hutter, arXiv 1711.05101; schedules: facebookresearch/ijepa.
public final class AdamW: Optimizer {
    public static let descriptor = StageDescriptor(
        name: "adamw",
        summary: "Adam with decoupled weight decay, warm-up and a cosine learning rate.",
        source: "arXiv 1711.05101",
        parameters: [
            .real("lr", in: 0...1e3, default: 1e-3, help: "The learning rate after warm-up."),
            .optionalReal(
                "start_lr", in: 0...1e3,
                help: "The learning rate that warm-up begins with; a fifth of 'lr' if not given."),
            .real(
                "final_lr", in: 0...1e3, default: 1e-6,
                help: "The learning rate at the end of the schedule."),
            .pair(
                "weight_decay", in: 0...1e3, default: (0.04, 0.4),
                help: "The weight decay at the first and at the last step."),
            .choice(
                "weight_decay_curve", of: Schedule.Curve.self, default: .cosine,
                help: "The curve of the weight decay; the paper's is linear."),
            .pair(
                "betas", in: 0...0.999999, default: (0.9, 0.999),
                help: "The decay of the first and the second moment."),
            .real(
                "epsilon", in: 1e-16...1, default: 1e-8,
                help: "Added to the root of the second moment."),
        ])

    private let learningRate: Schedule
    private let weightDecay: Schedule
    private let betas: (Double, Double)
    private let epsilon: Double
    private var firstMoments: [Weight] = []
    private var secondMoments: [Weight] = []

    public init(parameters: StageParameters) throws {
        let lr = parameters.real("lr")
        learningRate = Schedule(
            from: lr, to: parameters.real("final_lr"), .cosine,
            warmUpFrom: parameters.optionalReal("start_lr") ?? lr / 5)
        let (first, last) = parameters.pair("weight_decay")
        let curve = parameters.choice("weight_decay_curve", as: Schedule.Curve.self)
        weightDecay = Schedule(from: first, to: last, curve)
        betas = parameters.pair("betas")
        epsilon = parameters.real("epsilon")
    }

    public var weights: [Weight] { firstMoments + secondMoments }

    public func adopt(_ trained: [NamedWeight]) {
        firstMoments = trained.map { $0.companion("first_moment") }
        secondMoments = trained.map { $0.companion("second_moment") }
    }

    public func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] {
        // The official trainer advances these two schedules before the first step.
        let lr = learningRate.value(at: step.index, of: step.total, warmUp: step.warmUp, offset: 1)
        let decay = weightDecay.value(at: step.index, of: step.total, offset: 1)
        for (index, item) in trained.enumerated() {
            guard let gradient = item.weight.gradient else { continue }
            adamWUpdate(
                weight: item.weight.value, gradient: gradient,
                firstMoment: firstMoments[index].value, secondMoment: secondMoments[index].value,
                learningRate: lr, beta1: betas.0, beta2: betas.1, epsilon: epsilon,
                weightDecay: item.isDecayed ? decay : 0, step: step.index + 1)
        }
        return [Figure("lr", lr), Figure("weight_decay", decay)]
    }
}
