/// Text and rows of pictures on white, one below the other.
///
/// A picture may have a heading above it and a caption below it. Text that is wider than its
/// picture, or than the sheet, goes on in the next line; a word that is too long is cut in two.
public struct Sheet: Sendable {
    /// A picture with its texts.
    public struct Cell: Sendable {
        /// What is shown.
        public var picture: Image
        /// Above it.
        public var heading: String
        /// Below it.
        public var caption: String
        /// The colour of the heading.
        public var colour: Colour

        /// A picture with or without texts.
        public init(
            _ picture: Image, heading: String = "", caption: String = "", colour: Colour = .black
        ) {
            self.picture = picture
            self.heading = heading
            self.caption = caption
            self.colour = colour
        }
    }

    private enum Part {
        case text(String, scale: Int, colour: Colour)
        case row([Cell])
        case space(Int)
    }

    /// Pixels between pictures, and around everything.
    public static let gap = 12
    /// The colour of what explains the rest.
    public static let quiet = Colour(96, 100, 108)

    private let scale: Int
    private var parts: [Part] = []

    /// An empty sheet.
    ///
    /// - Parameter scale: The size of a dot of the letters, which are 7 dots high and reach 2 below
    ///   their line, in pixels.
    public init(scale: Int = 2) {
        precondition(scale > 0, "letters cannot have dots of \(scale) pixels")
        self.scale = scale
    }

    /// Adds a line in large letters.
    public mutating func addTitle(_ text: String) {
        parts.append(.text(text, scale: scale + 1, colour: .black))
    }

    /// Adds a line, or as many as it takes.
    public mutating func addText(_ text: String, colour: Colour = Sheet.quiet) {
        parts.append(.text(text, scale: scale, colour: colour))
    }

    /// Adds pictures side by side, their upper edges in one line.
    public mutating func addRow(_ cells: [Cell]) { parts.append(.row(cells)) }

    /// Adds an empty stripe.
    public mutating func addSpace(_ pixels: Int = Sheet.gap) { parts.append(.space(pixels)) }

    /// The picture of it all.
    public func draw() -> Image {
        let widths = parts.map { part -> Int in
            guard case .row(let cells) = part else { return 0 }
            return cells.reduce(0) { $0 + $1.picture.width + Self.gap } - Self.gap
        }
        let width = max(widths.max() ?? 0, 320)
        let height = parts.reduce(Self.gap) { $0 + self.height(of: $1, width) + Self.gap }
        var canvas = Canvas(width: width + 2 * Self.gap, height: height)
        var top = Self.gap
        for part in parts {
            draw(part, on: &canvas, top: top, width)
            top += self.height(of: part, width) + Self.gap
        }
        return canvas.image
    }

    private func height(of part: Part, _ width: Int) -> Int {
        switch part {
        case .space(let pixels): return max(0, pixels - Self.gap)
        case .text(let text, let scale, _): return Self.height(of: text, width, scale)
        case .row(let cells):
            let (above, pictures, below) = extents(of: cells)
            return above + pictures + below
        }
    }

    /// The heights of the headings, the pictures and the captions of a row, each with its gap.
    private func extents(of cells: [Cell]) -> (above: Int, pictures: Int, below: Int) {
        func tallest(_ text: (Cell) -> String, _ gap: Int) -> Int {
            let heights = cells.map { Self.height(of: text($0), $0.picture.width, scale) }
            let height = heights.max() ?? 0
            return height == 0 ? 0 : height + gap
        }
        return (
            tallest(\.heading, gapAbove), cells.map(\.picture.height).max() ?? 0,
            tallest(\.caption, gapBelow)
        )
    }

    private func draw(_ part: Part, on canvas: inout Canvas, top: Int, _ width: Int) {
        switch part {
        case .space: break
        case .text(let text, let scale, let colour):
            Self.write(
                Self.lines(of: text, width, scale), on: &canvas, left: Self.gap, top: top, scale,
                colour)
        case .row(let cells):
            let (above, _, below) = extents(of: cells)
            var left = Self.gap
            for cell in cells {
                let picture = cell.picture
                let heading = Self.lines(of: cell.heading, picture.width, scale)
                // Headings stand on their pictures, however many lines their neighbours have.
                let height = Self.height(of: cell.heading, picture.width, scale)
                Self.write(
                    heading, on: &canvas, left: left, top: top + above - gapAbove - height, scale,
                    cell.colour)
                canvas.draw(picture, left: left, top: top + above)
                if below > 0 {
                    Self.write(
                        Self.lines(of: cell.caption, picture.width, scale), on: &canvas,
                        left: left, top: top + above + picture.height + gapBelow, scale,
                        Self.quiet)
                }
                left += picture.width + Self.gap
            }
        }
    }

    // MARK: - Text

    /// Pixels between a heading and its picture, beside what letters reach below their line.
    private var gapAbove: Int { 2 * scale }
    /// Pixels between a picture and its caption.
    private var gapBelow: Int { 3 * scale }

    private static func leading(_ scale: Int) -> Int { 2 * scale }

    private static func lineHeight(_ scale: Int) -> Int {
        Canvas.size(of: "X", scale: scale).height + leading(scale)
    }

    private static func height(of text: String, _ width: Int, _ scale: Int) -> Int {
        let count = lines(of: text, width, scale).count
        return count == 0 ? 0 : count * lineHeight(scale) - leading(scale)
    }

    private static func write(
        _ lines: [String], on canvas: inout Canvas, left: Int, top: Int, _ scale: Int,
        _ colour: Colour
    ) {
        for (index, line) in lines.enumerated() {
            canvas.write(
                line, left: left, top: top + index * lineHeight(scale), colour: colour,
                scale: scale)
        }
    }

    /// A text in lines that are no wider than `width` pixels; none for no text.
    static func lines(of text: String, _ width: Int, _ scale: Int) -> [String] {
        // A letter takes six dots, of which the last is the space to the next.
        let most = max(1, (width / scale + 1) / 6)
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for var word in paragraph.split(separator: " ") {
                if !line.isEmpty && line.count + 1 + word.count > most {
                    lines.append(line)
                    line = ""
                }
                while word.count > most {
                    lines.append(String(word.prefix(most)))
                    word = word.dropFirst(most)
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            if !line.isEmpty || !text.isEmpty { lines.append(line) }
        }
        return lines
    }
}
