import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaInterop
import JepaTensor
import JepaTraining

/// The tasks of `jepa-pipe eval` that are about every pixel.
struct DenseCommand {
    private let question: DenseData.Question
    private let options: DenseData.Options
    private let network: EvaluatedNetwork
    private let run: LoadedPipeline?
    private let pass: EmbeddingPass
    private let subjects: [Evaluation.Subject]

    /// What the command line asks for.
    ///
    /// - Throws: `usage` for options that cannot be understood.
    init(
        _ task: EvaluationTask, _ network: EvaluatedNetwork, _ run: LoadedPipeline?,
        _ pass: EmbeddingPass, _ arguments: CommandLineArguments
    ) throws {
        question = task == .depth ? .depth : .segmentation
        options = try DenseData.Options(arguments)
        self.network = network
        self.run = run
        let sizes = network.model.sizes
        let images = ImageShape(
            channels: sizes.channels, height: sizes.imageSize.height,
            width: sizes.imageSize.width)
        subjects = try network.denseSubjects(images)
        var pass = pass
        let most = 4 * (subjects.map(\.embedder.count).max() ?? 1)
        pass.partSize = min(pass.partSize, max(1, DenseEvaluation.partBytes / most))
        self.pass = pass
    }

    /// Does the task.
    ///
    /// - Returns: The figures, how it was done, the images, and a sheet of some of them.
    func answer(
        _ request: EvaluationData.Request
    ) throws -> (
        Evaluation.Outcome, settings: [String: String], EvaluationData, sheet: Image
    ) {
        let size = network.model.sizes.imageSize
        let data = try DenseData(
            question, request, options, size: size, bytes: 4 * subjects[0].embedder.count,
            run: run, interruption: pass.checkInterruption)
        let probe: any DenseProbe =
            question == .segmentation
            ? SegmentationProbe(try LogisticRegression(), classNames: data.classNames)
            : DepthProbe(unit: data.unit)
        let evaluation = DenseEvaluation(
            probe: probe, subjects: subjects, data: data,
            layout: PatchLayout(network.grid, height: size.height, width: size.width), pass: pass)
        let result = try evaluation.run()
        var settings = probe.settings
        settings["maps"] = data.words
        settings["fit"] =
            "\(result.fittedPatches) of \(network.grid.count) patches of every training image"
        settings["no image"] = "the mean over the training images of each place of the grid"
        return (
            result.outcome, settings, data.images, try sheet(result, data)
        )
    }

    // MARK: - Pictures

    /// The file of a picture beside that of a record.
    static func picture(beside record: String) -> String {
        let path = (record as NSString).deletingPathExtension + ".png"
        return path == record ? record + ".png" : path
    }

    /// Writes a picture, with its folder, and says so.
    static func write(_ picture: Image, to file: String) throws {
        try OutputFolder.make(of: file)
        try AtomicFile.write(picture.pngData(), to: file)
        JepaPipe.report("Wrote \(file).")
    }

    private func sheet(_ result: DenseEvaluation.Result, _ data: DenseData) throws -> Image {
        let images = data.images.test
        let shape = images.source.imageShape
        let normalisation = Normalisation(of: run?.pipeline)
        let order = EvaluationOrder(
            result.examples.map(\.image), batchSize: max(1, result.examples.count))
        let loader = BatchLoader(images.source, order: order, workers: 1)
        defer { loader.stop() }
        guard let batch = try loader.next() else { fatalError("a loader of images gave none") }
        let pictures = result.examples.indices.map { place in
            Image(
                normalised: batch.views[0].rows(place..<place + 1).elements, shape: shape,
                normalisation)
        }
        let names = result.examples.map { example in
            let name = images.name?(example.image) ?? "image \(example.image)"
            return name.split(separator: "/").last.map(String.init) ?? name
        }
        let legend =
            question == .segmentation
            ? MapLegend(classes: data.classNames, in: result.examples.map(\.truth))
            : MapLegend(distancesIn: result.examples.map(\.truth), unit: data.unit)
        let figures = result.outcome.figures.prefix(2)
        func text(_ value: (EvaluationRecord.Figure) -> Double?) -> String {
            figures.compactMap { figure in
                value(figure).map { "\(figure.name) \(decimal($0, 3))" }
            }.joined(separator: ", ")
        }
        return DenseSheet(
            title: "\(question.rawValue): \(network.title)", legend: legend,
            images: zip(pictures, names).map { ($0, $1) },
            rows: [
                .init("as it is", result.examples.map(\.truth)),
                .init("network: \(text { $0.value })", result.examples.map(\.network)),
                .init("untrained: \(text { $0.untrained })", result.examples.map(\.untrained)),
            ]
        ).draw()
    }
}

extension DenseData.Options {
    /// What the command line says of maps.
    ///
    /// - Throws: `usage` for what is no number or out of range.
    fileprivate init(_ arguments: CommandLineArguments) throws {
        maps = arguments.value("--labels")
        scale = try arguments.number("--depth-scale", in: 1e-6...1e9) ?? scale
        most = try arguments.number("--max-depth", in: 1e-6...1e9)
        guard let text = arguments.value("--classes") else { return }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if let count = Int(text), 1...255 ~= count {
            classes = (0..<count).map { "class \($0)" }
        } else if names.count > 1, names.count <= 255, !names.contains(""),
            Set(names).count == names.count
        {
            classes = names
        } else {
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '--classes'; it takes a number up to 255, or "
                    + "different names, such as sky,road,tree")
        }
    }
}
