import JepaCore
import JepaLARS
import JepaSGD
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct OptimizerTests {
    private let shapes = ["weight": [4, 3], "bias": [4]]

    private func tensor(_ values: [Double], _ shape: [Int]) -> Tensor {
        Tensor(values.map { Float($0) }, shape: shape)
    }

    /// The weights after all steps of the golden run.
    private func trained(
        by optimizer: any Optimizer, _ golden: GoldenNumbers
    ) throws -> [Tensor] {
        let weights = [("weight", golden.start.weight), ("bias", golden.start.bias)].map {
            name, values in
            let weight = Weight("head.\(name)", shape: shapes[name]!, initial: .constant(0))
            weight.value = tensor(values, shapes[name]!)
            return NamedWeight(name: name, weight: weight)
        }
        optimizer.adopt(weights)
        for buffer in optimizer.weights { buffer.materialise(key: 0) }
        for (index, gradients) in golden.gradients.enumerated() {
            for (item, values) in zip(weights, [gradients.weight, gradients.bias]) {
                item.weight.accumulate { place, _ in
                    for (i, value) in values.enumerated() { place[i] = Float(value) }
                }
            }
            _ = try optimizer.update(
                weights,
                at: StepInfo(
                    index: index, total: golden.gradients.count, warmUp: 0, batchSize: 1, seed: 0))
            for item in weights { item.weight.clearGradient() }
        }
        return weights.map(\.weight.value)
    }

    private func sgd(_ values: Setting) throws -> SGD {
        try SGD(parameters: StageParameters(for: SGD.self, values))
    }

    private func expect(_ found: [Tensor], _ golden: GoldenNumbers.Weights) {
        // Five steps in float32 against float64.
        expectEqual(found[0], tensor(golden.weight, [4, 3]), .absolute(2e-6))
        expectEqual(found[1], tensor(golden.bias, [4]), .absolute(2e-6))
    }

    @Test func sgdIsThatOfPyTorch() throws {
        let golden = try GoldenNumbers.read()
        let decayed: Setting = ["lr": 0.1, "schedule": "constant", "weight_decay": 0.05]
        expect(try trained(by: sgd(decayed), golden), golden.sgd)
        let nesterov: Setting = [
            "lr": 0.1, "schedule": "constant", "weight_decay": 0.05, "nesterov": true,
        ]
        expect(try trained(by: sgd(nesterov), golden), golden.nesterov)
        let plain: Setting = ["lr": 0.1, "schedule": "constant", "momentum": 0.0]
        expect(try trained(by: sgd(plain), golden), golden.plain)
        withKnownIssue {
            expect(try trained(by: sgd(plain), golden), golden.sgd)
        }
    }

    @Test func larsScalesMatricesOnly() throws {
        let golden = try GoldenNumbers.read()
        let optimizer = try LARS(
            parameters: StageParameters(
                for: LARS.self, ["lr": 2.0, "schedule": "constant", "weight_decay": 0.05]))
        expect(try trained(by: optimizer, golden), golden.lars)
    }

    @Test func aWeightOfZeroIsNotScaledByItsLength() throws {
        let weight = Weight("weight", shape: [1, 2], initial: .constant(0))
        weight.materialise(key: 0)
        let named = [NamedWeight(name: "weight", weight: weight)]
        let optimizer = try LARS(
            parameters: StageParameters(for: LARS.self, ["lr": 1.0, "schedule": "constant"]))
        optimizer.adopt(named)
        for buffer in optimizer.weights { buffer.materialise(key: 0) }
        weight.accumulate { place, _ in (place[0], place[1]) = (3, 4) }
        let step = StepInfo(index: 0, total: 1, warmUp: 0, batchSize: 1, seed: 0)
        _ = try optimizer.update(named, at: step)
        #expect(weight.value.elements == [-3, -4])
    }

    // MARK: - Learning rates

    private func rates(_ values: Setting, total: Int, warmUp: Int = 0) throws -> [Double] {
        let schedule = LearningRateSchedule(try StageParameters(for: SGD.self, values))
        return (0..<total).map {
            schedule.value(
                at: StepInfo(index: $0, total: total, warmUp: warmUp, batchSize: 1, seed: 0))
        }
    }

    /// 50 epochs, divided by 10 every 15.
    @Test func stepsFallWhereTheyAreDue() throws {
        let found = try rates(["lr": 1.0, "schedule": "steps"], total: 50)
        #expect(found[..<15].allSatisfy { $0 == 1 })
        #expect(found[15..<30].allSatisfy { $0 == 0.1 })
        #expect(found[30..<45].allSatisfy { abs($0 - 0.01) < 1e-15 })
        #expect(found[45...].allSatisfy { abs($0 - 0.001) < 1e-15 })
        let thirds = try rates(
            ["lr": 8.0, "schedule": "steps", "step_every": 0.5, "step_factor": 2.0], total: 4)
        #expect(thirds == [8, 8, 4, 4])
    }

    @Test func warmUpRisesAndTheCosineFalls() throws {
        let found = try rates(["lr": 1.0, "final_lr": 0.0], total: 6, warmUp: 2)
        #expect(found[0] == 0.5 && found[1] == 1 && found[2] == 1)
        #expect(abs(found[4] - 0.5) < 1e-12)
        #expect(try rates(["lr": 3.0, "schedule": "constant"], total: 2) == [3, 3])
    }
}

@Suite struct CrossEntropyTests {
    @Test(arguments: [Float(0), 0.1])
    func lossAndGradientAreThoseOfPyTorch(smoothing: Float) throws {
        let golden = try GoldenNumbers.read().crossEntropy
        let expected = smoothing == 0 ? golden.plain : golden.smoothed
        let logits = Variable(
            Tensor(golden.logits.map { Float($0) }, shape: [5, 3]), requiresGradient: true)
        let tape = Tape()
        let loss = tape.crossEntropy(
            logits, targets: Tape.targets(classes: golden.labels, of: 3, smoothing: smoothing))
        #expect(abs(Double(loss.value.scalar) - expected.loss) < 1e-6)
        tape.backward(from: [(loss, 1)])
        expectEqual(
            try #require(logits.receivedGradient),
            Tensor(expected.gradient.map { Float($0) }, shape: [5, 3]), .absolute(1e-7))
    }

    @Test(arguments: [[1, 1], [1, 5], [7, 3]])
    func gradientsAreThoseOfDifferences(shape: [Int]) {
        let (rows, classes) = (shape[0], shape[1])
        // Soft targets that no class has alone, as mixup makes them.
        let shares = (0..<rows * classes).map { Float(1 + $0 % 3) }
        let targets = Tensor(shares, shape: shape)
        for row in 0..<rows {
            let place = targets.mutablePointer + row * classes
            let total = (0..<classes).reduce(Float(0)) { $0 + place[$1] }
            for c in 0..<classes { place[c] /= total }
        }
        expectGradients(inputs: [sampleTensor(shape, seed: 4)]) { tape, x in
            tape.crossEntropy(x[0], targets: targets)
        }
    }

    @Test func hugeLogitsDoNotOverflow() {
        let tape = Tape()
        let loss = tape.crossEntropy(
            Variable(Tensor([1000, -1000], shape: [1, 2])),
            targets: Tape.targets(classes: [1], of: 2))
        #expect(loss.value.scalar == 2000)
    }
}
