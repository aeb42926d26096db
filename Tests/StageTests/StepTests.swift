import JepaCore
import JepaTensor
import Testing

/// One step of the whole pipeline, with the built-in stages.
@Suite struct StepTests {
    private func info(_ index: Int = 0, batchSize: Int = 8) -> StepInfo {
        StepInfo(index: index, total: 10, warmUp: 2, batchSize: batchSize, seed: 5)
    }

    private func gradients(
        _ pipeline: Pipeline, batch: Int, options: StepOptions = StepOptions()
    ) throws -> (loss: Double, gradients: [[Float]]) {
        var gradients: [[Float]] = []
        var observer = StepObserver()
        observer.gradients = { trained in
            gradients = trained.map { $0.weight.gradient?.elements ?? [] }
        }
        let result = try pipeline.step(
            ShippedPipelines.batch(of: pipeline, count: batch), at: info(batchSize: batch),
            options: options, observer: observer)
        return (result.loss, gradients)
    }

    @Test(arguments: [1, 3, 8])
    func microBatchesGiveTheGradientOfTheWholeBatch(part: Int) throws {
        let whole = try gradients(ShippedPipelines.tiny(), batch: 8)
        let parts = try gradients(
            ShippedPipelines.tiny(), batch: 8, options: StepOptions(microBatch: part))
        #expect(abs(whole.loss - parts.loss) < 1e-6 * abs(whole.loss))
        for (a, b) in zip(whole.gradients, parts.gradients) {
            let scale = a.map(abs).max() ?? 0
            #expect(!a.isEmpty && a.count == b.count)
            // Float32 sums in another order.
            #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 2e-5 * scale + 1e-9 })
        }
    }

    @Test func everyTrainedWeightGetsAGradient() throws {
        let (_, gradients) = try gradients(ShippedPipelines.tiny(), batch: 4)
        #expect(!gradients.isEmpty)
        #expect(gradients.allSatisfy { !$0.isEmpty && $0.contains { $0 != 0 } })
    }

    @Test func theTargetEncoderFollowsAndIsNotTrained() throws {
        let pipeline = try ShippedPipelines.tiny()
        func weights(_ stage: String) -> [[Float]] {
            pipeline.node(stage)?.stage.weights.map(\.value.elements) ?? []
        }
        let before = weights("target_encoder")
        #expect(before == weights("context_encoder"))
        let result = try pipeline.step(
            ShippedPipelines.batch(of: pipeline, count: 4), at: info(batchSize: 4))
        #expect(result.figures.contains(Figure("momentum", 0.9)))
        let (after, followed) = (weights("target_encoder"), weights("context_encoder"))
        for (tensor, old) in before.enumerated() {
            for i in old.indices {
                let expected = 0.9 * old[i] + 0.1 * followed[tensor][i]
                #expect(abs(after[tensor][i] - expected) < 1e-6)
            }
        }
        #expect(pipeline.trainedWeights.allSatisfy { !$0.name.hasPrefix("target_encoder") })
    }

    @Test func clippingBoundsTheStepAndReportsTheNormBefore() throws {
        let pipeline = try ShippedPipelines.tiny()
        let batch = try ShippedPipelines.batch(of: pipeline, count: 4)
        let free = try pipeline.step(batch, at: info(batchSize: 4))
        let clipped = try ShippedPipelines.tiny().step(
            batch, at: info(batchSize: 4), options: StepOptions(clipGradient: 1e-3))
        #expect(free.gradientNorm > 1e-3)
        #expect(clipped.gradientNorm == free.gradientNorm)
    }

    @Test func aNumberThatIsNotFiniteStopsTheStepAndNamesTheStage() throws {
        let pipeline = try ShippedPipelines.tiny()
        let weight = try #require(pipeline.node("predictor")?.stage.weights.first)
        weight.value = Tensor(repeating: .nan, shape: weight.shape)
        let batch = try ShippedPipelines.batch(of: pipeline, count: 4)
        let before = pipeline.node("context_encoder")?.stage.weights.map(\.value.elements)
        let error = #expect(throws: PipelineError.self) {
            try pipeline.step(batch, at: info(6, batchSize: 4))
        }
        #expect(error?.code == .notFinite)
        #expect(
            error?.message
                == "stage 'predictor' produced a number that is not finite in step 7")
        #expect(pipeline.node("context_encoder")?.stage.weights.map(\.value.elements) == before)
    }

    @Test func severalLossesAreWeightedAndNamed() throws {
        let pipeline = try ShippedPipelines.tiny(
            "stages.spread={use: variance_covariance, tokens: context_encoder.tokens}",
            "stages.optimizer.minimize={loss: 1, spread: 0.25}")
        let result = try pipeline.step(
            ShippedPipelines.batch(of: pipeline, count: 8), at: info())
        let named = Dictionary(uniqueKeysWithValues: result.losses.map { ($0.name, $0.value) })
        let (loss, spread) = (try #require(named["loss"]), try #require(named["spread"]))
        #expect(abs(result.loss - (loss + 0.25 * spread)) < 1e-9)
    }

    @Test func aLossThatComparesImagesRefusesMicroBatches() throws {
        let pipeline = try ShippedPipelines.tiny(
            "stages.spread={use: variance_covariance, tokens: context_encoder.tokens}",
            "stages.optimizer.minimize={loss: 1, spread: 0.25}")
        let error = #expect(throws: PipelineError.self) {
            try pipeline.check(StepOptions(microBatch: 2), batchSize: 8)
        }
        #expect(
            error?.message
                == "'micro_batch' is 2, but loss 'spread' compares the images of a whole batch of 8 "
                + "with each other")
        #expect(throws: Never.self) {
            try pipeline.check(StepOptions(microBatch: 8), batchSize: 8)
        }
    }

    @Test func rectangularImagesWork() throws {
        let pipeline = try ShippedPipelines.tiny("stages.data.size=[16, 24]")
        #expect(pipeline.node("context_encoder")?.properties["grid"]?.description == "4x6")
        let result = try pipeline.step(
            ShippedPipelines.batch(of: pipeline, count: 3), at: info(batchSize: 3))
        #expect(result.loss.isFinite && result.loss > 0)
    }
}
