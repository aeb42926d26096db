import JepaCore
package import JepaImages

/// A sheet of images with the colours of their patch tokens below them.
package struct TokenSheet {
    /// The colours of all images by one network.
    package struct Row {
        let title: String
        let maps: TokenMaps

        /// Colours and whose they are.
        package init(_ title: String, _ maps: TokenMaps) {
            self.title = title
            self.maps = maps
        }
    }

    private static let imagesAcross = 6

    private let title: String
    private let note: String
    private let images: [(picture: Image, name: String)]
    private let rows: [Row]

    /// A sheet.
    ///
    /// - Parameters:
    ///   - note: What the colours are.
    ///   - images: All of one size, with what they are called.
    ///   - rows: Each with one map per image.
    package init(
        title: String, note: String, images: [(picture: Image, name: String)], rows: [Row]
    ) {
        precondition(
            !images.isEmpty && rows.allSatisfy { $0.maps.maps.count == images.count },
            "a sheet of \(images.count) images takes as many maps in every row")
        self.title = title
        self.note = note
        self.images = images
        self.rows = rows
    }

    /// The picture.
    package func draw() -> Image {
        let (first, map) = (images[0].picture, rows.first?.maps.maps[0])
        let size = DisplaySize(
            of: first.width, first.height, columns: map?.width ?? 1, rows: map?.height ?? 1)
        var sheet = Sheet()
        sheet.addTitle(title)
        sheet.addText(note)
        for start in stride(from: 0, to: images.count, by: Self.imagesAcross) {
            let band = start..<min(start + Self.imagesAcross, images.count)
            sheet.addRow(
                band.map { .init(size.show(images[$0].picture), heading: images[$0].name) })
            for row in rows {
                sheet.addText("\(row.title): \(Self.percents(row.maps.shares))", colour: .black)
                sheet.addRow(band.map { .init(size.showMap(row.maps.maps[$0])) })
            }
            sheet.addSpace()
        }
        return sheet.draw()
    }

    /// The shares of the variance: `34 + 12 + 9 = 55 %`.
    private static func percents(_ shares: [Double]) -> String {
        let parts = shares.map { decimal(100 * $0, 0) }.joined(separator: " + ")
        return "\(parts) = \(percent(shares.reduce(0, +)))"
    }
}
