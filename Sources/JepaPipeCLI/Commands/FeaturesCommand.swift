import JepaCore
import JepaInterop

/// Embeds the images of a folder.
enum FeaturesCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "features", summary: "Embeds a folder of images with the encoder of any weights.",
        arguments: [
            .weights,
            .init(name: "IMAGES", help: "A folder of JPEG and PNG images, flat or nested."),
        ],
        options: own + ChosenEncoder.options,
        notes: [
            "Images are scaled and cut to their middle, and normalised, as the evaluation of a run "
                + "does it; without a run by the values of ImageNet.",
            "The files of the rows are listed in FILE.json beside an .npy file, in the metadata "
                + "'files' of a safetensors file; so are the images that could not be read, which "
                + "have no row.",
        ],
        examples: [
            .init(
                "features runs/ijepa photos --out photos.npy", help: "One row per photograph."),
            .init(
                "features IN1K-vit.h.14-300e.pth.tar photos --layers 4 --out h14.safetensors",
                help: "The last four layers of the official ViT-H/14."),
        ])

    /// What it takes besides the encoder.
    private static let own: [CommandDescriptor.Option] = [
        .init(
            name: "--out", short: "-o", value: "FILE", isRequired: true,
            help: "The file to write, .npy or .safetensors."),
        .init(
            name: "--pool", value: "HOW",
            choices: FeatureExtractor.Pooling.allCases.map(\.rawValue),
            standard: "mean",
            help: "One row per image, the mean of its patches, or all of them."
        ),
        .init(
            name: "--layers", value: "N", range: 1...1000, standard: "1",
            help: "The last blocks to put side by side, each through the final norm; the paper "
                + "uses 1 or 4."),
        .limit,
    ]

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let path = arguments.text("--out")
        let file = try FeatureFile(path: path)
        let chosen = try ChosenEncoder(arguments, registry: registry)
        let (model, encoder) = (chosen.model, chosen.encoder)
        let extractor = try FeatureExtractor(
            model, encoder: encoder, layers: arguments.integer("--layers"),
            pooling: arguments.value("--pool") == "none" ? .none : .mean)
        let pass = try FeaturePass(
            arguments.argument("IMAGES"), size: model.sizes.imageSize,
            like: chosen.loading.pipeline,
            batchSize: arguments.integer("--batch"), limit: arguments.optionalInteger("--limit"))
        let made = [
            "weights": model.path, "encoder": chosen.words,
            "layers": arguments.text("--layers"), "pool": arguments.text("--pool"),
            "image_size": "\(model.sizes.imageSize.height)x\(model.sizes.imageSize.width)",
        ]
        try OutputFolder.make(of: path)
        let notes = try pass.write(to: file, extractor, made: made)
        let rows = grouped(notes.files.count)
        let shape =
            extractor.patches.map { "\(rows)x\($0)x\(extractor.width)" }
            ?? "\(rows)x\(extractor.width)"
        print("Wrote \(path): \(shape), the \(chosen.words) of \(model.path).")
        if file.notesPath != path { print("Wrote \(file.notesPath): the files of the rows.") }
        if !notes.omitted.isEmpty {
            let count = notes.omitted.count
            print(
                count == 1
                    ? "1 file has no row; it is listed."
                    : "\(grouped(count)) files have no row; they are listed.")
        }
        return JepaPipe.ExitStatus.done
    }
}
