import JepaCore
import JepaImages

/// Draws patches of an image that stands somewhere on a canvas.
struct PatchDrawing {
    private let grid: PatchGrid
    private let width: Int, height: Int
    private let left: Int, top: Int

    /// What patches look like that are not seen.
    static let faded = Colour(236, 236, 240)

    private static let targetColours = [
        Colour(230, 120, 0), Colour(0, 114, 200), Colour(0, 158, 90), Colour(204, 60, 150),
        Colour(150, 110, 20), Colour(90, 60, 190), Colour(200, 30, 30), Colour(60, 160, 190),
    ]

    /// Drawing for an image whose upper left corner is at (`left`, `top`).
    ///
    /// - Parameters:
    ///   - width: Of the image as it is shown, a multiple of the columns of the grid.
    ///   - height: A multiple of its rows.
    init(_ grid: PatchGrid, _ width: Int, _ height: Int, left: Int = 0, top: Int = 0) {
        precondition(
            width % grid.width == 0 && height % grid.height == 0,
            "\(width)x\(height) pixels cannot be cut into \(grid) patches")
        self.grid = grid
        self.width = width / grid.width
        self.height = height / grid.height
        self.left = left
        self.top = top
    }

    /// The colour of a target block.
    static func colour(ofTarget block: Int) -> Colour {
        targetColours[block % targetColours.count]
    }

    /// Where a patch is on the canvas.
    func box(of index: Int) -> PixelBox {
        PixelBox(
            left: left + index % grid.width * width, top: top + index / grid.width * height,
            width: width, height: height)
    }

    /// Draws an image of which only some patches are seen.
    func draw(_ kept: Set<Int32>, of image: Image, on canvas: inout Canvas) {
        canvas.draw(image, left: left, top: top)
        for index in 0..<grid.count where !kept.contains(Int32(index)) {
            canvas.blend(box(of: index), with: Self.faded, share: 0.92)
        }
    }

    /// Draws the border between patches in a mask and those outside of it.
    func outline(_ kept: Set<Int32>, with colour: Colour, on canvas: inout Canvas) {
        let thickness = min(max(1, min(width, height) / 6), 3)
        for index in kept.sorted().map(Int.init) {
            let box = box(of: index)
            let (row, column) = (index / grid.width, index % grid.width)
            let isKept = { (row: Int, column: Int) in
                0..<grid.height ~= row && 0..<grid.width ~= column
                    && kept.contains(Int32(row * grid.width + column))
            }
            var edge = box
            edge.height = thickness
            if !isKept(row - 1, column) { canvas.fill(edge, with: colour) }
            edge.top = box.top + box.height - thickness
            if !isKept(row + 1, column) { canvas.fill(edge, with: colour) }
            edge = box
            edge.width = thickness
            if !isKept(row, column - 1) { canvas.fill(edge, with: colour) }
            edge.left = box.left + box.width - thickness
            if !isKept(row, column + 1) { canvas.fill(edge, with: colour) }
        }
    }
}
