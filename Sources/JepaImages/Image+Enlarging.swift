extension Image {
    /// The picture with every pixel as a square of `factor` pixels: as small pictures are shown
    /// without inventing anything.
    public func enlarged(by factor: Int) -> Image {
        precondition(factor >= 1, "a picture cannot be enlarged by \(factor)")
        if factor == 1 { return self }
        return stretched(to: width * factor, height * factor)
    }

    /// The picture at another size, each pixel taken from the nearest of this one.
    ///
    /// Sharp edges stay sharp; at sizes that are no multiple of this one's, some pixels become
    /// larger than others.
    public func stretched(to newWidth: Int, _ newHeight: Int) -> Image {
        precondition(newWidth > 0 && newHeight > 0, "\(newWidth)x\(newHeight) holds no pixel")
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * Self.channels)
        pixels.withUnsafeBufferPointer { from in
            for y in 0..<newHeight {
                let row = y * height / newHeight * width
                for x in 0..<newWidth {
                    let source = (row + x * width / newWidth) * Self.channels
                    let place = (y * newWidth + x) * Self.channels
                    for channel in 0..<Self.channels {
                        result[place + channel] = from[source + channel]
                    }
                }
            }
        }
        return Image(width: newWidth, height: newHeight, pixels: result)
    }

    /// The picture in shades of gray, by the brightness of its colours.
    ///
    /// Source: the luma of ITU-R BT.601, as in Pillow's `convert("L")`.
    public var grayscale: Image {
        var result = self
        for place in stride(from: 0, to: pixels.count, by: Self.channels) {
            let luma =
                0.299 * Double(pixels[place]) + 0.587 * Double(pixels[place + 1])
                + 0.114 * Double(pixels[place + 2])
            for channel in 0..<Self.channels {
                result.pixels[place + channel] = UInt8(luma.rounded())
            }
        }
        return result
    }
}
