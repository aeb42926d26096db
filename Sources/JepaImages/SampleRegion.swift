/// The part of an image that is resampled to the size of the network's input.
package struct SampleRegion: Equatable {
    /// Whole pixels; the filter sees nothing outside of them.
    package var crop: PixelBox
    /// The part within the crop, in its pixels; the filter sees what is beside it.
    package var box: ImageReader.Box?

    /// A crop that is resampled as a whole.
    package init(crop: PixelBox) { self.crop = crop }

    /// The middle of an image, as when it is resized until its shorter side is the wanted one
    /// divided by `share`, and then cropped in the middle to whole pixels.
    ///
    /// Source: torchvision's `Resize` and `CenterCrop`, with their rounding.
    package init(centreOf size: ImageReader.Size, for width: Int, _ height: Int, share: Double) {
        crop = PixelBox(left: 0, top: 0, width: size.width, height: size.height)
        let (w, h) = (Double(size.width), Double(size.height))
        let isWidthShorter = Double(width) / w >= Double(height) / h
        var (wide, high) = (width, height)
        if isWidthShorter {
            wide = Int((Double(width) / share).rounded())
            high = max(height, wide * size.height / size.width)
        } else {
            high = Int((Double(height) / share).rounded())
            wide = max(width, high * size.width / size.height)
        }
        let middle = PixelBox.centred(width: width, height: height, inWidth: wide, height: high)
        let (x, y) = (w / Double(wide), h / Double(high))
        box = ImageReader.Box(
            left: Double(middle.left) * x, top: Double(middle.top) * y,
            right: min(w, Double(middle.left + width) * x),
            bottom: min(h, Double(middle.top + height) * y))
    }

    /// The same part of the image at another size.
    package func scaled(from old: ImageReader.Size, to new: ImageReader.Size) -> SampleRegion {
        guard old != new else { return self }
        let (x, y) = (
            Double(new.width) / Double(old.width), Double(new.height) / Double(old.height)
        )
        var region = self
        let left = Int((Double(crop.left) * x).rounded(.down))
        let top = Int((Double(crop.top) * y).rounded(.down))
        region.crop = PixelBox(
            left: left, top: top,
            width: min(new.width - left, max(1, Int((Double(crop.width) * x).rounded()))),
            height: min(new.height - top, max(1, Int((Double(crop.height) * y).rounded()))))
        region.box = box.map {
            ImageReader.Box(
                left: $0.left * x, top: $0.top * y,
                right: min($0.right * x, Double(new.width)),
                bottom: min($0.bottom * y, Double(new.height)))
        }
        return region
    }

    /// The smallest image in which this part still has the wanted size.
    package func smallestImage(
        _ size: ImageReader.Size, for target: ImageReader.Size
    ) -> ImageReader.Size {
        let width = box.map { $0.right - $0.left } ?? Double(crop.width)
        let height = box.map { $0.bottom - $0.top } ?? Double(crop.height)
        return ImageReader.Size(
            width: Int((Double(size.width * target.width) / width).rounded(.up)),
            height: Int((Double(size.height * target.height) / height).rounded(.up)))
    }
}
