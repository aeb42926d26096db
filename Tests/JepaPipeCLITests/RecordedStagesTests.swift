import Foundation
import JepaCore
import JepaFormats
import JepaGraph
import JepaPipeCLI
import JepaRecorded
import JepaStages
import JepaTensor
import JepaTraining
import Testing

/// The recorded run as a graph file, trained by the ordinary trainer.
@Suite struct RecordedStagesTests {
    private let folder: RecordedFolder

    init() throws { folder = try RecordedFolder() }

    private var graphText: String {
        """
        stages:
          data: {use: recorded, path: \(folder.path), size: [12, 16], channels: 2}
          masks: {use: recorded_masks, path: \(folder.path), patches: context_encoder.grid}
          context_encoder: {use: vit, patch_size: 4, width: 16, depth: 2, heads: 2, mlp_ratio: 2.5,
            images: data.images, keep: masks.context}
          target_encoder: {use: ema, of: context_encoder, momentum: [0.99, 1.0],
            images: data.images, gather: masks.targets}
          predictor: {use: vit_predictor, width: 12, depth: 1, heads: 3,
            tokens: context_encoder.tokens, context: masks.context, targets: masks.targets}
          loss: {use: smooth_l1, predictions: predictor.predictions, targets: target_encoder.tokens}
          optimizer: {use: adamw, minimize: loss, start_lr: 1.0e-4, lr: 2.0e-3, final_lr: 1.0e-5,
            weight_decay: [0.05, 0.3]}
        train: {batch_size: 3, steps: 4, warmup_steps: 2, schedule_scale: 1.875, shuffle: false,
          monitor: {enabled: false}}
        """
    }

    private func registry() throws -> Registry {
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        return registry
    }

    @Test func theTrainerComesToTheRecordedWeights() throws {
        let registry = try registry()
        let graph = try Graph(GraphReader.read(text: graphText, file: "recorded.yaml"))
        let pipeline = try Pipeline(graph, registry: registry)
        let settings = try TrainingSettings(graph, registry: registry)
        let trainer = try Trainer(
            pipeline, settings: settings,
            identity: RunIdentity(version: "1", command: "", resumeCommand: ""),
            reporter: Starter { try load("initial", into: pipeline) })
        let run = try RunFolder.create(at: folder.path + "/run", pipeline: "recorded")
        _ = try trainer.run(in: run)
        let final = try SafetensorsReader(path: folder.path + "/final.safetensors")
        for (name, weight) in networkWeights(of: pipeline) {
            let isKey = name.hasSuffix("attn.qkv.bias")
            let comparison = Comparison(
                name, weight.value, recorded: try final.tensor(name).floats(),
                isKey ? .keyBiases : .weights)
            #expect(comparison.isRight, "\(name) is off by \(comparison.absolute)")
        }
    }

    @Test func imagesComeInTheOrderOfTheRecord() throws {
        let source = try recordedImages()
        try source.open()
        #expect(source.count == 12)
        let batches = try SafetensorsReader(path: folder.path + "/batches.safetensors")
        let recorded = try batches.tensor("2.images").floats()
        var image = [Float](repeating: 0, count: source.imageShape.count)
        let request = SampleRequest(
            index: 7, isAugmented: true, random: StageRandom(seed: 0, purpose: "data"))
        let label = try image.withUnsafeMutableBufferPointer {
            try source.load(request, into: [$0])
        }
        #expect(image == recorded.rows(1..<2).elements)
        #expect(label == -1)
    }

    @Test func theFingerprintFollowsThePixels() throws {
        let source = try recordedImages()
        try source.open()
        let before = try source.fingerprint()
        try folder.change("batches", "3.images", at: 9, by: 1)
        try source.open()
        #expect(try source.fingerprint() != before)
    }

    @Test func masksEndWithTheRecord() throws {
        let pipeline = try Pipeline(
            Graph(GraphReader.read(text: graphText, file: "recorded.yaml")), registry: registry())
        let masks = try #require(try pipeline.sampleMasks(batchSize: 3, step: 3)["masks"])
        #expect(masks.targets.blocks == 2)
        let beyond = #expect(throws: PipelineError.self) {
            try pipeline.sampleMasks(batchSize: 3, step: 4)
        }
        #expect(
            beyond?.message == """
                stage 'masks': '\(folder.path)/batches.safetensors' has no '4.context': 4 steps \
                are recorded
                """)
        let other = #expect(throws: PipelineError.self) {
            try pipeline.sampleMasks(batchSize: 4, step: 0)
        }
        #expect(
            other?.message == """
                stage 'masks': '0.context' of '\(folder.path)/batches.safetensors' has masks for \
                3 images, the batch has 4
                """)
    }

    @Test func aMaskThatIsNoneIsRefused() throws {
        let pipeline = try Pipeline(
            Graph(GraphReader.read(text: graphText, file: "recorded.yaml")), registry: registry())
        try folder.change("batches", "0.context", at: 0, by: 12)
        let outside = #expect(throws: PipelineError.self) { try pipeline.sampleMasks(batchSize: 3) }
        #expect(outside?.message.hasSuffix("a grid of 3x4 has the patches 0 to 11") == true)
        let unordered = try RecordedFolder()
        try unordered.rewrite("batches") { tensor in
            guard tensor.name == "0.context" else { return tensor }
            return StoredTensor(tensor.name, integers: [1, 0, 2, 3, 4, 5], shape: [3, 2])
        }
        let text = graphText.replacingOccurrences(of: folder.path, with: unordered.path)
        let other = try Pipeline(
            Graph(GraphReader.read(text: text, file: "recorded.yaml")), registry: registry())
        let error = #expect(throws: PipelineError.self) { try other.sampleMasks(batchSize: 3) }
        #expect(error?.message.hasSuffix("has a mask whose patches do not ascend: 1, 0") == true)
    }

    @Test func imagesOfAnotherSizeAreRefused() throws {
        let source = try recordedImages(height: 8, width: 8)
        let error = #expect(throws: PipelineError.self) { try source.open() }
        #expect(
            error?.message == """
                stage 'stage': '0.images' of '\(folder.path)/batches.safetensors' has the shape \
                [3, 2, 12, 16], not [B, 2, 8, 8]
                """)
    }

    private func recordedImages(height: Int = 12, width: Int = 16) throws -> RecordedImages {
        try RecordedImages(
            parameters: StageParameters(
                for: RecordedImages.self,
                [
                    "path": Setting(.text(folder.path)), "channels": 2,
                    "size": [Setting(.integer(height)), Setting(.integer(width))],
                ]))
    }

    private func networkWeights(of pipeline: Pipeline) -> [(String, Weight)] {
        pipeline.allWeights.filter { !$0.name.hasPrefix("optimizer.") }.map {
            ($0.name.replacingOccurrences(of: "context_encoder", with: "encoder"), $0.weight)
        }
    }

    private func load(_ file: String, into pipeline: Pipeline) throws {
        let reader = try SafetensorsReader(path: "\(folder.path)/\(file).safetensors")
        for (name, weight) in networkWeights(of: pipeline) {
            weight.value = try reader.tensor(name).floats()
        }
    }
}

/// Does something once the weights have memory, before the first step.
private final class Starter: ProgressReporter {
    private let start: () throws -> Void

    init(_ start: @escaping () throws -> Void) { self.start = start }

    func begin(_ plan: TrainingPlan, from step: Int, in folder: String) {
        do { try start() } catch { Issue.record(error) }
    }
    func advance(_ progress: TrainingProgress) {}
    func say(_ message: String) {}
    func end() {}
}
