import JepaCore
import JepaImages
import JepaInterop
import JepaTensor

/// An image that is asked for, prepared as those of an index were.
struct QueryImage {
    /// `[1, 3, H, W]`, normalised.
    let pixels: Tensor

    /// Reads an image.
    ///
    /// - Throws: `data` if it cannot be read.
    init(_ path: String, like index: SearchIndex.Description) throws {
        let reader = ImageReader()
        pixels = Tensor(uninitialized: [1, 3, index.height, index.width])
        // An index of another version may name a filter that is not known here.
        guard let filter = ResizeFilter(rawValue: index.filter) else {
            throw PipelineError(.file, "the index names the unknown filter '\(index.filter)'")
        }
        do throws(DecodingFailure) {
            try reader.load(PathBytes(path))
            try reader.decode()
            let region = SampleRegion(
                centreOf: reader.size, for: index.width, index.height,
                share: index.evaluatedShare)
            try reader.sample(
                crop: region.crop, box: region.box,
                to: ImageReader.Size(width: index.width, height: index.height), filter: filter,
                flip: false, mean: index.mean.map { Float($0) }, std: index.std.map { Float($0) },
                into: UnsafeMutableBufferPointer(
                    start: pixels.mutablePointer, count: pixels.count))
        } catch {
            throw PipelineError(.data, "'\(path)' cannot be used: \(error.description)")
        }
    }
}
