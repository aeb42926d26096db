import Foundation
package import JepaCore
import JepaEvaluation
import JepaFormats
import JepaInterop
import JepaTensor
package import JepaTraining

/// Embeds a folder once, to be searched for similar images.
package enum SearchIndexCommand: Command {
    package static let descriptor = CommandDescriptor(
        name: "search index",
        summary: "Embeds a folder of images into a file that is searched for similar ones.",
        arguments: [
            .weights,
            .init(name: "IMAGES", help: "A folder of JPEG and PNG images, flat or nested."),
        ],
        options: own + ChosenEncoder.options,
        notes: [
            "An image is the mean of its patches, scaled to length one; similarity is the cosine.",
            "What is embedded is kept in FILE.parts until the index is written, so the same "
                + "command goes on after an interruption.",
        ],
        examples: [
            .init("search index runs/ijepa photos --out photos.index", help: "Once."),
            .init("search query photos.index cat.jpg --top 20", help: "As often as you like."),
        ])

    /// What it takes besides the encoder.
    private static let own: [CommandDescriptor.Option] = [
        .init(
            name: "--out", short: "-o", value: "FILE", isRequired: true, help: "The index to write."
        ),
        .init(
            name: "--precision", value: "TYPE", choices: ["float16", "float32"],
            standard: "float16",
            help: "Half the memory and twice the speed, or the last digits of similarities."),
        .init(
            name: "--layers", value: "N", range: 1...1000, standard: "1",
            help: "The last blocks to put side by side."),
        .limit,
    ]

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        try run(arguments, registry: registry, interruption: Interruption())
    }

    /// The same, with signals that may come from somebody else, too.
    package static func run(
        _ arguments: CommandLineArguments, registry: Registry, interruption: Interruption
    ) throws -> Int32 {
        let path = arguments.text("--out")
        let chosen = try ChosenEncoder(arguments, registry: registry)
        let (model, encoder) = (chosen.model, chosen.encoder)
        let folder = try PlainFolder(
            arguments.argument("IMAGES"), size: model.sizes.imageSize,
            like: chosen.loading.pipeline, limit: arguments.optionalInteger("--limit"))
        let images = try EvaluationImages(folder, words: arguments.argument("IMAGES"))
        let embedder = try Embedder(
            model, encoder: encoder, layers: arguments.integer("--layers"))
        let listening = interruption.listen { _ in
            JepaPipe.report("\nStopping; once more ends at once.")
        }
        defer { listening.cancel() }
        let pass = EmbeddingPass(
            store: FeatureStore(folder: path + ".parts"),
            batchSize: arguments.integer("--batch"), interruption: interruption)
        let element = arguments.choice("--precision", as: VectorTable.Element.self)
        let count: Int
        do {
            try pass.run(images, with: [embedder])
            count = try write(
                path, description(chosen, folder, images, layers: embedder.layers), images,
                embedder, pass, element)
        } catch let stop as EmbeddingPass.Interrupted {
            JepaPipe.report("Interrupted; the same command goes on with what is kept.")
            return 128 + stop.signal
        }
        if let reason = pass.store.remove() {
            JepaPipe.report("The folder '\(pass.store.folder)' stays: \(reason).")
        }
        print(
            "Wrote \(path): \(Quantities.count(count, "image")), the \(chosen.words) of "
                + "\(model.path).")
        return JepaPipe.ExitStatus.done
    }

    /// How the vectors come about.
    private static func description(
        _ chosen: ChosenEncoder, _ folder: PlainFolder, _ images: EvaluationImages, layers: Int
    ) throws -> SearchIndex.Description {
        let (model, parameters) = (chosen.model, folder.parameters)
        // An index is searched from other folders, too.
        func absolute(_ path: String) -> String {
            URL(fileURLWithPath: path).standardizedFileURL.path
        }
        return SearchIndex.Description(
            images: absolute(images.words), weights: absolute(model.path),
            checksum: try Embedder.checksum(of: model, chosen.encoder), encoder: chosen.encoder,
            layers: layers, height: model.sizes.imageSize.height,
            width: model.sizes.imageSize.width, isInterpolated: chosen.isInterpolated,
            mean: parameters.reals("mean"), std: parameters.reals("std"),
            filter: parameters.text("filter"), evaluatedShare: parameters.real("eval_crop"))
    }

    /// Writes the vectors part by part.
    ///
    /// - Returns: How many images have one.
    /// - Throws: `Interrupted`, as a pass; `data` if no image can be used; `file`.
    private static func write(
        _ path: String, _ description: SearchIndex.Description, _ images: EvaluationImages,
        _ embedder: Embedder, _ pass: EmbeddingPass, _ element: VectorTable.Element
    ) throws -> Int {
        var files: [String] = []
        var omitted: [String: String] = [:]
        let parts = pass.parts(of: images)
        for part in parts {
            let stored = try pass.store.read(embedder, images, part)
            files += stored.positions.compactMap { images.name?(part[$0]) }
            omitted.merge(stored.omitted) { first, _ in first }
        }
        for (file, reason) in omitted.sorted(by: { $0.key < $1.key }) {
            JepaPipe.report("left out '\(file)': \(reason)")
        }
        guard !files.isEmpty else {
            throw PipelineError(.data, "no image of '\(description.images)' can be used")
        }
        try SearchIndex.write(
            to: path, description, files: files, width: embedder.layers * embedder.layerWidth,
            element
        ) { append in
            for part in parts {
                try pass.checkInterruption()
                let rows = try pass.store.read(embedder, images, part).features.floats()
                if rows.count > 0 { try append(normalisedRows(rows)) }
            }
        }
        return files.count
    }
}
