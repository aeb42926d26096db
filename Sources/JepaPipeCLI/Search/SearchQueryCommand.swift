import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaInterop
import JepaTensor

/// Finds the images of an index that are most like others.
enum SearchQueryCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "search query",
        summary: "Finds the images of an index that are most like given ones.",
        arguments: [
            .init(name: "INDEX", help: "What 'search index' wrote."),
            .init(name: "IMAGE", help: "JPEG or PNG files.", isRepeatable: true),
        ],
        options: [
            .init(
                name: "--top", value: "N", range: 1...10_000, standard: "10",
                help: "Images to find for each."),
            .init(
                name: "--weights", value: "WEIGHTS",
                help: "The weights the index was made with, where they are elsewhere now."),
            .init(
                name: "--folder", value: "DIR",
                help: "The folder of the index, where it is elsewhere now; pictures need it."),
            .init(name: "--json", help: "Prints JSON instead of a table."),
            .init(
                name: "--out", short: "-o", value: "FILE",
                help: "A sheet with the images themselves, .png or .html."),
            .heads, .pipeline, .recomputePositions, .plugins,
        ],
        notes: [
            "Every image of the index is compared, so what is found is exact. The index is mapped: "
                + "a search takes as long as reading its vectors from memory, and needs the "
                + "weights only for the images given."
        ],
        examples: [
            .init("search query photos.index cat.jpg dog.jpg --top 5", help: "A table for each."),
            .init(
                "search query photos.index cat.jpg --out cat.png", help: "The images to look at."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let out = try arguments.file("--out", endings: [".png", ".html"])
        let index = try SearchIndex(path: arguments.argument("INDEX"))
        let (extractor, words) = try network(of: index, arguments, registry)
        let files = arguments.allArguments("IMAGE")
        let vectors = Tensor(uninitialized: [files.count, index.width])
        for (row, file) in files.enumerated() {
            let features = extractor.features(
                of: try QueryImage(file, like: index.description).pixels)
            (vectors.mutablePointer + row * index.width)
                .update(from: features.pointer, count: index.width)
        }
        let found = index.withVectors {
            $0.nearest(to: normalisedRows(vectors), limit: arguments.integer("--top"))
        }
        let answers = try zip(files, found).map { file, neighbours in
            SearchAnswer(
                query: file,
                neighbours: try neighbours.map {
                    // Rounding may take the cosine of an image and itself beyond 1.
                    .init(
                        file: try index.file(of: $0.row),
                        similarity: min(max($0.similarity, -1), 1))
                })
        }
        print(
            arguments.isOn("--json") ? try SearchAnswer.json(answers) : SearchAnswer.text(answers))
        if let (path, ending) = out {
            try OutputFolder.make(of: path)
            let folder = arguments.value("--folder") ?? index.description.images
            if ending == ".png" {
                try AtomicFile.write(
                    NeighbourSheet(answers, folder: folder).picture().pngData(), to: path)
            } else {
                let title =
                    "Nearest of \(Quantities.count(index.count, "image")), the \(words) of "
                    + index.description.weights
                try AtomicFile.write(
                    NeighbourPage(answers, folder: folder, title: title).html, to: path)
            }
            JepaPipe.report("Wrote \(path).")
            if let missing = SearchAnswer.missing(answers, in: folder) { JepaPipe.report(missing) }
        }
        return JepaPipe.ExitStatus.done
    }

    /// The network that the index was made with, and what it is called.
    ///
    /// - Throws: `configuration` if the weights are others by now.
    private static func network(
        of index: SearchIndex, _ arguments: CommandLineArguments, _ registry: Registry
    ) throws -> (extractor: FeatureExtractor, words: String) {
        let made = index.description
        let weights = arguments.value("--weights") ?? made.weights
        guard FileManager.default.fileExists(atPath: weights) else {
            throw PipelineError(
                .file, "there is no '\(weights)', which '\(index.path)' was made with",
                notes: ["--weights tells where those weights are now."])
        }
        let loaded = try ModelLoading(
            weights, wanted: [made.encoder],
            pipelineFile: arguments.value("--pipeline"),
            hints: ModelHints(
                heads: arguments.optionalInteger("--heads"),
                recomputesPositions: arguments.isOn("--recompute-positions"),
                loneEncoder: made.encoder),
            registry: registry)
        let model = try loaded.model.resized(
            height: made.height, width: made.width, interpolating: made.isInterpolated)
        guard try Embedder.checksum(of: model, made.encoder) == made.checksum else {
            throw PipelineError(
                .configuration,
                "the \(loaded.words(of: made.encoder)) of '\(model.path)' is not the one that "
                    + "'\(index.path)' was made with",
                notes: ["Make the index again, or name the old weights by --weights."])
        }
        let extractor = try FeatureExtractor(
            model, encoder: made.encoder, layers: made.layers)
        guard extractor.width == index.width else {
            throw PipelineError(
                .file,
                "'\(index.path)' is damaged: its vectors have \(index.width) elements, "
                    + "those of its network \(extractor.width)")
        }
        return (extractor, loaded.words(of: made.encoder))
    }
}
