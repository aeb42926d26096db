import Foundation
import JepaCore
import JepaInterop
import JepaTensor
import JepaTraining

/// A trained pipeline whose predictions can be looked at.
struct PredictionModel {
    /// The run, its stages with the weights of the checkpoint.
    let run: LoadedPipeline
    /// The checkpoint.
    let checkpoint: Checkpoint
    /// The stages from images to predictions.
    let path: Pipeline.PredictionPath
    /// Patches as rows.
    let patches: PatchPixels

    /// Tokens of training are held in memory up to so many bytes.
    private static let memory = 512 << 20
    private static let batchSize = 32

    /// Loads a run.
    ///
    /// - Throws: `usage` if there is no run; `configuration` if it predicts no tokens.
    init(_ weights: String, pipelineFile: String?, registry: Registry) throws {
        let kind = try FileKind(of: weights)
        guard kind == .runFolder || kind == .checkpoint else {
            throw PipelineError(
                .usage,
                "'\(weights)' is \(kind.words), but predictions need a run, whose pipeline tells "
                    + "what is predicted from what")
        }
        let file = try pipelineFile ?? ModelLoading.pipelineFile(of: weights)
        run = try LoadedPipeline(file: file, overrides: [], registry: registry)
        path = try run.pipeline.predictionPath()
        checkpoint = try Checkpoint(of: weights)
        try run.pipeline.materialise()
        try checkpoint.load(into: run.pipeline)
        patches = PatchPixels(run.pipeline.dataSource.source.imageShape, path.grid)
    }

    /// What decides the tokens: the stages that make them and their weights.
    private var tokenSum: String {
        var sum = Checksum()
        for weight in path.targetEncoder.stage.weights {
            let value = weight.value
            withExtendedLifetime(value) {
                sum.add(UnsafeRawBufferPointer(start: value.pointer, count: value.count * 4))
            }
        }
        return sum.text
    }

    /// The decoder of this model's tokens: the one in a file if it is of these weights, data and
    /// settings, else a new one, which is written there.
    func decoder(
        images wanted: Int, steps: Int, seed: UInt64, file: String
    ) throws -> PictureDecoder {
        let (name, source) = run.pipeline.dataSource
        do {
            try source.open()
        } catch var error as PipelineError {
            error.notes.append("The decoder of tokens is trained on the images of the run.")
            throw error
        }
        let each = path.grid.count * (patches.width + tokenWidth) * 4
        let count = min(wanted, source.count, max(2, Self.memory / each))
        guard count >= 2 else {
            throw PipelineError(
                .data, "'\(name)' has one image; a decoder is trained on some and judged by others")
        }
        let recipe = PictureDecoder.Recipe(
            tokens: tokenSum, data: try source.fingerprint(), images: count, steps: steps,
            seed: seed)
        if FileManager.default.fileExists(atPath: file) {
            let found = try PictureDecoder(reading: file)
            if found.recipe == recipe { return found }
            JepaPipe.report("'\(file)' is of other weights, images or settings; training another")
        }
        let (tokens, pixels) = try table(of: source, count: count, seed: seed)
        let trained = (count - max(1, count / 10)) * path.grid.count
        JepaPipe.report(
            "training a decoder of tokens on \(grouped(trained)) patches, "
                + "\(grouped(steps)) steps")
        var clock = ProgressClock()
        let decoder = try PictureDecoder(
            recipe, tokens: tokens, pixels: pixels, trainedOn: trained
        ) { done, loss in
            guard let rest = clock.rest(done, of: steps) else { return }
            let error = decimal(loss, 4)
            JepaPipe.report(
                "decoder: step \(done) of \(steps), squared error \(error), \(rest) left")
        }
        try decoder.write(to: file)
        print("Wrote \(file): a decoder of tokens.")
        return decoder
    }

    private var tokenWidth: Int {
        if case .integer(let width)? = path.targetEncoder.properties["width"] { return width }
        return 0
    }

    /// Tokens and pixels of all patches of some images, plain as evaluation sees them.
    private func table(
        of source: any DataSource, count: Int, seed: UInt64
    ) throws -> (tokens: Tensor, pixels: Tensor) {
        var random = StageRandom(seed: seed, purpose: "decoder images")
        let chosen = Array(random.permutation(of: source.count).prefix(count))
        let loader = BatchLoader(
            source, order: EvaluationOrder(chosen, batchSize: Self.batchSize), workers: threadCount)
        defer { loader.stop() }
        let pixels = Tensor(uninitialized: [count * path.grid.count, patches.width])
        var tokens: Tensor?
        var done = 0
        var clock = ProgressClock()
        while let batch = try loader.next() {
            let some = try run.pipeline.comparedTokens(of: batch.views[0], on: path)
            let width = some.shape[2]
            let all = tokens ?? Tensor(uninitialized: [count * path.grid.count, width])
            let rows = done * path.grid.count
            (all.mutablePointer + rows * width).update(from: some.pointer, count: some.count)
            let own = patches.rows(of: batch.views[0])
            (pixels.mutablePointer + rows * patches.width)
                .update(from: own.pointer, count: own.count)
            tokens = all
            done += batch.count
            if let rest = clock.rest(done, of: count) {
                JepaPipe.report("tokens of \(done) of \(count) images, \(rest) left")
            }
        }
        guard let tokens else { fatalError("a loader of \(count) images gave none") }
        return (tokens, pixels)
    }
}
