public import JepaCore
import JepaImages
import Synchronization

/// Gives the JPEG and PNG images of a folder and its sub-folders.
///
/// Images `[3, H, W]`: upright (EXIF is applied), RGB, `(value / 255 - mean) / std`. In training
/// a random part of every image is cut out and resampled with an antialiasing filter, and its
/// colours and sharpness vary if so wished; evaluation gets the middle. The output `second` is
/// another view of the same images, cut out and changed by itself. Alpha is dropped, 16 bits become
/// 8, gray and CMYK become RGB, as in Pillow.
///
/// A file that cannot be used is named in `rejected`, and another image, chosen by the random
/// numbers of the request alone, stands in for it; above the share `max_bad` training stops.
/// Source: I-JEPA, appendix A (crop scale 0.3...1, neither flip nor colour changes).
public final class ImageFolder: DataSource {
    public static let descriptor = StageDescriptor(
        name: "image_folder",
        summary: "The JPEG and PNG images of a folder, with or without sub-folders as classes.",
        source: "arXiv 2301.08243; torchvision's RandomResizedCrop; Pillow's resampling",
        outputs: Role.dataSource.standardOutputs + [.secondView],
        parameters: [
            .path(
                "path", help: "The folder; all its sub-folders belong to it, links are followed."),
            .size(
                "size", in: 1...8192, default: 224, help: "Height and width of the images given."),
            .choice(
                "crop", of: Crop.self, default: .random,
                help: "What training sees: a random part, or the middle as in evaluation."),
            .interval(
                "crop_scale", in: 0.001...1, default: 0.3...1,
                help: "The share of an image's area that a random crop covers."),
            .interval(
                "crop_ratio", in: 0.01...100, default: 3.0 / 4...4.0 / 3,
                help: "Width over height of a random crop, before it is resized."),
            .boolean(
                "flip", default: false, help: "Mirrors every other training image, at random."),
            .choice(
                "filter", of: ResizeFilter.self, default: .bilinear,
                help: "Pillow's antialiasing filter for resizing."),
            .real(
                "eval_crop", in: 0.1...1, default: 1,
                help: "The share of the shorter side that evaluation sees; 0.875 is the usual "
                    + "224 out of 256."),
            .reals(
                "mean", in: 0...1, default: [0.485, 0.456, 0.406],
                help: "What is subtracted from red, green and blue, in the scale 0 to 1."),
            .reals(
                "std", in: 0.0001...10, default: [0.229, 0.224, 0.225],
                help: "What red, green and blue are divided by after that."),
            .choice(
                "labels", of: ImageTable.LabelSource.self, default: .auto,
                help: "'folders' takes the first sub-folder as the class; 'auto' does so if there "
                    + "are two or more of them. Images beside them have no class."),
            .optionalInteger(
                "limit", in: 1...1_000_000_000,
                help: "Takes only so many images, spread evenly over all; all if left out.",
                unit: .images),
            .real(
                "max_bad", in: 0...1, default: 0.05,
                help: "The share of the images that may be unusable before training stops."),
            .integer(
                "max_pixels", in: 1...1_000_000_000, default: 178_956_970,
                help: "Larger images are refused before memory is allocated for them.",
                unit: .pixels),
            .boolean(
                "fast_decoding", default: false,
                help: "Decodes large JPEGs at 1/2, 1/4 or 1/8 of their size where the crop is "
                    + "still larger than 'size'; a few levels off the full decoding."),
        ] + Augmentation.parameters)

    /// What training sees of an image.
    private enum Crop: String, CaseIterable {
        case random
        case centre
    }

    /// What `open` found.
    struct Contents: Sendable {
        let images: ImageTable
        let ledger: RejectionLedger
    }

    public let imageShape: ImageShape
    let root: PathBytes
    private let place: FolderPlace
    private let labelSource: ImageTable.LabelSource
    private let limit: Int?
    private let allowedShare: Double
    private let found = Mutex<Contents?>(nil)
    private let readers: ImageReaderPool
    private let crop: RandomResizedCrop?
    private let filter: ResizeFilter
    private let flips: Bool
    private let augmentation: Augmentation
    let evaluatedShare: Double
    /// Whether evaluation sees whole images, squeezed to the wanted shape, instead of their middle.
    let evaluatesWhole: Bool
    private let mean: [Float], std: [Float]
    private let isFast: Bool

    public convenience init(parameters: StageParameters) throws {
        try self.init(parameters: parameters, evaluatesWhole: false)
    }

    /// A folder whose images evaluation may see as a whole, for labels that tell what is anywhere
    /// in them.
    package init(parameters: StageParameters, evaluatesWhole: Bool) throws {
        self.evaluatesWhole = evaluatesWhole
        let path = parameters.text("path")
        let size = parameters.size("size")
        imageShape = ImageShape(height: size.height, width: size.width)
        crop =
            parameters.choice("crop", as: Crop.self) == .random
            ? RandomResizedCrop(
                scale: parameters.interval("crop_scale"), ratio: parameters.interval("crop_ratio"))
            : nil
        filter = parameters.choice("filter", as: ResizeFilter.self)
        flips = parameters.boolean("flip")
        augmentation = try Augmentation(parameters)
        evaluatedShare = parameters.real("eval_crop")
        mean = parameters.reals("mean").map { Float($0) }
        std = parameters.reals("std").map { Float($0) }
        isFast = parameters.boolean("fast_decoding")
        var limits = ImageReader.Limits()
        limits.maximumPixels = parameters.integer("max_pixels")
        readers = ImageReaderPool(limits: limits)

        root = PathBytes(path)
        place = FolderPlace(path: path, parameters: parameters)
        labelSource = parameters.choice("labels", as: ImageTable.LabelSource.self)
        limit = parameters.optionalInteger("limit")
        allowedShare = parameters.real("max_bad")
    }

