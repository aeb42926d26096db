import Foundation
import JepaCore
import JepaGraph
import JepaStages
import JepaTensor

/// The graph files of the package and pipelines made from them.
enum ShippedPipelines {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "pipelines")

    /// The paths of all graph files below the folder, sorted; sweeps are none.
    static let names: [String] = {
        let files = try? FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { name in
            let sweeps = name.hasPrefix("ablations/") && name != "ablations/base.yaml"
            return name.hasSuffix(".yaml") && !sweeps
        }.sorted()
    }()

    static func registry() throws -> Registry {
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        return registry
    }

    /// A graph file of the package with values changed as by `--set`.
    static func graph(_ name: String, _ overrides: String...) throws -> Graph {
        let root = try GraphReader.read(path: folder.appending(path: name).path)
        return try Graph(root.applying(overrides.map { try SettingOverride($0) }))
    }

    /// I-JEPA on rendered images, small enough for a test: 16 patches, two blocks of width 16.
    static func tiny(_ overrides: String..., graph text: String? = nil) throws -> Pipeline {
        let root = try GraphReader.read(text: text ?? tinyGraph, file: "tiny.yaml")
        let graph = try Graph(root.applying(overrides.map { try SettingOverride($0) }))
        let pipeline = try Pipeline(graph, registry: registry())
        try pipeline.openData()
        try pipeline.materialise()
        return pipeline
    }

    static let tinyGraph = """
        pipeline: tiny
        seed: 5
        stages:
          data: {use: scenes, count: 16, size: 16, samples: 1}
          masks: {use: multiblock, patches: context_encoder.grid, min_keep: 2}
          context_encoder: {use: vit, patch_size: 4, width: 16, depth: 2, heads: 2,
            images: data.images, keep: masks.context}
          target_encoder: {use: ema, of: context_encoder, momentum: [0.9, 1.0],
            images: data.images, gather: masks.targets}
          predictor: {use: vit_predictor, width: 8, depth: 2, tokens: context_encoder.tokens,
            context: masks.context, targets: masks.targets}
          loss: {use: smooth_l1, predictions: predictor.predictions, targets: target_encoder.tokens}
          optimizer: {use: adamw, minimize: loss}
        train: {batch_size: 8, epochs: 1}
        """

    /// The first images of a pipeline's data source, without augmentation.
    static func batch(of pipeline: Pipeline, count: Int) throws -> Batch {
        let (name, source) = pipeline.dataSource
        var pixels = [Float](repeating: 0, count: count * source.imageShape.count)
        var labels: [Int32] = []
        for index in 0..<count {
            let request = SampleRequest(
                index: index, isAugmented: false, random: StageRandom(seed: 0, purpose: name))
            let label = try pixels.withUnsafeMutableBufferPointer { all in
                let start = index * source.imageShape.count
                let view = UnsafeMutableBufferPointer(
                    rebasing: all[start..<start + source.imageShape.count])
                return try source.load(request, into: [view])
            }
            labels.append(label)
        }
        let shape = source.imageShape
        return Batch(
            views: [.init(pixels, shape: [count, shape.channels, shape.height, shape.width])],
            labels: labels)
    }
}
