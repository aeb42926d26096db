import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats
import JepaImageFolder
import JepaImages

/// The PNG files that tell of every pixel of the images of a folder.
///
/// The map of `IMAGES/a/1.jpg` is `MAPS/a/1.png`; it has one channel and the size of its image. What
/// evaluation sees of an image is taken of its map, too, from the nearest pixel.
final class MapFolder {
    /// What the numbers in the files mean.
    enum Kind {
        /// The class of each pixel, 8 bits or fewer; 255 is unknown. Nil for as many as occur.
        case classes(count: Int?)
        /// The distance of each pixel, 16 bits; 0 is unknown, and so is what is beyond `most`.
        case distances(scale: Double, most: Double)
    }

    /// The number of pixels without a class.
    static let unknownClass: UInt16 = 255

    /// The folder of the maps.
    let path: String
    private let images: ImageFolder
    private let imagePath: String
    private let kind: Kind
    private let reader = ImageReader()

    /// The maps of the images of a folder, opened already.
    init(_ path: String, of images: ImageFolder, in imagePath: String, _ kind: Kind) {
        self.path = path
        self.images = images
        self.imagePath = imagePath
        self.kind = kind
    }

    /// Looks at the maps of some images before anything is computed from them.
    ///
    /// - Returns: The highest class.
    /// - Throws: `file` if there is no folder; `data` if maps are missing or cannot be used.
    func check(_ indices: [Int], _ interruption: () throws -> Void) throws -> Int {
        guard Folder.exists(path) else {
            throw PipelineError(.file, "the folder of the maps, '\(path)', does not exist")
        }
        let missing = indices.filter {
            !FileManager.default.fileExists(atPath: "\(path)/\(name(of: $0))")
        }
        if let first = missing.first {
            throw PipelineError(
                .data,
                "\(missing.count) of \(indices.count) images of '\(imagePath)' have no map: there "
                    + "is no '\(path)/\(name(of: first))'",
                notes: [
                    "The map of an image has its path below the folder of maps, ending in .png."
                ])
        }
        var highest = 0
        var clock = ProgressClock()
        for (done, index) in indices.enumerated() {
            try interruption()
            guard let numbers = try numbers(of: index) else { continue }
            if case .classes = kind {
                let known = numbers.lazy.filter { $0 != Self.unknownClass }
                highest = max(highest, Int(known.max() ?? 0))
            }
            if let rest = clock.rest(done + 1, of: indices.count) {
                JepaPipe.report(
                    "\(path): \(grouped(done + 1)) of "
                        + "\(grouped(indices.count)) maps read, \(rest) left")
            }
        }
        return highest
    }

    /// The map of an image as evaluation sees it.
    ///
    /// - Throws: `data` if it cannot be used.
    func map(of index: Int) throws -> PixelMap {
        let shape = images.imageShape
        guard let numbers = try numbers(of: index) else {
            throw PipelineError(
                .data, "cannot read the image '\(imagePath)/\(images.name(of: index))' again")
        }
        let values: [Float]
        switch kind {
        case .classes: values = numbers.map { $0 == Self.unknownClass ? .nan : Float($0) }
        case .distances(let scale, let most):
            values = numbers.map { number in
                let distance = Double(number) / scale
                return number == 0 || distance > most ? .nan : Float(distance)
            }
        }
        return PixelMap(height: shape.height, width: shape.width, values: values)
    }

    /// The path of the map of an image below the folder.
    private func name(of index: Int) -> String {
        let bytes = images.path(of: index).bytes
        let dot = bytes.lastIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
        return String(decoding: bytes[..<dot], as: UTF8.self) + ".png"
    }

    /// The numbers of a map where evaluation sees the image; nil if the image cannot be read, which
    /// is then said of the image.
    private func numbers(of index: Int) throws -> [UInt16]? {
        let size: ImageReader.Size
        do throws(DecodingFailure) {
            try reader.load(images.file(of: index))
            size = try reader.measure()
        } catch {
            return nil
        }
        let file = "\(path)/\(name(of: index))"
        let map: NumberMap
        do throws(DecodingFailure) {
            try reader.load(PathBytes(file))
            map = try reader.numbers()
        } catch {
            throw PipelineError(.data, "cannot use the map '\(file)': \(error.description)")
        }
        guard map.width == size.width, map.height == size.height else {
            throw PipelineError(
                .data,
                "the map '\(file)' has \(map.width)x\(map.height) pixels, and its image "
                    + "'\(imagePath)/\(images.name(of: index))' \(size.width)x\(size.height); both "
                    + "have to have the same size")
        }
        try check(map, file)
        return map.sampled(
            images.evaluatedRegion(of: size), to: images.imageShape.width,
            images.imageShape.height)
    }

    /// Whether the numbers can be what they are said to be.
    private func check(_ map: NumberMap, _ file: String) throws {
        switch kind {
        case .classes(let count):
            guard map.bits <= 8 else {
                throw PipelineError(
                    .data,
                    "the map '\(file)' has numbers of \(map.bits) bits; classes have 8 or fewer")
            }
            guard let count else { return }
            guard
                let place = map.values.firstIndex(where: {
                    $0 >= count && $0 != Self.unknownClass
                })
            else { return }
            throw PipelineError(
                .data,
                "the map '\(file)' has class \(map.values[place]) in row \(place / map.width), "
                    + "column \(place % map.width); allowed is 0 to \(count - 1), and 255 for "
                    + "what is unknown",
                notes: ["--classes says how many there are."])
        case .distances:
            guard map.bits == 16 else {
                throw PipelineError(
                    .data,
                    "the map '\(file)' has numbers of \(map.bits) bits; distances have 16")
            }
        }
    }
}
