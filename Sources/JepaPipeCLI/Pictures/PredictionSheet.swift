import Foundation
package import JepaCore
package import JepaImages

/// What a predictor expects of one image, as pictures.
///
/// To the left the image, its context, and the decoding of the tokens of all patches, which is the
/// best that can be hoped for. Then one column per target block, and one for all of them in their
/// place beside the context: above what was predicted, decoded; in the middle the tokens that
/// should have been predicted, decoded; below the pixels themselves.
package struct PredictionSheet {
    /// Pictures of one image, all of its size.
    package struct Content {
        /// The image.
        package let image: Image
        /// The patches that the context encoder sees.
        package let context: [Int32]
        /// The patches of each target block.
        package let targets: [[Int32]]
        /// The decoding of the tokens of all patches.
        package let whole: Image
        /// The decoded predictions of each block; only its patches are looked at.
        package let predicted: [Image]
        /// The decoded tokens that should have been predicted, likewise.
        package let expected: [Image]
        /// The decoded predictions of all blocks, their mean where blocks overlap.
        package let together: Image
        /// The decoded tokens of all blocks.
        package let expectedTogether: Image

        /// Pictures.
        package init(
            image: Image, context: [Int32], targets: [[Int32]], whole: Image, predicted: [Image],
            expected: [Image], together: Image, expectedTogether: Image
        ) {
            self.image = image
            self.context = context
            self.targets = targets
            self.whole = whole
            self.predicted = predicted
            self.expected = expected
            self.together = together
            self.expectedTogether = expectedTogether
        }
    }

    private static let shownTargets = 6

    private let title: String
    private let notes: [String]
    private let content: Content
    private let grid: PatchGrid
    private let size: DisplaySize

    /// A sheet.
    ///
    /// - Parameter notes: What is to be known of the decoder.
    package init(title: String, notes: [String], _ content: Content, grid: PatchGrid) {
        precondition(
            content.predicted.count == content.targets.count
                && content.expected.count == content.targets.count,
            "\(content.targets.count) target blocks have \(content.predicted.count) predictions")
        self.title = title
        self.notes = notes
        self.content = content
        self.grid = grid
        size = DisplaySize(
            of: content.image.width, content.image.height, columns: grid.width, rows: grid.height,
            near: 160)
    }

    /// The picture.
    package func draw() -> Image {
        let context = Set(content.context)
        let targets = content.targets.prefix(Self.shownTargets).map { Set($0) }
        let all = context.union(content.targets.joined())
        let more = content.targets.count - targets.count
        var sheet = Sheet()
        sheet.addTitle(title)
        for note in notes { sheet.addText(note) }
        let rows: [(left: Sheet.Cell, pictures: [Image], together: Image, words: String)] = [
            (
                .init(size.show(content.image), heading: "image"), content.predicted,
                content.together, "predicted"
            ),
            (
                .init(
                    outlined(context, of: content.image, targets),
                    heading: "context:\n\(context.count) of \(grid.count)"),
                content.expected, content.expectedTogether, "true tokens"
            ),
            (
                .init(size.show(content.whole), heading: "all tokens,\ndecoded"),
                targets.map { _ in content.image }, content.image, "pixels"
            ),
        ]
        for row in rows {
            var cells = [row.left]
            for (block, target) in targets.enumerated() {
                let colour = PatchDrawing.colour(ofTarget: block)
                cells.append(
                    .init(
                        only(target, of: row.pictures[block], colour),
                        heading: "target \(block + 1):\n\(row.words)", colour: colour))
            }
            // The context as it is, and the target blocks on top of it.
            var canvas = Canvas(size.show(content.image))
            let drawing = PatchDrawing(grid, size.width, size.height)
            let decoded = size.show(row.together)
            for patch in Set(content.targets.joined()).map(Int.init) {
                let box = drawing.box(of: patch)
                canvas.draw(decoded.cropped(to: box), left: box.left, top: box.top)
            }
            let name = more > 0 ? "all of \(content.targets.count)" : "all in place"
            cells.append(
                .init(
                    outlined(all, of: canvas.image, targets), heading: "\(name):\n\(row.words)"))
            sheet.addRow(cells)
        }
        return sheet.draw()
    }

    /// The patches of a block, nothing else.
    private func only(_ kept: Set<Int32>, of image: Image, _ colour: Colour) -> Image {
        var canvas = Canvas(
            width: size.width, height: size.height, colour: PatchDrawing.faded)
        let drawing = PatchDrawing(grid, size.width, size.height)
        let shown = size.show(image)
        for patch in kept.map(Int.init) {
            let box = drawing.box(of: patch)
            canvas.draw(shown.cropped(to: box), left: box.left, top: box.top)
        }
        drawing.outline(kept, with: colour, on: &canvas)
        return canvas.image
    }

    /// Some patches, the others faded, with the outlines of the target blocks.
    private func outlined(
        _ kept: Set<Int32>, of image: Image, _ targets: [Set<Int32>]
    ) -> Image {
        let shown = size.show(image)
        var canvas = Canvas(shown)
        let drawing = PatchDrawing(grid, size.width, size.height)
        drawing.draw(kept, of: shown, on: &canvas)
        for (block, target) in targets.enumerated() {
            drawing.outline(target, with: PatchDrawing.colour(ofTarget: block), on: &canvas)
        }
        return canvas.image
    }
}
