import CImageCodec

extension Image {
    /// The part of the picture inside of a box.
    public func cropped(to box: PixelBox) -> Image {
        precondition(
            box.fits(width: width, height: height), "\(box) is not within \(width)x\(height)")
        var part: [UInt8] = []
        part.reserveCapacity(box.width * box.height * Self.channels)
        for y in box.top..<(box.top + box.height) {
            let start = (y * width + box.left) * Self.channels
            part += pixels[start..<(start + box.width * Self.channels)]
        }
        return Image(width: box.width, height: box.height, pixels: part)
    }

    /// The picture at another size, resampled as Pillow's `Image.resize(size, filter, box)`.
    ///
    /// - Parameter box: The part to take, in pixels, edges may lie within a pixel; the filter also
    ///   sees what is beside it (crop first where it must not). Default: the whole picture.
    public func resized(
        box: ImageReader.Box? = nil, to newWidth: Int, _ newHeight: Int, filter: ResizeFilter
    ) -> Image {
        precondition(newWidth > 0 && newHeight > 0, "\(newWidth)x\(newHeight) holds no pixel")
        let part =
            box ?? ImageReader.Box(left: 0, top: 0, right: Double(width), bottom: Double(height))
        precondition(
            part.fits(width: width, height: height),
            "\(part) is not within \(width)x\(height)")
        var resampler = ic_resampler()
        defer { ic_free_resampler(&resampler) }
        let count = newWidth * newHeight * Self.channels
        let result = [UInt8](unsafeUninitializedCapacity: count) { target, written in
            let status = ic_resize(
                &resampler, pixels, UInt32(width), UInt32(height), width * Self.channels,
                [part.left, part.top, part.right, part.bottom], target.baseAddress,
                UInt32(newWidth), UInt32(newHeight), filter.code)
            precondition(status == IC_OK.rawValue, "there is no memory for resampling")
            written = count
        }
        return Image(width: newWidth, height: newHeight, pixels: result)
    }

    /// The picture with left and right exchanged.
    public func flippedHorizontally() -> Image {
        var mirrored = self
        for y in 0..<height {
            for x in 0..<width { mirrored[x, y] = self[width - 1 - x, y] }
        }
        return mirrored
    }

    /// The picture after a change of its colours or its sharpness.
    public func changed(by change: PictureChange) throws(DecodingFailure) -> Image {
        var result = self
        let outcome = result.pixels.withUnsafeMutableBufferPointer { pixels in
            Result { () throws(DecodingFailure) in
                guard let start = pixels.baseAddress else { return }
                try change.apply(to: start, width: width, height: height)
            }
        }
        try outcome.get()
        return result
    }

    /// The pixels as numbers around zero: `(value / 255 - mean) / std`, `[3, height, width]`.
    ///
    /// - Parameters:
    ///   - mean: One per channel, in the scale 0...1.
    ///   - std: One per channel, in the scale 0...1.
    public func normalised(mean: [Float], std: [Float]) -> [Float] {
        precondition(mean.count == 3 && std.count == 3, "there are three channels")
        return [Float](unsafeUninitializedCapacity: pixels.count) { planes, written in
            ic_normalise(
                pixels, UInt32(width), UInt32(height), 0, mean, std, planes.baseAddress)
            written = pixels.count
        }
    }
}
