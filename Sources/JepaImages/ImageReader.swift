import CImageCodec

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads, decodes and resamples one picture after the other in memory that it keeps.
///
/// For one thread at a time; every worker has its own. After the first few pictures nothing is
/// allocated any more.
public final class ImageReader {
    /// What is to be respected while decoding.
    public struct Limits: Sendable, Hashable {
        /// The largest picture that is decoded, in pixels. The default is where Pillow refuses a
        /// picture as a decompression bomb.
        public var maximumPixels = 178_956_970
        /// The largest file that is read, in bytes.
        public var maximumBytes = 1 << 30

        /// The defaults.
        public init() {}
    }

    /// Sizes of a decoded or measured picture, in pixels of the upright picture.
    public struct Size: Sendable, Hashable {
        /// Columns and rows.
        public var width: Int, height: Int

        /// A size.
        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// A part of a picture whose edges may lie within a pixel.
    public struct Box: Sendable, Hashable {
        /// The edges in pixels from the left and the top.
        public var left: Double, top: Double, right: Double, bottom: Double

        /// A part.
        public init(left: Double, top: Double, right: Double, bottom: Double) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
        }

        /// Whether the box lies within a picture of that size and is not empty.
        func fits(width: Int, height: Int) -> Bool {
            0 <= left && left < right && right <= Double(width) && 0 <= top && top < bottom
                && bottom <= Double(height)
        }
    }

    /// What every decoding respects.
    public let limits: Limits
    private var file: UnsafeMutableRawBufferPointer
    private var fileSize = 0
    private var image = ic_image()
    private var resampler = ic_resampler()
    private var resized: UnsafeMutableBufferPointer<UInt8>

    /// A reader without memory yet.
    public init(limits: Limits = Limits()) {
        self.limits = limits
        file = .init(start: nil, count: 0)
        resized = .init(start: nil, count: 0)
    }

    deinit {
        file.deallocate()
        resized.deallocate()
        ic_free_image(&image)
        ic_free_resampler(&resampler)
    }

    /// The size of the picture that `decode` left.
    public var size: Size { Size(width: Int(image.width), height: Int(image.height)) }

    /// The size the file states for that picture; larger than `size` after a reduced decoding.
    public var fullSize: Size {
        Size(width: Int(image.full_width), height: Int(image.full_height))
    }

    /// What the decoder had to repair, if anything.
    public var warning: String? { image.warnings == 0 ? nil : message }

