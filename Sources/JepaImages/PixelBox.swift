/// A rectangle of whole pixels inside of an image.
public struct PixelBox: Hashable, Sendable {
    /// The first column and row.
    public var left: Int, top: Int
    /// Columns and rows.
    public var width: Int, height: Int

    /// A rectangle by its first column and row and its size, in pixels.
    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// The box of the given size in the middle of an image, as torchvision's `CenterCrop` places
    /// it; a box that is larger than the image is cut to it.
    public static func centred(
        width: Int, height: Int, inWidth imageWidth: Int, height imageHeight: Int
    ) -> PixelBox {
        let (width, height) = (min(width, imageWidth), min(height, imageHeight))
        return PixelBox(
            left: Int((Double(imageWidth - width) / 2).rounded(.toNearestOrEven)),
            top: Int((Double(imageHeight - height) / 2).rounded(.toNearestOrEven)),
            width: width, height: height)
    }

    /// Whether the box holds a pixel and lies within an image of that size.
    public func fits(width imageWidth: Int, height imageHeight: Int) -> Bool {
        left >= 0 && top >= 0 && width > 0 && height > 0 && left <= imageWidth - width
            && top <= imageHeight - height
    }
}
