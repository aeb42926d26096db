import JepaCore
import JepaTensor

extension StageConformance {
    /// What an optimizer gets wrong, on two weights that pull to zero and one without a gradient.
    func optimizerViolations(_ entry: Registry.Entry) -> [String] {
        do {
            let bench = StageBench(conformance: self, entry: entry, connected: [])
            let (first, second) = (try OptimizerTrial(bench), try OptimizerTrial(bench))
            var found = first.adoptionViolations + weightViolations(of: first, second)
            guard found.isEmpty else { return found }
            try first.materialise()
            try second.materialise()
            let before = first.state()
            let figures = try first.train(0..<6)
            found += figures.flatMap(figureViolations)
            found += first.changeViolations(since: before)
            try second.train(0..<6)
            if first.state() != second.state() {
                found.append("the same gradients give other weights the second time")
            }
            // Three steps, then a new optimizer with the weights of the old one.
            let (half, rest) = (try OptimizerTrial(bench), try OptimizerTrial(bench))
            try half.materialise()
            try half.train(0..<3)
            try rest.materialise()
            rest.take(from: half)
            try rest.train(3..<6)
            if rest.state() != first.state() {
                found.append(
                    "resumed after three steps it goes on otherwise: something it keeps between "
                        + "steps is not in 'weights'")
            }
            let long = try OptimizerTrial(bench)
            try long.materialise()
            let distance = long.distance
            try long.train(0..<40)
            if !(long.distance < distance) {
                found.append("forty steps along the gradient do not come nearer to the minimum")
            }
            return found
        } catch {
            return ["threw '\(error)'"]
        }
    }

    private func weightViolations(of first: OptimizerTrial, _ second: OptimizerTrial) -> [String] {
        weightViolations(of: first.optimizer, and: second.optimizer)
    }
}

/// An optimizer at work on a bowl whose minimum is at zero.
private struct OptimizerTrial {
    let optimizer: any Optimizer
    private let trained: [NamedWeight]
    private static let idle = "network.idle.weight"

    init(_ bench: StageBench) throws {
        guard let optimizer = try bench.make().stage as? any Optimizer else {
            fatalError("'\(bench.entry.descriptor.name)' is registered as an optimizer")
        }
        self.optimizer = optimizer
        let normal = Weight.Initial.truncatedNormal(deviation: 1)
        trained = [("layer.weight", [3, 4]), ("layer.bias", [4]), ("idle.weight", [2, 2])].map {
            NamedWeight(
                name: "network.\($0.0)", weight: Weight($0.0, shape: $0.1, initial: normal))
        }
        optimizer.adopt(trained)
    }

    var adoptionViolations: [String] {
        var found: [String] = []
        for weight in optimizer.weights where weight.isTrainable {
            found.append("its own weight '\(weight.name)' would be trained")
        }
        let owned = Set(optimizer.weights.map(ObjectIdentifier.init))
        for item in trained where owned.contains(ObjectIdentifier(item.weight)) {
            found.append("it claims the weight '\(item.weight.name)' of another stage as its own")
        }
        return found
    }

    func materialise() throws {
        for (key, item) in trained.enumerated() { item.weight.materialise(key: UInt64(key)) }
        for (key, weight) in optimizer.weights.enumerated() {
            weight.materialise(key: UInt64(100 + key))
        }
        try optimizer.prepare()
    }

    /// Takes steps along the gradient of half the sum of squares.
    @discardableResult func train(_ steps: Range<Int>) throws -> [[Figure]] {
        try steps.map { index in
            for item in trained {
                item.weight.clearGradient()
                guard item.name != Self.idle else { continue }
                let value = item.weight.value
                item.weight.accumulate { place, _ in
                    place.update(from: value.pointer, count: value.count)
                }
            }
            let step = StepInfo(index: index, total: 40, warmUp: 0, batchSize: 4, seed: 1)
            return try optimizer.update(trained, at: step) + optimizer.afterUpdate(step)
        }
    }

    /// Every number a checkpoint would hold.
    func state() -> [[Float]] {
        (trained.map(\.weight) + optimizer.weights).map(\.value.elements)
    }

    /// Goes on where another trial is.
    func take(from other: OptimizerTrial) {
        let own = trained.map(\.weight) + optimizer.weights
        let others = other.trained.map(\.weight) + other.optimizer.weights
        for (weight, source) in zip(own, others) { weight.value = source.value.copy() }
    }

    /// How far the weights with a gradient are from zero.
    var distance: Double {
        globalNorm(trained.filter { $0.name != Self.idle }.map(\.weight.value))
    }

    func changeViolations(since before: [[Float]]) -> [String] {
        var found: [String] = []
        for (item, old) in zip(trained, before) {
            let isChanged = item.weight.value.elements != old
            if !item.weight.value.isFinite { found.append("'\(item.name)' is no longer finite") }
            if item.name == Self.idle && isChanged {
                found.append("it changes '\(item.name)', which has no gradient")
            }
            if item.name != Self.idle && !isChanged {
                found.append("six steps do not change '\(item.name)'")
            }
        }
        return found
    }
}
