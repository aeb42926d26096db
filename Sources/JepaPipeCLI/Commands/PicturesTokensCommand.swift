import JepaCore
import JepaInterop
import JepaNN
import JepaTensor

/// Shows the tokens of patches as colours.
enum PicturesTokensCommand: Command {
    /// Images that the means of places are taken over unless told otherwise.
    static let reference = 64
    private static let batchSize = 16

    static let descriptor = CommandDescriptor(
        name: "pictures tokens",
        summary: "Patch tokens as colours by their principal components, trained and untrained.",
        arguments: [.weights],
        options: [
            .init(
                name: "--foreground",
                help: "Colours only what the first component parts from the background, as DINOv2 "
                    + "does."),
            .init(
                name: "--reference", value: "N", range: 0...100_000, standard: "\(reference)",
                help: "Further images, over which the mean token of each place is taken; 0 for "
                    + "tokens as they are only."),
        ] + PictureRequest.options,
        notes: [
            "One basis for all images of a row: the same colour means similar tokens in all of "
                + "them. Trained and untrained network have a basis each.",
            "Small and young networks tell above all where a patch is. Without the mean token of "
                + "its place the colours tell what is there; --foreground always uses these.",
            "Writes pca-tokens.png, or pca-foreground.png with --foreground.",
        ],
        examples: [
            .init("pictures tokens runs/ijepa", help: "Writes runs/ijepa/pictures/pca-tokens.png."),
            .init(
                "pictures tokens vit-h14 --data photos --size 448 --reference 0 --out .",
                help: "A finer grid of an imported ViT-H/14."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let request = try PictureRequest(
            arguments, reference: arguments.integer("--reference"), registry: registry)
        try write(request, onlyForeground: arguments.isOn("--foreground"))
        return JepaPipe.ExitStatus.done
    }

    /// Makes the picture.
    static func write(_ request: PictureRequest, onlyForeground: Bool = false) throws {
        let usesMeans = request.images.reference.shape[0] >= PlaceMeans.fewestImages
        var rows: [TokenSheet.Row] = []
        for (name, model) in [
            ("trained", request.model), ("untrained", request.untrained.model),
        ] {
            func add(_ words: String, _ tokens: Tensor) throws {
                let maps = try TokenMaps(
                    tokens, grid: request.grid, onlyForeground: onlyForeground)
                rows.append(.init("\(name), \(words)", maps))
            }
            let all = tokens(
                of: usesMeans ? request.images.reference : request.images.tensor,
                by: try model.encoder(request.encoder))
            let own = all.rows(0..<request.images.pictures.count)
            if !onlyForeground || !usesMeans { try add("the tokens as they are", own) }
            if usesMeans {
                try add("without the mean of each place", PlaceMeans(of: all).removed(from: own))
            }
        }
        let sheet = TokenSheet(
            title: "Patch tokens: \(request.title)",
            note: onlyForeground
                ? "Gray is background by the first principal component of all tokens of a row; the "
                    + "others are coloured by the first three components of their own. Numbers: "
                    + "the shares of the variance."
                : "Red, green and blue are the first three principal components of the tokens of "
                    + "all images of a row. Equal colours in a row: similar tokens. Numbers: their "
                    + "shares of the variance.",
            images: request.shown, rows: rows)
        try request.folder.write(
            sheet.draw(), request.fileName("pca", onlyForeground ? "foreground" : "tokens"))
    }

    /// The tokens of images a few at a time, `[B, N, D]`.
    private static func tokens(of images: Tensor, by network: VisionTransformer) -> Tensor {
        let configuration = network.configuration
        let (count, each) = (
            images.shape[0], configuration.patchCount * configuration.width
        )
        let result = Tensor(
            uninitialized: [count, configuration.patchCount, configuration.width])
        for start in stride(from: 0, to: count, by: batchSize) {
            let part = images.rows(start..<min(start + batchSize, count))
            let tokens = network.lastLayers(
                1, of: Variable(part), on: Tape(recording: false))[0].value
            (result.mutablePointer + start * each).update(from: tokens.pointer, count: tokens.count)
        }
        return result
    }
}
