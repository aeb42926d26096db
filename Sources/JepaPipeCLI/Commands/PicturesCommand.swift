import JepaCore
import JepaInterop
import JepaTraining

/// Makes all pictures of what a model has learnt.
enum PicturesCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "pictures",
        summary: "All pictures of what a model has learnt: tokens, attention, predictions.",
        arguments: [.weights], options: PictureRequest.options,
        notes: [
            "'pictures tokens', 'pictures attention' and 'pictures predictions' make one kind each "
                + "and take further options. Predictions need a run; of other weights only tokens "
                + "and attention are shown.",
            "The report of a run shows every picture in its folder 'pictures'.",
        ],
        examples: [
            .init("pictures runs/ijepa", help: "All three, into runs/ijepa/pictures."),
            .init(
                "pictures vit-h14 --data photos --out pictures",
                help: "Tokens and attention of imported weights."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let request = try PictureRequest(
            arguments, reference: PicturesTokensCommand.reference, registry: registry)
        try PicturesTokensCommand.write(request)
        try PicturesAttentionCommand.write(request)
        guard let run = request.loading.run else {
            JepaPipe.report("no predictions: '\(request.model.path)' is no run")
            return JepaPipe.ExitStatus.done
        }
        if arguments.value("--size") != nil {
            JepaPipe.report("no predictions: with '--size' only tokens and attention are shown")
            return JepaPipe.ExitStatus.done
        }
        do {
            _ = try run.pipeline.predictionPath()
        } catch let error as PipelineError {
            JepaPipe.report("no predictions: \(error.message)")
            return JepaPipe.ExitStatus.done
        }
        let model = try PredictionModel(
            arguments.argument("WEIGHTS"), pipelineFile: arguments.value("--pipeline"),
            registry: registry)
        try PicturesPredictionsCommand.write(
            request.images, of: model, to: request.folder,
            seed: UInt64(arguments.integer("--seed")),
            decoderImages: PicturesPredictionsCommand.decoderImages,
            decoderSteps: PicturesPredictionsCommand.decoderSteps)
        return JepaPipe.ExitStatus.done
    }
}
