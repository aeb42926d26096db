public import JepaCore
import JepaFormats
import JepaTensor
import Synchronization

/// Gives the images of a recorded run in the order in which they were trained on.
///
/// Images `[C, H, W]`, normalised already, from the tensors `STEP.images [B, C, H, W]` of
/// `batches.safetensors`; image `i` is the one of step `i / B`. Nothing is changed at random. With
/// `train.shuffle: false` and the batch size of the record, training sees the same batches.
public final class RecordedImages: DataSource {
    public static let descriptor = StageDescriptor(
        name: "recorded", summary: "The images of a recorded run, in their order.",
        parameters: [
            .path("path", help: "The folder of the run, with its file 'batches.safetensors'."),
            .size("size", in: 1...8192, help: "Height and width of the recorded images."),
            .integer(
                "channels", in: 1...64, default: 3, help: "The channels of the recorded images."),
        ])

    public let imageShape: ImageShape
    private let file: String
    private let owner: String
    private let location: SourceLocation?
    private let batches = Mutex<[StoredTensor]>([])

    public init(parameters: StageParameters) throws {
        let (height, width) = parameters.size("size")
        imageShape = ImageShape(
            channels: parameters.integer("channels"), height: height, width: width)
        file = parameters.text("path") + "/batches.safetensors"
        owner = "stage '\(parameters.stageName)'"
        location = parameters.values.location(of: "path") ?? parameters.location
    }

    public func open() throws {
        let reader = try SafetensorsReader(path: file)
        var found: [StoredTensor] = []
        while let images = reader["\(found.count).images"] { found.append(images) }
        let image = [imageShape.channels, imageShape.height, imageShape.width]
        guard let first = found.first else {
            throw error("'\(file)' has no tensor '0.images'")
        }
        for images in found {
            let fits = images.shape.count == 4 && Array(images.shape.dropFirst()) == image
            guard fits, images.shape[0] > 0 else {
                throw error(
                    "'\(images.name)' of '\(file)' has the shape \(images.shape), not [B, "
                        + "\(image.map(String.init).joined(separator: ", "))]")
            }
            guard images.shape[0] == first.shape[0] else {
                throw error(
                    "'\(images.name)' of '\(file)' has \(images.shape[0]) images, the first batch "
                        + "\(first.shape[0])")
            }
        }
        batches.withLock { $0 = found }
    }

    public var count: Int { batches.withLock { $0.count * batchSize(of: $0) } }

    public func fingerprint() throws -> String {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for images in batches.withLock({ $0 }) {
            images.withUnsafeBytes { bytes in
                for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            }
        }
        return "recorded, \(count) images, \(String(hash, radix: 16))"
    }

    public func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        precondition(views.count == 1, "a record gives one view, not \(views.count)")
        let batches = batches.withLock { $0 }
        let (step, place) = request.index.quotientAndRemainder(
            dividingBy: batchSize(of: batches))
        let image = try batches[step].rows(place..<place + 1).floats()
        views[0].baseAddress?.update(from: image.pointer, count: image.count)
        return -1
    }

    private func batchSize(of batches: [StoredTensor]) -> Int { batches.first?.shape[0] ?? 1 }

    private func error(_ message: String) -> PipelineError {
        PipelineError(.data, "\(owner): \(message)", at: location)
    }
}
