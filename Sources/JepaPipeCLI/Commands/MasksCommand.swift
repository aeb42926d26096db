import JepaCore
import JepaFormats
import JepaImages
import JepaTraining

/// Shows what a masker hides and asks for.
enum MasksCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "masks", summary: "Draws masks on images and tells the statistics of the sampler.",
        arguments: [.graphFile],
        options: [
            .overrides, .plugins,
            .init(name: "--out", short: "-o", value: "PNG", help: "Writes a montage of images."),
            .init(
                name: "--images", value: "N", range: 1...1000, standard: "6",
                help: "Images in the montage."),
            .init(
                name: "--batches", value: "N", range: 1...1_000_000, standard: "200",
                help: "Batches that are drawn for the statistics."),
            .init(
                name: "--masker", value: "NAME",
                help: "Which masker, in a graph that has several."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let out = try arguments.file("--out", endings: [".png"])?.path
        let loaded = try LoadedPipeline(
            file: arguments.argument("FILE"), overrides: arguments.all("--set"),
            registry: registry)
        let survey = try MaskSurvey(
            loaded.pipeline, masker: arguments.value("--masker"),
            batchSize: loaded.settings.batchSize, batches: arguments.integer("--batches"))
        print(survey.lines.joined(separator: "\n"))
        if let path = out {
            try loaded.pipeline.openData()
            let montage = try survey.montage(images: arguments.integer("--images"))
            try OutputFolder.make(of: path)
            try AtomicFile.write(montage.pngData(), to: path)
            print("\nWrote \(path), \(montage.width)x\(montage.height) pixels.")
        }
        return JepaPipe.ExitStatus.done
    }
}
