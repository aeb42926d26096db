import JepaFormats
import JepaNN
import JepaTensor
import JepaTestSupport
import Testing

/// One forward and backward pass against the official code, computed there in float64.
@Suite struct OfficialStepTests {
    /// PyTorch's own float32 replay differs by 4e-7 of each tensor's largest entry; five times
    /// that leaves room for another order of summation.
    let tolerance = Tolerance.ofLargest(2e-6)

    @Test func targetEncoderGivesTheOfficialTokens() throws {
        let reference = try Reference()
        let network = VisionTransformer(reference.encoder, isTrainable: false)
        try reference.load(network.weights, from: "target_encoder")
        let images = Variable(try reference.batches.tensor("0.images").floats())
        let targets = try reference.masks("targets")
        let tape = Tape()
        var traced = 0
        let output = network.forward(images, on: tape) { name, value in
            guard let expected = reference.trace["target_encoder.\(name)"] else { return }
            traced += 1
            expectTraced(value, expected, "target_encoder.\(name)")
        }
        #expect(traced == 4)
        #expect(tape.count == 0, "a network that is not trained keeps nothing")
        let normalised = tape.layerNorm(output, weight: nil, bias: nil, epsilon: 1e-5)
        expectTraced(normalised.value, reference.trace["targets.layernorm"], "targets.layernorm")
        let gathered = network.forward(images, gather: targets, on: tape)
        let some = tape.layerNorm(gathered, weight: nil, bias: nil, epsilon: 1e-5)
        expectTraced(some.value, reference.trace["targets.gathered"], "targets.gathered")
    }

    @Test func aStepGivesTheOfficialPredictionsAndGradients() throws {
        let reference = try Reference()
        let encoder = VisionTransformer(reference.encoder)
        let predictor = PredictorNetwork(reference.predictor)
        try reference.load(encoder.weights, from: "encoder")
        try reference.load(predictor.weights, from: "predictor")
        let context = try reference.masks("context")
        let tape = Tape()
        let expectedPatches = try reference.trace.tensor("encoder.patch_embed").floats()
        let tokens = encoder.forward(
            Variable(try reference.batches.tensor("0.images").floats()), keep: context, on: tape
        ) { name, value in
            guard name != "patch_embed" else {
                let kept = Tape().gather(Variable(expectedPatches), context).value
                expectEqual(value, kept, tolerance, "encoder.patch_embed")
                return
            }
            guard let expected = reference.trace["encoder.\(name)"] else { return }
            expectTraced(value, expected, "encoder.\(name)")
        }
        let predictions = predictor.forward(
            tokens, context: context, targets: try reference.masks("targets"), on: tape
        ) { name, value in
            expectTraced(value, reference.trace["predictor.\(name)"], "predictor.\(name)")
        }
        let targets = try reference.trace.tensor("targets.gathered").floats()
        let loss = tape.smoothL1(predictions, Variable(targets))
        #expect(abs(Double(loss.value.scalar) - 0.44658230457194015) < 1e-6)
        tape.backward(from: [(loss, 1)])

        for (network, weights) in [("encoder", encoder.weights), ("predictor", predictor.weights)] {
            for weight in weights {
                let name = "grad.\(network).\(weight.name)"
                let gradient = try #require(weight.gradient, "\(name) is missing")
                guard weight.name.hasSuffix("attn.qkv.bias") else {
                    expectTraced(gradient, reference.trace[name], name)
                    continue
                }
                // The gradient of the key bias is zero in exact arithmetic, so its entries are
                // rounding noise of sums as large as the other entries: within the tolerance of
                // the whole tensor they must vanish, and so they are compared.
                expectTraced(gradient, reference.trace[name], name)
            }
        }
        expectTraced(predictions.value, reference.trace["predictions"], "predictions")
    }

    private func expectTraced(
        _ value: Tensor, _ expected: StoredTensor?, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let expected, let tensor = try? expected.floats() else {
            Issue.record("the reference has no '\(name)'", sourceLocation: sourceLocation)
            return
        }
        expectEqual(value, tensor, tolerance, name, sourceLocation: sourceLocation)
    }
}
