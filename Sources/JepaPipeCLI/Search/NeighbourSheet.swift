import Foundation
import JepaImages

/// A picture of answers: a row for each image that was asked for, it first, then its neighbours.
package struct NeighbourSheet {
    /// The side of an image, in pixels.
    static let side = 112
    private static let gap = 8
    private static let caption = 24
    private static let frame = Colour(0x2F, 0x81, 0xF7)
    private static let faint = Colour(0x59, 0x63, 0x6E)

    private let answers: [SearchAnswer]
    private let folder: String

    /// A sheet; `folder` is that of the index.
    init(_ answers: [SearchAnswer], folder: String) {
        self.answers = answers
        self.folder = folder
    }

    /// The picture. An image that is not there, or cannot be read, is a field that says so.
    func picture() -> Image {
        let columns = 1 + (answers.map(\.neighbours.count).max() ?? 0)
        let (step, height) = (Self.side + Self.gap, Self.side + Self.caption + Self.gap)
        // The image that was asked for stands apart.
        let apart = 2 * Self.gap
        var canvas = Canvas(
            width: columns * step + Self.gap + apart, height: answers.count * height + Self.gap)
        for (row, answer) in answers.enumerated() {
            let top = Self.gap + row * height
            Self.draw(
                answer.query, captions: ["query", Self.short(answer.query)], on: &canvas,
                left: Self.gap, top: top)
            canvas.outline(
                PixelBox(
                    left: Self.gap - 3, top: top - 3, width: Self.side + 6, height: Self.side + 6),
                with: Self.frame, thickness: 3)
            for (column, neighbour) in answer.neighbours.enumerated() {
                Self.draw(
                    "\(folder)/\(neighbour.file)",
                    captions: [neighbour.shownSimilarity, Self.short(neighbour.file)],
                    on: &canvas, left: Self.gap + apart + (column + 1) * step, top: top)
            }
        }
        return canvas.image
    }

    /// A square thumbnail of an image, its middle; nil if it cannot be read.
    static func thumbnail(_ path: String) -> Image? {
        let wanted = ImageReader.Size(width: side, height: side)
        guard let image = try? Image(contentsOf: path, minimumSize: wanted) else { return nil }
        let length = min(image.width, image.height)
        return image.cropped(
            to: PixelBox(
                left: (image.width - length) / 2, top: (image.height - length) / 2, width: length,
                height: length)
        ).resized(to: side, side, filter: .bilinear)
    }

    /// The folder and the name, or as much of their end as fits below an image: names of one kind
    /// begin alike.
    package static func short(_ path: String) -> String {
        let parts = path.split(separator: "/").suffix(2)
        let text = parts.joined(separator: "/")
        let limit = side / 6
        return text.count <= limit ? text : "~" + String(text.suffix(limit - 1))
    }

    /// Why an image is not shown.
    static func reason(_ path: String) -> String {
        FileManager.default.fileExists(atPath: path) ? "not readable" : "not found"
    }

    private static func draw(
        _ path: String, captions: [String], on canvas: inout Canvas, left: Int, top: Int
    ) {
        let box = PixelBox(left: left, top: top, width: side, height: side)
        if let image = thumbnail(path) {
            canvas.draw(image, left: left, top: top)
        } else {
            canvas.outline(box, with: faint)
            let text = reason(path)
            let size = Canvas.size(of: text)
            canvas.write(
                text, left: left + (side - size.width) / 2, top: top + (side - size.height) / 2,
                colour: faint)
        }
        for (line, text) in captions.enumerated() {
            canvas.write(
                text, left: left, top: top + side + 4 + 11 * line,
                colour: line == 0 ? .black : faint)
        }
    }
}
