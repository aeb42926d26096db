import JepaCore
import JepaGraph
import JepaTensor
import Testing

/// Two branches with one set of weights, and where gradients do not go.
@Suite struct SharedStagesTests {
    private static let graph = """
        pipeline: branches
        seed: 5
        stages:
          data: {use: scenes, count: 16, size: 16, samples: 1, jitter: [0.4, 0.4, 0.2, 0.1]}
          encoder: {use: vit, patch_size: 4, width: 16, depth: 1, heads: 2, images: data.images}
          second_encoder: {use: shared, of: encoder, images: data.second}
          projector: {use: mlp, width: 8, tokens: encoder.tokens}
          second_projector: {use: shared_predictor, of: projector, tokens: second_encoder.tokens}
          target: {use: stop_gradient, tokens: second_projector.tokens}
          loss: {use: cosine, predictions: projector.tokens, targets: TARGET}
          optimizer: {use: adamw, minimize: loss}
        train: {batch_size: 4, epochs: 1}
        """

    /// The two branches; with gradients into both, or stopped before the second.
    private func pipeline(isStopped: Bool) throws -> Pipeline {
        let stop = "  target: {use: stop_gradient, tokens: second_projector.tokens}\n"
        let graph =
            isStopped
            ? Self.graph.replacing("TARGET", with: "target.tokens")
            : Self.graph.replacing(stop, with: "")
                .replacing("TARGET", with: "second_projector.tokens")
        return try ShippedPipelines.tiny(graph: graph)
    }

    private func batch(_ pipeline: Pipeline) throws -> Batch {
        let source = pipeline.dataSource.source
        let shape = source.imageShape
        let views = (0..<2).map { _ in
            Tensor(uninitialized: [4, shape.channels, shape.height, shape.width])
        }
        var labels: [Int32] = []
        for index in 0..<4 {
            let request = SampleRequest(
                index: index, isAugmented: true,
                random: StageRandom(seed: 0, purpose: "data", sample: index))
            let places = views.map {
                UnsafeMutableBufferPointer(
                    start: $0.mutablePointer + index * shape.count, count: shape.count)
            }
            labels.append(try source.load(request, into: places))
        }
        return Batch(views: views, labels: labels)
    }

    /// The gradients of a step by the name of their weight.
    private func gradients(_ pipeline: Pipeline, _ batch: Batch) throws -> [String: [Float]] {
        var found: [String: [Float]] = [:]
        var observer = StepObserver()
        observer.gradients = { trained in
            for item in trained { found[item.name] = item.weight.gradient?.elements ?? [] }
        }
        _ = try pipeline.step(
            batch, at: StepInfo(index: 0, total: 4, warmUp: 0, batchSize: 4, seed: 5),
            observer: observer)
        return found
    }

    @Test func thereIsOneSetOfWeights() throws {
        let pipeline = try pipeline(isStopped: false)
        #expect(pipeline.node("second_encoder")?.weightCount == 0)
        #expect(pipeline.node("second_encoder")?.isTrained == true)
        #expect(pipeline.node("second_projector")?.isTrained == true)
        let owners = Set(pipeline.trainedWeights.map { $0.name.prefix { $0 != "." } })
        #expect(owners == ["encoder", "projector"])
        #expect(pipeline.monitoredEncoders == ["encoder"])
        #expect(pipeline.viewCount == 2)
        let costs = pipeline.costs(batchSize: 4, masks: [:])
        let both = costs.filter { $0.stage.hasSuffix("encoder") }.map(\.operations)
        #expect(both.count == 2 && both[0] == both[1] && both[0] > 0)
    }

    /// The gradient with both branches open is the sum of those with one of them stopped: the
    /// cosine is symmetric, so stopping the other branch is the same with the views exchanged.
    @Test func gradientsOfBothBranchesAddUp() throws {
        let open = try pipeline(isStopped: false)
        let batch = try batch(open)
        let exchanged = Batch(views: batch.views.reversed(), labels: batch.labels)
        let both = try gradients(open, batch)
        let first = try gradients(pipeline(isStopped: true), batch)
        let second = try gradients(pipeline(isStopped: true), exchanged)
        #expect(both.count == first.count && !both.isEmpty)
        for (name, sum) in both {
            let (a, b) = (try #require(first[name]), try #require(second[name]))
            let scale = sum.map(abs).max() ?? 0
            // Float32 sums in another order.
            let fits = sum.indices.allSatisfy {
                abs(sum[$0] - a[$0] - b[$0]) <= 1e-4 * scale + 1e-7
            }
            #expect(fits, "\(name)")
            #expect(a != b, "\(name)")
        }
    }

    @Test func aStoppedGradientIsDrawnAsSuch() throws {
        let pipeline = try pipeline(isStopped: true)
        let drawing = PipelineDrawing(
            PipelineDraft(pipeline.graph, registry: try ShippedPipelines.registry()))
        for line in [
            "targets ◀╌╌ target.tokens  tokens [B, 1, 8]",
            "tokens ◀╌╌ second_projector.tokens  tokens [B, 1, 8]",
            "predictions ◀══ projector.tokens  tokens [B, 1, 8]",
            "tokens ◀╌╌ second_encoder.tokens  tokens [B, 16, 16]",
        ] {
            #expect(drawing.text.contains(line), "\(line) in \(drawing.text)")
        }
    }

    @Test func aSharedEncoderHasTheShapeOfItsOwnInputs() throws {
        let pipeline = try ShippedPipelines.tiny(
            "stages.second={use: shared, of: context_encoder, images: data.second}",
            "stages.agreement={use: vicreg, predictions: context_encoder.tokens, "
                + "targets: second.tokens}",
            "stages.optimizer.minimize={loss: 1, agreement: 0.1}")
        #expect(pipeline.edges.first { $0.source.stage == "second" }?.shape == "[B, 16, 16]")
        let result = try gradients(pipeline, try batch(pipeline))
        #expect(result.values.allSatisfy { $0.contains { $0 != 0 } })
    }

    @Test func onlyPredictorsOfTokensAloneAreShared() throws {
        let error = try #require(throws: PipelineErrors.self) {
            try ShippedPipelines.tiny(
                "stages.again={use: shared_predictor, of: predictor, "
                    + "tokens: context_encoder.tokens}",
                "stages.loss.targets=again.tokens")
        }
        #expect(
            error.errors.first?.message
                == "stage 'again': 'of' names a 'vit_predictor'; only a predictor that turns "
                + "'tokens' alone into 'tokens' can be shared")
    }

    @Test func batchNormRefusesMicroBatchesAndSingleImages() throws {
        let pipeline = try pipeline(isStopped: true)
        let parts = #expect(throws: PipelineError.self) {
            try pipeline.check(StepOptions(microBatch: 2), batchSize: 4)
        }
        #expect(
            parts?.message
                == "'micro_batch' is 2, but predictor 'projector' compares the images of a whole "
                + "batch of 4 with each other")
        let single = #expect(throws: PipelineError.self) {
            try pipeline.check(StepOptions(), batchSize: 1)
        }
        #expect(
            single?.message
                == "'batch_size' is 1, but predictor 'projector' compares the images of a batch "
                + "with each other")
    }
}
