import CImageCodec

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Image {
    /// Decodes a JPEG or PNG, whichever the bytes are, and turns it upright.
    ///
    /// - Parameters:
    ///   - minimumSize: If given, a JPEG may come out at 1/2, 1/4 or 1/8 of its size, but not
    ///     smaller than this.
    ///   - maximumPixels: Refuses larger pictures before memory is allocated for them.
    /// - Throws: `DecodingFailure`.
    public init(
        decoding bytes: UnsafeRawBufferPointer, minimumSize: ImageReader.Size? = nil,
        maximumPixels: Int = ImageReader.Limits().maximumPixels
    ) throws(DecodingFailure) {
        var limits = ImageReader.Limits()
        limits.maximumPixels = maximumPixels
        let reader = ImageReader(limits: limits)
        try reader.decode(bytes, minimumSize: minimumSize)
        self = reader.picture()
    }

    /// Decodes a JPEG or PNG, whichever the bytes are, and turns it upright.
    public init(
        decoding bytes: [UInt8], minimumSize: ImageReader.Size? = nil,
        maximumPixels: Int = ImageReader.Limits().maximumPixels
    ) throws(DecodingFailure) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(DecodingFailure) in
                try Image(
                    decoding: buffer, minimumSize: minimumSize, maximumPixels: maximumPixels)
            }
        }
        self = try result.get()
    }

    /// Reads and decodes a JPEG or PNG file, and turns it upright.
    public init(
        contentsOf path: String, minimumSize: ImageReader.Size? = nil,
        maximumPixels: Int = ImageReader.Limits().maximumPixels
    ) throws(DecodingFailure) {
        var limits = ImageReader.Limits()
        limits.maximumPixels = maximumPixels
        let reader = ImageReader(limits: limits)
        try reader.load(PathBytes(path))
        try reader.decode(minimumSize: minimumSize)
        self = reader.picture()
    }

    /// The picture as a PNG file.
    public func pngData() -> [UInt8] {
        bytes(of: ic_encode_png(pixels, UInt32(width), UInt32(height), Int32(Self.channels)))
    }

    /// The picture as a baseline JPEG file.
    ///
    /// - Parameter quality: 1 (small) to 100 (close to the original).
    public func jpegData(quality: Int = 90) -> [UInt8] {
        precondition(
            width <= 65500 && height <= 65500, "\(width)x\(height) is too large for a JPEG")
        return bytes(
            of: ic_encode_jpeg(
                pixels, UInt32(width), UInt32(height), Int32(min(max(quality, 1), 100))))
    }

    /// Takes over an encoded file; encoding in memory fails only where allocating would trap.
    private func bytes(of encoded: ic_encoded) -> [UInt8] {
        guard let bytes = encoded.bytes else {
            let text = withUnsafeBytes(of: encoded.message) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            preconditionFailure("\(width)x\(height) pixels cannot be encoded: \(text)")
        }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: encoded.size))
    }
}