    /// Lists the folder; a second call does nothing.
    ///
    /// - Throws: `file` if the folder cannot be listed; `data` if it holds no image that can be
    ///   read, no classes that were asked for, or too much that is unusable.
    public func open() throws {
        guard found.withLock({ $0 == nil }) else { return }
        let listing = try place.list()
        let images = try ImageTable(listing, labels: labelSource, limit: limit, place: place)
        let ledger = RejectionLedger(
            listing, images: images, place: place, allowedShare: allowedShare)
        try ledger.check()
        try findReadableImage(of: images, ledger)
        found.withLock { $0 = Contents(images: images, ledger: ledger) }
    }

    var contents: Contents {
        guard let contents = found.withLock({ $0 }) else {
            fatalError("the folder '\(place.path)' has not been opened")
        }
        return contents
    }

    public var count: Int { contents.images.count }
    public var classNames: [String] { contents.images.classNames }
    public var rejected: [RejectedSample] { contents.ledger.rejected }
    public var repaired: [RejectedSample] { contents.ledger.repaired }

    /// The path of an image below the folder, as messages show it.
    public func name(of index: Int) -> String { "\(contents.images.path(of: index))" }

    /// The class of an image by its folder, -1 if unknown.
    public func label(of index: Int) -> Int32 { contents.images.labels[index] }

    public func fingerprint() -> String { contents.images.fingerprint }

    /// The fingerprint with the times when the images were written, which a copy may not keep: for
    /// what is stored beside them and easily made again.
    package var revision: String { contents.images.revision }

    public func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        precondition(
            1...2 ~= views.count, "an image folder gives one view or two, not \(views.count)")
        let (images, ledger) = (contents.images, contents.ledger)
        var replacement = request.random.forPurpose("replacement")
        return try readers.withReader { reader in
            var index = request.index
            var attempts = 0
            while true {
                if !ledger.isRejected(index) {
                    do throws(DecodingFailure) {
                        let warning = try fill(
                            views, from: images.path(of: index), request, reader)
                        if let warning {
                            ledger.noteRepair(index, name: name(of: index), what: warning)
                        }
                        return images.labels[index]
                    } catch {
                        try ledger.reject(
                            index, name: name(of: index), reason: error.description)
                    }
                }
                // At random, so that no image is seen much more often than the others; one after
                // the other if good images are rare. The ledger has made sure that there is one.
                attempts += 1
                index =
                    attempts < 32
                    ? replacement.integer(in: 0..<images.count) : (index + 1) % images.count
            }
        }
    }

    /// Fails early if nothing in the folder is an image.
    private func findReadableImage(of images: ImageTable, _ ledger: RejectionLedger) throws {
        try readers.withReader { reader in
            for index in 0..<images.count {
                do throws(DecodingFailure) {
                    try reader.load(root.appending(images.path(of: index)))
                    _ = try reader.measure()
                    return
                } catch {
                    let name = "\(images.path(of: index))"
                    try ledger.reject(index, name: name, reason: error.description)
                }
            }
        }
    }

    /// Decodes one image and writes its views, `[3, H, W]` each.
    ///
    /// - Returns: What had to be repaired, if anything.
    private func fill(
        _ views: [UnsafeMutableBufferPointer<Float>], from path: PathBytes,
        _ request: SampleRequest, _ reader: ImageReader
    ) throws(DecodingFailure) -> String? {
        let target = ImageReader.Size(width: imageShape.width, height: imageShape.height)
        try reader.load(root.appending(path))
        // Drawn for the size in the file, so that reduced decoding changes no draw.
        let drawn: [View]
        if isFast {
            let full = try reader.measure()
            drawn = views.indices.map { view($0, of: full, request) }
            let sizes = drawn.map { $0.region.smallestImage(full, for: target) }
            try reader.decode(
                minimumSize: ImageReader.Size(
                    width: sizes.reduce(0) { max($0, $1.width) },
                    height: sizes.reduce(0) { max($0, $1.height) }))
        } else {
            try reader.decode()
            drawn = views.indices.map { view($0, of: reader.fullSize, request) }
        }
        for (view, buffer) in zip(drawn, views) {
            let part = view.region.scaled(from: reader.fullSize, to: reader.size)
            try reader.sample(
                crop: part.crop, box: part.box, to: target, filter: filter, changes: view.changes,
                flip: view.isFlipped, mean: mean, std: std, into: buffer)
        }
        return reader.warning
    }

    /// What is shown of an image, and how.
    private struct View {
        let region: SampleRegion
        let isFlipped: Bool
        let changes: [PictureChange]
    }

    /// Draws a view; plain ones are the middle.
    private func view(_ number: Int, of size: ImageReader.Size, _ request: SampleRequest) -> View {
        var random = request.random(forView: number)
        let region: SampleRegion
        if request.isAugmented, let crop {
            region = SampleRegion(
                crop: crop.box(width: size.width, height: size.height, using: &random))
        } else {
            region = evaluatedRegion(of: size)
        }
        guard request.isAugmented else {
            return View(region: region, isFlipped: false, changes: [])
        }
        return View(
            region: region, isFlipped: flips && random.uniform() < 0.5,
            changes: augmentation.changes(using: &random))
    }
}
