package import JepaCore
package import JepaImages
import JepaTensor

/// A picture of masks: one row per image, with the image, its context and each of its targets.
///
/// In the context, what the encoder does not see is faded, and the target blocks are outlined in
/// their colours. Each target shows its own patches. If there are statistics, a last row shows as
/// brightness how often each patch is in the context and in any target.
package struct MaskMontage {
    private static let gap = 8
    private static let letterScale = 2
    /// The size of an image in the montage, in pixels.
    private static let smallestCell = 192.0, largestCell = 448.0
    /// More target blocks than these are not drawn; the heading says how many there are.
    private static let shownTargets = 8

    private let title: String
    private let grid: PatchGrid
    private let images: [Image]
    private let masks: MaskSet
    private let statistics: MaskStatistics?
    private let cell: (width: Int, height: Int)

    /// A montage of the first masks of a batch.
    ///
    /// - Parameters:
    ///   - images: One per row, all of the same size.
    ///   - masks: Of at least as many images.
    package init(
        title: String, images: [Image], masks: MaskSet, grid: PatchGrid,
        statistics: MaskStatistics? = nil
    ) {
        precondition(
            !images.isEmpty && images.count <= masks.context.batch,
            "\(images.count) images do not go with the masks of \(masks.context.batch)")
        self.title = title
        self.grid = grid
        self.masks = masks
        self.statistics = statistics
        // Patches of whole pixels keep the edges of blocks sharp.
        let (width, height) = (Double(images[0].width), Double(images[0].height))
        let scale = min(max(1, Self.smallestCell / width), Self.largestCell / max(width, height))
        let cell = (
            width: max(1, Int((width * scale / Double(grid.width)).rounded())) * grid.width,
            height: max(1, Int((height * scale / Double(grid.height)).rounded())) * grid.height
        )
        self.cell = cell
        self.images = images.map { $0.resized(to: cell.width, cell.height, filter: .bicubic) }
    }

    /// The picture.
    package func draw() -> Image {
        let targets = min(masks.targets.blocks, Self.shownTargets)
        let lineHeight = Canvas.size(of: "X", scale: Self.letterScale).height + Self.gap
        let top = Self.gap + 2 * lineHeight
        let rows = images.count
        var canvas = Canvas(
            width: max(
                left(2 + targets), Canvas.size(of: title, scale: Self.letterScale).width + 16),
            height: top + rows * (cell.height + Self.gap)
                + (statistics == nil ? 0 : lineHeight + cell.height + Self.gap))
        canvas.write(title, left: Self.gap, top: Self.gap, scale: Self.letterScale)
        writeHeadings(on: &canvas, top: Self.gap + lineHeight, targets: targets)
        for row in 0..<rows {
            let y = top + row * (cell.height + Self.gap)
            canvas.draw(images[row], left: left(0), top: y)
            let context = Set(masks.context[block: 0, image: row])
            let seen = PatchDrawing(grid, cell.width, cell.height, left: left(1), top: y)
            seen.draw(context, of: images[row], on: &canvas)
            for block in 0..<targets {
                let target = Set(masks.targets[block: block, image: row])
                let colour = PatchDrawing.colour(ofTarget: block)
                seen.outline(target, with: colour, on: &canvas)
                let own = PatchDrawing(
                    grid, cell.width, cell.height, left: left(2 + block), top: y)
                own.draw(target, of: images[row], on: &canvas)
                own.outline(target, with: colour, on: &canvas)
            }
        }
        if let statistics {
            let y = top + rows * (cell.height + Self.gap)
            drawFrequencies(statistics, on: &canvas, top: y, below: y + lineHeight)
        }
        return canvas.image
    }

    /// The left edge of a column.
    private func left(_ column: Int) -> Int { Self.gap + column * (cell.width + Self.gap) }

    private func writeHeadings(on canvas: inout Canvas, top: Int, targets: Int) {
        let blocks = masks.targets.blocks
        let names = (0..<targets).map { block in
            let isCut = block == targets - 1 && targets < blocks
            return "target \(block + 1)" + (isCut ? " of \(blocks)" : ": \(masks.targets.kept)")
        }
        let headings = ["image", "context \(masks.context.kept)/\(grid.count)"] + names
        for (column, heading) in headings.enumerated() {
            let colour =
                column < 2 ? Colour.black : PatchDrawing.colour(ofTarget: column - 2)
            write(heading, on: &canvas, column: column, top: top, colour: colour)
        }
    }

    /// Writes text as large as the column is wide.
    private func write(
        _ text: String, on canvas: inout Canvas, column: Int, top: Int, colour: Colour = .black
    ) {
        let fits = Canvas.size(of: text, scale: Self.letterScale).width <= cell.width
        canvas.write(
            text, left: left(column), top: top, colour: colour, scale: fits ? Self.letterScale : 1)
    }

    private func drawFrequencies(
        _ statistics: MaskStatistics, on canvas: inout Canvas, top: Int, below: Int
    ) {
        write("how often:", on: &canvas, column: 0, top: below)
        write("black never", on: &canvas, column: 0, top: below + 24)
        write("white always", on: &canvas, column: 0, top: below + 48)
        let maps = [
            ("in the context", statistics.contextCounts),
            ("in any target", statistics.anyTargetCounts),
        ]
        for (column, (name, counts)) in maps.enumerated() {
            write(name, on: &canvas, column: column + 1, top: top)
            let map = PatchDrawing(
                grid, cell.width, cell.height, left: left(column + 1), top: below)
            for (index, count) in counts.enumerated() {
                let share = Double(count) / Double(max(1, statistics.images))
                canvas.fill(
                    map.box(of: index), with: Colour.black.blended(with: .white, share: share))
            }
        }
    }
}
