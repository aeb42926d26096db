/// How large pictures of one size are shown in a sheet.
///
/// Small pictures are enlarged by a whole number, pixel by pixel; large ones are reduced. If they
/// are cut into patches, each patch covers whole pixels.
public struct DisplaySize: Equatable, Sendable {
    /// In pixels.
    public let width: Int, height: Int
    private let isEnlarged: Bool

    /// A size near `wanted` for the longer side.
    ///
    /// - Parameters:
    ///   - width: Of the pictures, in pixels.
    ///   - height: Of the pictures, in pixels.
    ///   - columns: Patches across; 1 if there are none.
    ///   - rows: Patches down.
    ///   - wanted: What a small picture is enlarged to about; pictures of up to twice that stay as
    ///     they are.
    public init(
        of width: Int, _ height: Int, columns: Int = 1, rows: Int = 1, near wanted: Int = 192
    ) {
        precondition(
            width > 0 && height > 0 && columns > 0 && rows > 0 && wanted > 0,
            "\(width)x\(height) pixels in \(columns)x\(rows) patches cannot be shown")
        let longer = max(width, height)
        isEnlarged = longer <= 2 * wanted
        // Half a step up is better than half a step down: captions need the room.
        let scale =
            isEnlarged
            ? max(1, (Double(wanted) / Double(longer)).rounded())
            : 2 * Double(wanted) / Double(longer)
        func side(_ pixels: Int, _ patches: Int) -> Int {
            max(1, Int((Double(pixels) * scale / Double(patches)).rounded())) * patches
        }
        self.width = side(width, columns)
        self.height = side(height, rows)
    }

    /// A picture of the size this was made for, as it is shown.
    public func show(_ picture: Image) -> Image {
        if picture.width == width && picture.height == height { return picture }
        return isEnlarged
            ? picture.stretched(to: width, height)
            : picture.resized(to: width, height, filter: .bicubic)
    }

    /// A map of one pixel per patch, as it is shown.
    public func showMap(_ map: Image) -> Image { map.stretched(to: width, height) }
}
