import JepaCore
import JepaCosine
import JepaMLP
import JepaSIGReg
import JepaTensor
import JepaTestSupport
import JepaVICReg
import Testing

/// The projector and the losses of the joint-embedding families, against numbers from PyTorch
/// (`Tests/Peers/families.py`) and central differences.
@Suite struct FamilyStagesTests {
    private let reference: Golden

    init() throws { reference = try Golden("families") }

    private func tensor(_ name: String) throws -> Tensor { try reference.tensor(name) }

    private func mlp(_ values: Setting) throws -> MLPPredictor {
        let stage = try MLPPredictor(
            parameters: StageParameters(
                for: MLPPredictor.self, values, linked: ["input_width": .integer(5)],
                connected: ["tokens"]))
        for weight in stage.weights {
            weight.materialise(key: StageRandom(seed: 1, purpose: weight.name).key)
        }
        return stage
    }

    private func inputs(_ values: [String: Variable], step: Int = 0) -> StageInputs {
        StageInputs(
            values.mapValues { .variable($0) },
            random: StageRandom(seed: 3, purpose: "loss", step: step))
    }

    // MARK: - Projector

    @Test(arguments: [("mlp", false), ("mlp.norm", true)])
    func theProjectorAgreesWithPyTorch(name: String, normalises: Bool) throws {
        let stage = try mlp([
            "width": 8, "output_width": 4, "output_norm": Setting(.boolean(normalises)),
        ])
        for weight in stage.weights { weight.value = try tensor("mlp.weights.\(weight.name)") }
        let tokens = Variable(try tensor("mlp.tokens"), requiresGradient: true)
        let tape = Tape()
        let output = try stage.predict(inputs(["tokens": tokens]), on: tape)
        #expect(output.shape == [6, 1, 4])
        // Six rows through two norms: float32 against float64.
        let expected = try tensor("\(name).output").reshaped([6, 1, 4])
        expectEqual(output.value, expected, .ofLargest(1e-5), "output")
        output.accumulate(try tensor("\(name).factors").reshaped([6, 1, 4]))
        tape.backward(from: [])
        let gradient = try #require(tokens.receivedGradient)
        expectEqual(gradient, try tensor("\(name).gradient"), .ofLargest(1e-4), "gradient")
        let first = try #require(stage.weights[0].gradient)
        expectEqual(
            first, try tensor("\(name).weight_gradient"), .ofLargest(1e-4), "weight gradient")
    }

    @Test(
        arguments: [
            ["layers": 1, "width": 3], ["layers": 2, "width": 3, "pool": false],
            ["layers": 3, "width": 4, "output_width": 3, "output_bias": false],
        ] as [Setting])
    func theProjectorPassesGradients(values: Setting) throws {
        let stage = try mlp(values)
        for (index, weight) in stage.weights.enumerated() {
            guard weight.name.hasPrefix("norms") else {
                // Large beside the step of the differences: batch norm divides by their spread.
                weight.value = sampleTensor(weight.shape, seed: UInt64(index))
                continue
            }
            // Away from 0, where the ReLU has a corner that differences would step over.
            let isShift = weight.name.hasSuffix("bias")
            weight.value = Tensor(repeating: isShift ? 4 : 1, shape: weight.shape)
        }
        // A shift of values that all stay positive is taken away by the next norm: its gradient is 0,
        // and differences of it are rounding.
        let hasSecondNorm = stage.weights.contains { $0.name == "norms.1.bias" }
        let seen = stage.weights.filter { $0.name != "norms.0.bias" || !hasSecondNorm }
        expectGradients(
            inputs: [sampleTensor([7, 2, 5], seed: 99)], weights: seen, tolerance: 5e-3
        ) { tape, x in
            // The stage throws nothing.
            (try? stage.predict(inputs(["tokens": x[0]]), on: tape)) ?? x[0]
        }
    }

    @Test func theProjectorKeepsTokensApartIfItDoesNotPool() throws {
        let stage = try mlp(["layers": 1, "width": 3, "pool": false])
        let tokens = sampleTensor([2, 4, 5], seed: 1)
        let output = try stage.predict(inputs(["tokens": Variable(tokens)]), on: Tape())
        #expect(output.shape == [2, 4, 3])
        #expect(stage.dimensions["T"] == Dimension("K"))
        #expect(stage.properties["width"] == .integer(3))
        #expect(!stage.couplesImages)
        #expect(try mlp(["layers": 2]).couplesImages)
        #expect(stage.multiplyAdds(for: ["R": 2, "T": 4]) == 2 * 4 * 15)
    }

