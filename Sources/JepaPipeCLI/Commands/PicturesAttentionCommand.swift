import JepaCore
import JepaInterop
import JepaNN

/// Shows where patches look.
enum PicturesAttentionCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "pictures attention",
        summary: "Where a patch looks in each head of a block, and untrained.",
        arguments: [.weights],
        options: [
            .init(
                name: "--at", value: "ROW,COLUMN",
                help: "The patch that looks, counted from 0 at the top left; the middle one if not "
                    + "given."),
            .init(
                name: "--block", value: "N", range: 1...1000,
                help: "The block whose attention is shown, from 1; the last if not given."),
        ] + PictureRequest.options,
        notes: ["Writes attention.png; the name also tells --at and --block if they are given."],
        examples: [
            .init(
                "pictures attention runs/ijepa --at 2,3 --images 4",
                help: "Four images, seen from the patch in row 2 and column 3.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        // What can be known to be wrong before anything is read.
        let at = try arguments.value("--at").map(Place.init)
        let request = try PictureRequest(arguments, registry: registry)
        try write(request, at: at, block: arguments.optionalInteger("--block"))
        return JepaPipe.ExitStatus.done
    }

    /// Makes the picture.
    static func write(_ request: PictureRequest, at: Place? = nil, block: Int? = nil) throws {
        let (grid, depth) = (request.grid, request.model.sizes.depth)
        let place = at ?? Place(row: grid.height / 2, column: grid.width / 2)
        guard place.row < grid.height, place.column < grid.width else {
            throw PipelineError(
                .usage,
                "'--at \(place)' is outside of the \(grid) patches of an image; rows go from 0 to "
                    + "\(grid.height - 1), columns from 0 to \(grid.width - 1)")
        }
        if let block, block > depth {
            throw PipelineError(
                .usage, "'--block \(block)' is one too many: the encoder has \(depth) blocks")
        }
        let query = place.row * grid.width + place.column
        func columns(_ network: VisionTransformer, _ mean: String) -> [AttentionSheet.Column] {
            let attention = network.attention(
                of: request.images.tensor, from: [query], inBlock: block.map { $0 - 1 })
            return AttentionSheet.Column.all(of: attention, mean: mean)
        }
        let trained = columns(try request.model.encoder(request.encoder), "mean of all heads")
        let untrained = columns(
            try request.untrained.model.encoder(request.encoder), "untrained, mean")
        let sheet = AttentionSheet(
            title: "Attention in block \(block ?? depth) of \(depth): \(request.title)",
            images: request.shown, columns: trained + untrained.prefix(1), grid: grid, query: query)
        var words = ["attention"]
        if let at { words += ["at", "\(at.row)", "\(at.column)"] }
        if let block { words += ["block", "\(block)"] }
        try request.folder.write(
            sheet.draw(), request.fileName(words.joined(separator: "-")))
    }

    /// A patch by its row and column.
    struct Place: CustomStringConvertible {
        let row: Int
        let column: Int

        init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }

        /// Reads `ROW,COLUMN`.
        init(_ text: String) throws {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                .map { Int($0) }
            guard parts.count == 2, let row = parts[0], let column = parts[1], row >= 0, column >= 0
            else {
                throw PipelineError(
                    .usage,
                    "the value '\(text)' is invalid for '--at ROW,COLUMN'; it takes two numbers, "
                        + "such as 2,3")
            }
            self.init(row: row, column: column)
        }

        var description: String { "\(row),\(column)" }
    }
}
