package import JepaCore
package import JepaImages
package import JepaTensor

/// A sheet of attention maps: where one patch of each image looks, head by head.
///
/// An image is gray where its query patch does not look and glows where it does. All maps share
/// one scale, so they can be compared: from 0 to the 99th percentile of all, in multiples of an
/// equal share, 1/N.
package struct AttentionSheet {
    /// A column of maps: one head, or the mean of several.
    package struct Column {
        /// What stands above it.
        package let heading: String
        /// `[B, N]`
        package let shares: [[Float]]

        /// A column.
        package init(_ heading: String, _ shares: [[Float]]) {
            self.heading = heading
            self.shares = shares
        }

        /// The columns of an attention `[B, H, 1, N]`: the mean of the heads, then each of them.
        package static func all(of attention: Tensor, mean: String = "mean of the heads") -> [Self]
        {
            let (images, heads) = (attention.shape[0], attention.shape[1])
            let tokens = attention.shape[3]
            precondition(attention.shape[2] == 1, "\(attention.shape) is not of one query")
            let values = attention.elements
            let maps = (0..<heads).map { head in
                (0..<images).map { image in
                    let start = (image * heads + head) * tokens
                    return Array(values[start..<start + tokens])
                }
            }
            let means = (0..<images).map { image in
                (0..<tokens).map { token in
                    maps.reduce(0) { $0 + $1[image][token] } / Float(heads)
                }
            }
            return [Self(mean, means)]
                + maps.enumerated().map { Self("head \($0 + 1)", $1) }
        }
    }

    private static let queryColour = Colour(0, 210, 255)
    /// How much of a map's colour lies over the image, where there is no attention and where there
    /// is most: what is not looked at stays to be seen.
    private static let cover = (least: 0.35, most: 0.9)

    private let title: String
    private let images: [(picture: Image, name: String)]
    private let columns: [Column]
    private let grid: PatchGrid
    private let query: Int

    /// A sheet.
    ///
    /// - Parameters:
    ///   - images: All of one size, with what they are called.
    ///   - columns: Each with one map per image.
    ///   - query: The patch that looks.
    package init(
        title: String, images: [(picture: Image, name: String)], columns: [Column],
        grid: PatchGrid, query: Int
    ) {
        precondition(
            !images.isEmpty && !columns.isEmpty
                && columns.allSatisfy { column in
                    column.shares.count == images.count
                        && column.shares.allSatisfy { $0.count == grid.count }
                }, "the maps are not of \(images.count) images with a grid of \(grid)")
        precondition(0..<grid.count ~= query, "patch \(query) is not in a grid of \(grid)")
        self.title = title
        self.images = images
        self.columns = columns
        self.grid = grid
        self.query = query
    }

    /// What is shown as full brightness, in multiples of an equal share; at least 2.
    package var limit: Double {
        let shares = columns.flatMap { $0.shares.flatMap { $0 } }.sorted()
        let high = Double(shares[shares.count - 1 - (shares.count - 1) / 100])
        return max(2, high * Double(grid.count))
    }

    /// The picture.
    package func draw() -> Image {
        let (first, limit) = (images[0].picture, self.limit)
        let size = DisplaySize(
            of: first.width, first.height, columns: grid.width, rows: grid.height,
            near: columns.count > 9 ? 128 : 192)
        var sheet = Sheet()
        sheet.addTitle(title)
        sheet.addText(
            "How much the patch with the blue frame, in row \(query / grid.width) and column "
                + "\(query % grid.width), attends to every patch of its image.")
        for (index, image) in images.enumerated() {
            let shown = size.show(image.picture)
            let gray = shown.grayscale
            let maps = columns.map { column in
                Sheet.Cell(
                    overlay(column.shares[index], on: gray, limit: limit),
                    heading: index == 0 ? column.heading : "")
            }
            sheet.addRow([.init(framed(shown), heading: image.name)] + maps)
        }
        sheet.addText(
            "The colours, the same in all maps, say how many times an equal share, "
                + "1/\(grid.count), a patch gets:")
        let bar = ScaleBar(
            left: "0", right: "\(decimal(limit, 1)) or more",
            colour: { Self.lit(.gray, $0) })
        sheet.addRow([.init(bar.draw(width: 2 * size.width + Sheet.gap))])
        return sheet.draw()
    }

    /// A pixel of an image in the light of attention from 0 to 1.
    private static func lit(_ pixel: Colour, _ value: Double) -> Colour {
        let value = min(max(value, 0), 1)
        return pixel.blended(
            with: ColourMap.inferno[value], share: cover.least + value * (cover.most - cover.least))
    }

    /// The image in the light of a map.
    private func overlay(_ shares: [Float], on gray: Image, limit: Double) -> Image {
        var image = gray
        for (patch, share) in shares.enumerated() {
            let value = Double(share) * Double(grid.count) / limit
            let box = box(of: patch, in: gray)
            for y in box.top..<box.top + box.height {
                for x in box.left..<box.left + box.width {
                    image[x, y] = Self.lit(gray[x, y], value)
                }
            }
        }
        return framed(image)
    }

    /// The image with a frame around the query patch.
    private func framed(_ image: Image) -> Image {
        var canvas = Canvas(image)
        canvas.outline(
            box(of: query, in: image), with: Self.queryColour,
            thickness: max(2, image.width / grid.width / 8))
        return canvas.image
    }

    private func box(of patch: Int, in image: Image) -> PixelBox {
        let (width, height) = (image.width / grid.width, image.height / grid.height)
        return PixelBox(
            left: patch % grid.width * width, top: patch / grid.width * height, width: width,
            height: height)
    }
}
