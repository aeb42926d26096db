package import JepaCore
package import JepaImages
import JepaTensor

/// What the masker of a pipeline hides and asks for, over many batches.
package struct MaskSurvey {
    private let pipeline: Pipeline
    private let title: String
    private let grid: PatchGrid
    private let first: MaskSet
    /// What the batches have come to.
    package let statistics: MaskStatistics

    /// Draws the masks of the first steps of a training.
    ///
    /// - Parameters:
    ///   - masker: The name of the masker; may be nil if the pipeline has only one.
    /// - Throws: `PipelineError` if there is no such masker, or several and none is named.
    package init(
        _ pipeline: Pipeline, masker name: String? = nil, batchSize: Int, batches: Int
    ) throws {
        let node = try Self.masker(name, in: pipeline)
        guard case .grid(let grid)? = node.properties["grid"] else {
            fatalError("masker '\(node.name)' has no grid")
        }
        precondition(batches > 0, "\(batches) batches have no statistics")
        var statistics = MaskStatistics(grid: grid)
        var first: MaskSet?
        for step in 0..<batches {
            guard let masks = try pipeline.sampleMasks(batchSize: batchSize, step: step)[node.name]
            else { fatalError("masker '\(node.name)' has drawn no masks") }
            statistics.add(masks)
            if first == nil { first = masks }
        }
        guard let first else { fatalError("no batch was drawn") }
        self.pipeline = pipeline
        self.grid = grid
        self.first = first
        self.statistics = statistics
        title =
            "\(pipeline.graph.name): '\(node.name)' (\(node.entry.descriptor.name)), "
            + "batch size \(batchSize)"
    }

    /// The statistics as text.
    package var lines: [String] { MaskReport(title: title, statistics).lines }

    /// The masks of the first batch on images from all over the data, which has to be open.
    ///
    /// - Parameter images: How many; fewer if the batch or the data has fewer.
    package func montage(images: Int) throws -> Image {
        MaskMontage(
            title: title, images: try pictures(count: min(images, first.context.batch)),
            masks: first, grid: grid, statistics: statistics
        ).draw()
    }

    private static func masker(_ name: String?, in pipeline: Pipeline) throws -> Pipeline.Node {
        let maskers = pipeline.nodes.filter { $0.role == .masker }
        let names = maskers.map(\.name)
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        if let name {
            if let node = maskers.first(where: { $0.name == name }) { return node }
            throw PipelineError(
                .usage,
                "pipeline '\(pipeline.graph.name)' has no masker '\(name)'"
                    + didYouMean(name, among: names),
                notes: names.isEmpty ? [] : ["Maskers: \(list)."])
        }
        guard let node = maskers.first else {
            throw PipelineError(.usage, "pipeline '\(pipeline.graph.name)' has no masker")
        }
        guard maskers.count == 1 else {
            throw PipelineError(
                .usage, "pipeline '\(pipeline.graph.name)' has \(maskers.count) maskers: \(list)",
                notes: ["'--masker' says which one is meant."])
        }
        return node
    }

    /// Images at equal distances in the data, without random changes, as pictures.
    private func pictures(count: Int) throws -> [Image] {
        let (name, source) = pipeline.dataSource
        let node = pipeline.node(name)
        let normalisation = Normalisation(node?.parameters)
        let shown = max(1, min(count, source.count))
        return try (0..<shown).map { position in
            let request = SampleRequest(
                index: position * source.count / shown, isAugmented: false,
                random: StageRandom(seed: pipeline.graph.seed, purpose: name, sample: position))
            let shape = source.imageShape
            var pixels = [Float](repeating: 0, count: shape.count)
            try pixels.withUnsafeMutableBufferPointer { _ = try source.load(request, into: [$0]) }
            return Image(normalised: pixels, shape: shape, normalisation)
        }
    }
}
