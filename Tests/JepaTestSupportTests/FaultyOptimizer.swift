import JepaCore
import JepaTensor

/// Gradient descent with momentum that gets one thing wrong.
final class FaultyOptimizer: Optimizer {
    static let descriptor = StageDescriptor(
        name: "faulty_optimizer", summary: "Gradient descent with momentum.",
        parameters: [
            .fault(
                "hides", "idle", "still", "uphill", "early", "trained", "claims", "random",
                "infinite", "figures", "counts")
        ])

    private(set) var weights: [Weight] = []
    private let fault: String
    private var velocities: [Tensor] = []
    private var steps = 0

    init(parameters: StageParameters) throws { fault = parameters.text("fault") }

    func adopt(_ trained: [NamedWeight]) {
        weights = trained.map {
            Weight(
                "velocity.\($0.name)", shape: $0.weight.shape, initial: .constant(0),
                isTrainable: fault == "trained")
        }
        if fault == "early" { weights[0].materialise(key: 0) }
        if fault == "claims" { weights = trained.map(\.weight) }
        if fault == "hides" {
            velocities = weights.map { Tensor(repeating: 0, shape: $0.shape) }
            weights = []
        }
    }

    func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] {
        steps += 1
        var rate: Float = fault == "uphill" ? -0.01 : 0.01
        if fault == "still" { rate = 0 }
        if fault == "random" { rate = .random(in: 0.001...0.02) }
        if fault == "infinite" { rate = .infinity }
        if fault == "counts" { rate /= Float(steps) }
        for (place, item) in trained.enumerated() {
            let weight = item.weight.value
            guard let gradient = item.weight.gradient else {
                if fault == "idle" { scaleInPlace(weight, by: 0.9) }
                continue
            }
            let velocity = fault == "hides" ? velocities[place] : weights[place].value
            for i in 0..<gradient.count {
                velocity.mutablePointer[i] = 0.9 * velocity.pointer[i] + gradient.pointer[i]
                weight.mutablePointer[i] -= rate * velocity.pointer[i]
            }
        }
        return fault == "figures"
            ? [Figure("lr", 1), Figure("lr", 2)] : [Figure("lr", Double(rate))]
    }
}
