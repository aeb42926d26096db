import Foundation
import JepaCore
import JepaInterop
import JepaTraining

/// Shows what a predictor expects to see.
enum PicturesPredictionsCommand: Command {
    /// What the decoder is trained with unless told otherwise.
    static let decoderImages = 2000, decoderSteps = 800

    static let descriptor = CommandDescriptor(
        name: "pictures predictions",
        summary: "What the predictor expects in each target block, decoded to pixels.",
        arguments: [.run],
        options: [
            .pictureData, .pictureCount, .pictureSeed, .pictureFolder, .pipeline, .plugins,
            .init(
                name: "--decoder-images", value: "N", range: 2...1_000_000,
                standard: "\(decoderImages)",
                help: "Images that the decoder is trained and judged on, as far as 512 MiB hold "
                    + "their tokens."),
            .init(
                name: "--decoder-steps", value: "N", range: 1...1_000_000,
                standard: "\(decoderSteps)",
                help: "Steps of training the decoder, 2,048 patches each."),
        ],
        notes: [
            "A small decoder learns to turn the tokens of the target encoder, which do not change, "
                + "back into the pixels of their patches, one patch at a time, on the images of "
                + "the run. It is kept beside the pictures as decoder.safetensors and used again "
                + "for the same weights.",
            "Writes predictions-1.png and so on, one per image: what is decoded from the predicted "
                + "tokens, from the true ones, and the pixels. What predictions show is what the "
                + "decoder finds in them, no more than that.",
        ],
        examples: [
            .init(
                "pictures predictions runs/ijepa --images 3",
                help: "Three sheets in runs/ijepa/pictures."),
            .init(
                "pictures predictions runs/ijepa --data photos --out .",
                help: "Other images, here."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let weights = arguments.argument("RUN")
        let model = try PredictionModel(
            weights, pipelineFile: arguments.value("--pipeline"), registry: registry)
        let folder = try PictureFolder(of: weights, out: arguments.value("--out"))
        let (count, seed) = (
            arguments.integer("--images"), UInt64(arguments.integer("--seed"))
        )
        let shape = model.run.pipeline.dataSource.source.imageShape
        let images =
            try arguments.value("--data").map {
                try PictureImages(
                    folder: $0, size: (shape.height, shape.width), like: model.run.pipeline,
                    count: count, seed: seed)
            } ?? PictureImages(of: model.run, count: count, seed: seed)
        try write(
            images, of: model, to: folder, seed: seed,
            decoderImages: arguments.integer("--decoder-images"),
            decoderSteps: arguments.integer("--decoder-steps"))
        return JepaPipe.ExitStatus.done
    }

    /// Makes the pictures.
    static func write(
        _ images: PictureImages, of model: PredictionModel, to folder: PictureFolder, seed: UInt64,
        decoderImages: Int, decoderSteps: Int
    ) throws {
        try folder.make()
        // The decoder has the seed of the run: that of the pictures chooses images and masks only.
        let decoder = try model.decoder(
            images: decoderImages, steps: decoderSteps, seed: model.run.pipeline.graph.seed,
            file: folder.file("decoder.safetensors"))
        let decoded = try DecodedPredictions(
            images, of: model, by: decoder, batchSize: model.run.settings.batchSize, seed: seed)
        let run = RunFolder.runPath(of: model.checkpoint.path)
        let step = model.checkpoint.state.step
        for (index, content) in decoded.contents.enumerated() {
            let (guess, truth) = decoded.explained[index]
            let sheet = PredictionSheet(
                title: "What the predictor expects: \(run), after \(step) steps",
                notes: [
                    "From the context alone it predicts the tokens of each target block; a decoder "
                        + "that was trained on true tokens turns tokens into pixels. For true "
                        + "tokens of images it has not seen it explains "
                        + "\(explained(decoder.explained)) of the variance of the pixels.",
                    "\(images.names[index]): in the target blocks of this image, true tokens "
                        + "explain \(explained(truth)), predictions \(explained(guess))."
                        + (guess < 0 ? " Below 0 is worse than the mean patch everywhere." : ""),
                ], content, grid: model.path.grid)
            try folder.write(sheet.draw(), "predictions-\(index + 1).png")
        }
    }

    /// Such as `71 %`, or `99.6 %` close to all.
    private static func explained(_ share: Double) -> String {
        percent(share, share > 0.99 ? 1 : 0)
    }
}

extension CommandDescriptor.Argument {
    /// A run, since its pipeline is needed.
    static let run = Self(name: "RUN", help: "A run folder, or one of its checkpoints.")
}
