import JepaCore
import JepaTensor
import Testing

/// Predictions outside of training, beside those of a step.
@Suite struct PredictionTests {
    @Test(arguments: ["true", "false"])
    func predictionsAndTargetsGiveTheLossOfAStep(normalizes: String) throws {
        let pipeline = try ShippedPipelines.tiny("stages.loss.normalize_targets=\(normalizes)")
        let path = try pipeline.predictionPath()
        #expect(path.predictor.name == "predictor" && path.loss.name == "loss")
        #expect(path.targetEncoder.name == "target_encoder" && path.masker.name == "masks")
        let batch = try ShippedPipelines.batch(of: pipeline, count: 4)
        let masks = try pipeline.sampleMasks(batchSize: 4, step: 3, seed: 5)
        let found = try pipeline.predictions(of: batch.views[0], masks, on: path)
        #expect(found.predicted.shape == found.targets.shape)
        let loss = Tape(recording: false).smoothL1(
            Variable(found.predicted), Variable(found.targets)
        ).value.scalar

        var predicted: [Float] = []
        var observer = StepObserver()
        observer.value = { stage, name, value in
            if stage == "predictor" && name == "output" { predicted = value.elements }
        }
        let result = try pipeline.step(
            batch, at: StepInfo(index: 3, total: 10, warmUp: 2, batchSize: 4, seed: 5),
            observer: observer)
        #expect(found.predicted.count == predicted.count && !predicted.isEmpty)
        let difference = zip(found.predicted.elements, predicted).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 1e-6)
        let trained = try #require(result.losses.first { $0.name == "loss" }).value
        #expect(abs(Double(loss) - trained) < 1e-6 * trained)
    }

    @Test func theTargetsAreThoseOfAllTokens() throws {
        let pipeline = try ShippedPipelines.tiny()
        let path = try pipeline.predictionPath()
        let images = try ShippedPipelines.batch(of: pipeline, count: 3).views[0]
        let masks = try pipeline.sampleMasks(batchSize: 3)
        let targets = try pipeline.predictions(of: images, masks, on: path).targets
        let all = try pipeline.comparedTokens(of: images, on: path)
        #expect(all.shape == [3, path.grid.count, targets.shape[2]])
        let wanted = try #require(masks["masks"]?.targets)
        let gathered = Tape(recording: false).gather(Variable(all), wanted).value
        let difference = zip(gathered.elements, targets.elements).map { abs($0 - $1) }.max() ?? 1
        #expect(gathered.shape == targets.shape && difference < 1e-5)
    }

    /// Batch norm in a projector needs two images; predictions need no projector.
    @Test func oneImageIsEnoughBesideAProjector() throws {
        let pipeline = try ShippedPipelines.tiny(
            "stages.projector={use: mlp, layers: 2, width: 8, tokens: context_encoder.tokens}",
            "stages.regulariser={use: variance_covariance, tokens: projector.tokens}",
            "stages.optimizer.minimize={loss: 1, regulariser: 0.1}")
        let path = try pipeline.predictionPath()
        let image = try ShippedPipelines.batch(of: pipeline, count: 1).views[0]
        let found = try pipeline.predictions(
            of: image, try pipeline.sampleMasks(batchSize: 1), on: path)
        #expect(found.predicted.shape == found.targets.shape)
    }

    @Test func otherSeedsDrawOtherMasks() throws {
        let pipeline = try ShippedPipelines.tiny()
        let own = try pipeline.sampleMasks(batchSize: 4)
        #expect(try pipeline.sampleMasks(batchSize: 4, seed: pipeline.graph.seed) == own)
        #expect(try pipeline.sampleMasks(batchSize: 4, seed: 999) != own)
    }
}
