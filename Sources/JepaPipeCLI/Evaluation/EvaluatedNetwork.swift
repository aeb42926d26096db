import Foundation
import JepaCore
import JepaEvaluation
import JepaInterop
import JepaTraining

/// The network that is judged, and what it is judged beside.
struct EvaluatedNetwork {
    /// The weights, for the images of the evaluation.
    let model: ModelWeights
    /// Which of its encoders.
    let encoder: ModelNetwork
    /// What that encoder is called.
    let words: String
    /// How many of the last layers are looked at.
    let layers: [Int]
    private let step: Int?
    private let untrained: (model: ModelWeights, words: String)

    /// A network beside the same before any training.
    init(
        _ chosen: ChosenEncoder, untrained: (model: ModelWeights, words: String), layers: [Int]
    ) {
        model = chosen.model
        encoder = chosen.encoder
        words = chosen.words
        step = chosen.loading.step
        self.untrained = untrained
        self.layers = layers
    }

    /// The same network before training.
    var untrainedModel: ModelWeights { untrained.model }

    /// The network, the same before training, and bare pixels.
    func subjects(_ images: ImageShape) throws -> [Evaluation.Subject] {
        let most = layers.max() ?? 1
        return [
            .init(part: .network, embedder: try Embedder(model, encoder: encoder, layers: most)),
            .init(
                part: .untrained,
                embedder: try Embedder(untrained.model, encoder: encoder, layers: most)),
            .init(part: .pixels, embedder: .pixels(of: images)),
        ]
    }

    /// The same patch by patch.
    func denseSubjects(_ images: ImageShape) throws -> [Evaluation.Subject] {
        let most = layers.max() ?? 1
        func embedder(_ model: ModelWeights) throws -> Embedder {
            try Embedder(model, encoder: encoder, layers: most, pooling: .none)
        }
        return [
            .init(part: .network, embedder: try embedder(model)),
            .init(part: .untrained, embedder: try embedder(untrained.model)),
            .init(part: .pixels, embedder: .patchPixels(of: images, in: grid)),
        ]
    }

    /// The patches of an image.
    var grid: PatchGrid {
        PatchGrid(height: model.sizes.gridHeight, width: model.sizes.gridWidth)
    }

    /// `the target encoder of runs/ijepa, after 400 steps`
    var title: String {
        guard let step else { return "the \(words) of \(model.path)" }
        return "the \(words) of \(RunFolder.runPath(of: model.path)), after \(step) steps"
    }

    /// What an evaluation came to.
    ///
    /// - Parameter settings: How the task was learnt: what, then how in words.
    func record(
        _ task: EvaluationTask, _ settings: [String: String], _ outcome: Evaluation.Outcome,
        _ data: EvaluationData, seconds: Double
    ) throws -> EvaluationRecord {
        let size = model.sizes.imageSize
        var settings = settings
        settings["features"] =
            task == .finetune
            ? "the \(words), trained on; final norm, then mean of the patches"
            : "the \(words), frozen; final norm, then "
                + (task.isDense ? "one token per patch; last " : "mean of the patches; last ")
                + layers.map { $0 == 1 ? "layer" : "\($0) layers side by side" }
                .joined(separator: ", and last ")
        settings["images"] =
            "\(data.train.preparation), \(size.height)x\(size.width) pixels"
        settings["untrained"] = untrained.words
        // Pixels have nothing that could be fine-tuned.
        if task != .finetune {
            settings["pixels"] =
                task.isDense
                ? "the normalised pixels of each patch averaged to at most 8x8 fields, with its "
                    + "row and its column"
                : "the normalised image averaged to at most 16x16 fields"
        }
        return EvaluationRecord(
            task: task.rawValue, time: Date.now.ISO8601Format(),
            command: CommandLine.arguments.map(shellQuoted).joined(separator: " "),
            version: JepaPipe.version, seconds: seconds,
            encoder: .init(
                weights: model.path, network: words, step: step,
                checksum: try Embedder.checksum(of: model, encoder),
                sizes: model.sizes.encoderText),
            data: .init(
                train: data.train.text(count: outcome.trainImages),
                test: data.test.text(count: outcome.testImages),
                trainImages: outcome.trainImages, testImages: outcome.testImages,
                classes: outcome.classNames ?? data.test.classNames,
                fingerprint: "train \(data.train.checksum), test \(data.test.checksum)"),
            protocol: settings, figures: outcome.figures,
            notes: outcome.notes + Self.warnings(testImages: outcome.testImages))
    }

    /// What figures of few images have to be read with.
    private static func warnings(testImages count: Int) -> [String] {
        guard count < 30 else { return [] }
        return [
            "Figures of \(Quantities.count(count, "test image")) say little: with others they may "
                + "be quite different."
        ]
    }
}

extension EvaluationRecord {
    /// The run folder that weights lie in; nil if they do not come from a run.
    func runFolder(of weights: String) -> String? {
        let path = RunFolder.runPath(of: weights)
        return FileManager.default.fileExists(atPath: path + "/run.json") ? path : nil
    }

    /// A file that is not there yet, named after task and time.
    func freshFile(in run: String, date: Date = Date()) throws -> String {
        let folder = run + "/evaluations"
        try OutputFolder.make(folder)
        let names = (1...99).lazy.map {
            "\(folder)/\(RunFolder.freshName(task, date, number: $0)).json"
        }
        guard let name = names.first(where: { !FileManager.default.fileExists(atPath: $0) }) else {
            throw PipelineError(.file, "there are 99 evaluations of this moment in '\(folder)'")
        }
        return name
    }
}