    /// Reads a file into memory; `measure` and `decode` then work on it.
    ///
    /// Never waits: anything but a plain file (a pipe, a device, a folder) is refused.
    /// - Throws: `DecodingFailure` `.unreadable` or `.tooLarge`.
    public func load(_ path: PathBytes) throws(DecodingFailure) {
        fileSize = 0
        let descriptor = path.withCString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) }
        guard descriptor >= 0 else { throw .unreadable(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DecodingFailure(.unreadable, "is not a plain file")
        }
        guard status.st_size <= limits.maximumBytes else {
            throw DecodingFailure(
                .tooLarge,
                "the file has \(status.st_size) bytes, more than the limit of "
                    + "\(limits.maximumBytes)")
        }
        let size = Int(status.st_size)
        if file.count < size {
            file.deallocate()
            file = .allocate(byteCount: max(size, 1 << 16), alignment: 64)
        }
        while fileSize < size {
            let count = read(descriptor, file.baseAddress! + fileSize, size - fileSize)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(errno) }
            if count == 0 { break }
            fileSize += count
        }
    }

    /// The upright size of the loaded picture, without decoding it.
    public func measure() throws(DecodingFailure) -> Size {
        try run(bytes: UnsafeRawBufferPointer(rebasing: file[..<fileSize]), headerOnly: true)
        return fullSize
    }

    /// Decodes the loaded file to upright RGB.
    ///
    /// - Parameter minimumSize: If given, a JPEG may be decoded to 1/2, 1/4 or 1/8 of its size as
    ///   long as it stays at least this large, which is faster and differs by a few levels.
    public func decode(minimumSize: Size? = nil) throws(DecodingFailure) {
        try decode(
            UnsafeRawBufferPointer(rebasing: file[..<fileSize]), minimumSize: minimumSize)
    }

    /// Decodes a JPEG or PNG in memory to upright RGB.
    public func decode(
        _ bytes: UnsafeRawBufferPointer, minimumSize: Size? = nil
    ) throws(DecodingFailure) {
        try run(bytes: bytes, minimumSize: minimumSize, headerOnly: false)
    }

    /// A copy of the decoded picture.
    public func picture() -> Image {
        precondition(image.width > 0, "nothing has been decoded")
        let bytes = UnsafeBufferPointer(
            start: image.pixels, count: size.width * size.height * Image.channels)
        return Image(width: size.width, height: size.height, pixels: Array(bytes))
    }

    /// The numbers of the loaded file, a PNG of one channel, as they stand in it.
    package func numbers() throws(DecodingFailure) -> NumberMap {
        var bits: Int32 = 0
        try run(bytes: UnsafeRawBufferPointer(rebasing: file[..<fileSize]), headerOnly: false) {
            ic_decode_numbers($0, $1, $2, $3, &bits)
        }
        let count = size.width * size.height
        let values = UnsafeRawPointer(image.pixels)!.bindMemory(to: UInt16.self, capacity: count)
        return NumberMap(
            width: size.width, height: size.height, bits: Int(bits),
            values: Array(UnsafeBufferPointer(start: values, count: count)))
    }

    /// Crops, resamples, changes, mirrors and normalises the decoded picture.
    ///
    /// - Parameters:
    ///   - crop: In pixels of `size`; the filter sees nothing outside of it, as after a crop.
    ///   - box: The part of the crop to take, in its pixels; the filter sees what is beside it.
    ///     Default: all of it.
    ///   - changes: What is done to the resampled picture, in this order.
    ///   - flip: Mirrors left and right.
    ///   - planes: Takes `(value / 255 - mean) / std`, `[3, target.height, target.width]`.
    /// - Throws: `DecodingFailure` `.noMemory`.
    public func sample(
        crop: PixelBox, box: Box? = nil, to target: Size, filter: ResizeFilter,
        changes: [PictureChange] = [], flip: Bool,
        mean: [Float], std: [Float], into planes: UnsafeMutableBufferPointer<Float>
    ) throws(DecodingFailure) {
        let area = target.width * target.height
        let box =
            box ?? Box(left: 0, top: 0, right: Double(crop.width), bottom: Double(crop.height))
        precondition(
            planes.count == 3 * area,
            "\(planes.count) floats are not [3, \(target.height), \(target.width)]")
        precondition(mean.count == 3 && std.count == 3, "there are three channels")
        precondition(
            crop.fits(width: size.width, height: size.height),
            "\(crop) is not within \(size.width)x\(size.height)")
        precondition(
            box.fits(width: crop.width, height: crop.height), "\(box) is not within \(crop)")
        if resized.count < 3 * area {
            resized.deallocate()
            resized = .allocate(capacity: 3 * area)
        }
        let status = ic_resize(
            &resampler, image.pixels + (crop.top * size.width + crop.left) * 3,
            UInt32(crop.width), UInt32(crop.height), size.width * 3,
            [box.left, box.top, box.right, box.bottom], resized.baseAddress, UInt32(target.width),
            UInt32(target.height), filter.code)
        guard status == IC_OK.rawValue else {
            throw DecodingFailure(.noMemory, "there is no memory for resampling")
        }
        if let pixels = resized.baseAddress {
            for change in changes {
                try change.apply(to: pixels, width: target.width, height: target.height)
            }
        }
        ic_normalise(
            resized.baseAddress, UInt32(target.width), UInt32(target.height), flip ? 1 : 0, mean,
            std, planes.baseAddress)
    }

    /// Gives memory back if more than so many bytes are held; what was decoded is gone then.
    public func releaseMemory(above limit: Int) {
        guard file.count + image.capacity + image.unturned_capacity + resampler.capacity > limit
        else { return }
        file.deallocate()
        file = .init(start: nil, count: 0)
        fileSize = 0
        ic_free_image(&image)
        ic_free_resampler(&resampler)
    }

    private var message: String {
        withUnsafeBytes(of: image.message) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private typealias Decoding = (
        UnsafePointer<UInt8>, Int, UnsafePointer<ic_options>, UnsafeMutablePointer<ic_image>
    ) -> Int32

    private func run(
        bytes: UnsafeRawBufferPointer, minimumSize: Size? = nil, headerOnly: Bool,
        _ decoding: Decoding = { ic_decode($0, $1, $2, $3) }
    ) throws(DecodingFailure) {
        var options = ic_options()
        options.maximum_pixels = UInt64(limits.maximumPixels)
        options.minimum_width = UInt32(clamping: minimumSize?.width ?? 0)
        options.minimum_height = UInt32(clamping: minimumSize?.height ?? 0)
        options.header_only = headerOnly ? 1 : 0
        let nothing: UInt8 = 0
        let status = withUnsafePointer(to: nothing) { empty in
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? empty
            return decoding(start, bytes.count, &options, &image)
        }
        guard status == IC_OK.rawValue else {
            image.width = 0
            image.height = 0
            throw DecodingFailure(DecodingFailure.Reason(status: status), message)
        }
    }
}

extension DecodingFailure {
    /// A failure of the operating system, in its own words.
    static func unreadable(_ code: Int32) -> DecodingFailure {
        DecodingFailure(.unreadable, systemMessage(code))
    }
}

extension DecodingFailure.Reason {
    /// The reason behind a status of the codec.
    init(status: Int32) {
        switch UInt32(status) {
        case IC_NOT_AN_IMAGE.rawValue: self = .notAnImage
        case IC_UNSUPPORTED.rawValue: self = .unsupported
        case IC_TOO_LARGE.rawValue: self = .tooLarge
        case IC_TRUNCATED.rawValue: self = .truncated
        case IC_NO_MEMORY.rawValue: self = .noMemory
        default: self = .damaged
        }
    }
}