    // MARK: - Losses

    private func loss(_ name: String) throws -> any Loss {
        switch name {
        case "vicreg": try VICRegLoss(parameters: StageParameters(for: VICRegLoss.self))
        case "cosine": try CosineLoss(parameters: StageParameters(for: CosineLoss.self))
        default: try SIGRegLoss(parameters: StageParameters(for: SIGRegLoss.self))
        }
    }

    @Test(arguments: ["vicreg", "cosine"])
    func lossesAgreeWithPyTorch(name: String) throws {
        let views = try (0..<2).map { index in
            Variable(
                try tensor("view.\(index)"), requiresGradient: name == "vicreg" || index == 0)
        }
        let tape = Tape()
        let loss = try loss(name).loss(
            inputs(["predictions": views[0], "targets": views[1]]), on: tape)
        let expected = Double(try tensor("\(name).loss").scalar)
        #expect(abs(Double(loss.value.scalar) - expected) < 1e-5 * max(1, abs(expected)))
        tape.backward(from: [(loss, 1)])
        for (index, view) in views.enumerated() where view.requiresGradient {
            let gradient = try #require(view.receivedGradient)
            expectEqual(
                gradient, try tensor("\(name).gradient.\(index)"), .ofLargest(1e-5), "view \(index)"
            )
        }
    }

    @Test func theStatisticAgreesWithPyTorch() throws {
        let tokens = Variable(try tensor("view.0"), requiresGradient: true)
        let tape = Tape()
        let loss = tape.eppsPulley(tape.meanPool(tokens), directions: try tensor("directions"))
        let expected = try tensor("sigreg.loss").scalar
        #expect(abs(loss.value.scalar - expected) < 1e-5 * expected)
        tape.backward(from: [(loss, 1)])
        let gradient = try #require(tokens.receivedGradient)
        expectEqual(gradient, try tensor("sigreg.gradient.0"), .ofLargest(1e-4), "gradient")
    }

    @Test func directionsAreUniformOnTheSphereAndBelongToTheStep() {
        let random = StageRandom(seed: 1, purpose: "gaussian", step: 4)
        let (count, width) = (2000, 5)
        let found = SIGRegLoss.directions(count, width: width, using: random)
        #expect(
            found.elements == SIGRegLoss.directions(count, width: width, using: random).elements)
        let next = StageRandom(seed: 1, purpose: "gaussian", step: 5)
        #expect(found.elements != SIGRegLoss.directions(count, width: width, using: next).elements)
        var moments = [Double](repeating: 0, count: width * width)
        var means = [Double](repeating: 0, count: width)
        for row in 0..<count {
            let direction = (0..<width).map { Double(found.elements[row * width + $0]) }
            #expect(abs(direction.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
            for i in 0..<width {
                means[i] += direction[i] / Double(count)
                for j in 0..<width { moments[i * width + j] += direction[i] * direction[j] }
            }
        }
        // Five deviations of a mean of 2,000 numbers of variance 1/5, and of their products.
        #expect(means.allSatisfy { abs($0) < 0.05 })
        for i in 0..<width {
            for j in 0..<width {
                let moment = moments[i * width + j] / Double(count)
                #expect(abs(moment - (i == j ? 0.2 : 0)) < 0.03)
            }
        }
    }

    @Test func theStatisticIsSmallForNormalNumbersAndLargeForCollapsedOnes() throws {
        let stage = try loss("sigreg")
        let normal = SIGRegLoss.directions(
            256, width: 64, using: StageRandom(seed: 9, purpose: "x")
        )
        .elements.map { $0 * 8 }
        func value(_ elements: [Float], step: Int = 0) throws -> Float {
            let tokens = Variable(Tensor(elements, shape: [256, 1, 64]))
            return try stage.loss(inputs(["tokens": tokens], step: step), on: Tape()).value.scalar
        }
        // Points on a sphere of radius 8 in 64 dimensions look normal from every side.
        let (good, collapsed) = (try value(normal), try value(normal.map { $0 * 0.01 }))
        #expect(good < 2)
        #expect(collapsed > 50)
        #expect(try value(normal) == good)
        #expect(try value(normal, step: 1) != good)
    }

    @Test func anEvenNumberOfPointsIsRefused() throws {
        let error = #expect(throws: PipelineError.self) {
            try SIGRegLoss(parameters: StageParameters(for: SIGRegLoss.self, ["points": 16]))
        }
        #expect(
            error?.message
                == "stage 'stage': 'points' is 16; the trapezoid rule wants one at 0, so an odd "
                + "number")
    }
}
