package import JepaEvaluation
package import JepaImages

/// A sheet of images with maps of their pixels below them: what is true, and what networks say.
package struct DenseSheet {
    /// The maps of all images by one network.
    package struct Row {
        let title: String
        let maps: [PixelMap]

        /// Maps and whose they are.
        package init(_ title: String, _ maps: [PixelMap]) {
            self.title = title
            self.maps = maps
        }
    }

    private let title: String
    private let legend: MapLegend
    private let images: [(picture: Image, name: String)]
    private let rows: [Row]

    /// A sheet.
    ///
    /// - Parameters:
    ///   - images: All of one size, with what they are called.
    ///   - rows: Each with one map per image, as large as the image.
    package init(
        title: String, legend: MapLegend, images: [(picture: Image, name: String)], rows: [Row]
    ) {
        precondition(
            !images.isEmpty && rows.allSatisfy { $0.maps.count == images.count },
            "a sheet of \(images.count) images takes as many maps in every row")
        self.title = title
        self.legend = legend
        self.images = images
        self.rows = rows
    }

    /// The picture.
    package func draw() -> Image {
        let size = DisplaySize(of: images[0].picture.width, images[0].picture.height)
        var sheet = Sheet()
        sheet.addTitle(title)
        sheet.addRow(images.map { .init(size.show($0.picture), heading: $0.name) })
        for row in rows {
            sheet.addText(row.title, colour: .black)
            sheet.addRow(row.maps.map { .init(size.showMap(legend.picture(of: $0))) })
        }
        sheet.addSpace()
        legend.add(to: &sheet)
        return sheet.draw()
    }
}
