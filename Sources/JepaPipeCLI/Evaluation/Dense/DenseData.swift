import JepaCore
import JepaEvaluation
import JepaFormats
import JepaImageFolder
import JepaScenes

/// The images of an evaluation of pixels, and what is known of each pixel.
struct DenseData {
    /// The true map of an image, as large as the image.
    typealias Maps = (Int) throws -> PixelMap

    /// What is asked of pixels.
    enum Question: String {
        case segmentation, depth

        /// The folder of maps beside that of the images.
        var folder: String { self == .segmentation ? "labels" : "depth" }
    }

    /// How maps are to be read, as the command line says it.
    struct Options {
        /// The folder of the maps, where it is not beside that of the images.
        var maps: String?
        /// The names of the classes; nil for as many as occur.
        var classes: [String]?
        /// What numbers of 16 bits are divided by.
        var scale = 1000.0
        /// Distances above it are unknown.
        var most: Double?
    }

    /// The images.
    var images: EvaluationData
    /// The maps of the training and of the test images.
    let train: Maps, test: Maps
    /// The names of the classes; empty for distances.
    let classNames: [String]
    /// Where maps come from, in words.
    let words: String
    /// The unit of distances, in words.
    let unit: String

    /// Above this the built-in images have no distance: solids are nearer, and the ground goes on to
    /// the horizon.
    static let sceneLimit = 20.0

    /// Finds the images and their maps, and looks whether all are there.
    ///
    /// - Parameters:
    ///   - bytes: What the features of one image take up; images are as many as 1 GiB holds of
    ///     either part, unless `request` says how many.
    /// - Throws: `usage` for what does not fit together; as `EvaluationData` and `MapFolder`.
    init(
        _ question: Question, _ request: EvaluationData.Request, _ options: Options,
        size: (height: Int, width: Int), bytes: Int, run: LoadedPipeline?,
        interruption: () throws -> Void
    ) throws {
        let places = try Places(question, request, maps: options.maps)
        var request = request
        (request.data, request.test) = (places.train?.images ?? request.data, places.test?.images)
        var images = try EvaluationData(request, size: size, run: run)
        if request.limit == nil { images.limit(to: max(16, (1 << 30) / bytes)) }
        self.images = images
        guard let trainPlace = places.train else {
            let most = options.most ?? Self.sceneLimit
            train = try Self.maps(ofScenes: images.train, question, most)
            test = try Self.maps(ofScenes: images.test, question, most)
            classNames = question == .segmentation ? Scenes.mapNames : []
            unit = "scene units"
            words =
                question == .segmentation
                ? "the shape that each pixel shows, or background"
                : "the distance of what each pixel shows from the camera, up to \(most) \(unit)"
            return
        }
        let kind: MapFolder.Kind =
            question == .segmentation
            ? .classes(count: options.classes?.count)
            : .distances(scale: options.scale, most: options.most ?? .infinity)
        func folder(_ place: Place, _ images: EvaluationImages) -> MapFolder {
            guard let source = images.source as? ImageFolder else {
                fatalError("the images of '\(place.images)' are no image folder")
            }
            return MapFolder(place.maps, of: source, in: place.images, kind)
        }
        let trainMaps = folder(trainPlace, images.train)
        let testMaps = folder(places.test ?? trainPlace, images.test)
        let highest = max(
            try trainMaps.check(images.train.indices, interruption),
            try testMaps.check(images.test.indices, interruption))
        (train, test) = (trainMaps.map, testMaps.map)
        classNames =
            question == .segmentation
            ? options.classes ?? (0...highest).map { "class \($0)" } : []
        let scale =
            options.scale == options.scale.rounded()
            ? "\(Int(options.scale))" : "\(options.scale)"
        unit = "numbers of the maps / \(scale)"
        let own = "\(trainMaps.path), from the pixel nearest to each pixel of the scaled image"
        words =
            question == .segmentation
            ? own + "; 255 is unknown"
            : own + "; \(unit); unknown: 0"
                + (options.most.map { ", and above \($0)" } ?? "")
    }

    private static func maps(
        ofScenes images: EvaluationImages, _ question: Question, _ most: Double
    ) throws -> Maps {
        guard let scenes = images.source as? Scenes else {
            throw PipelineError(
                .usage, "nothing is known of the pixels of the images of the run; give --data",
                notes: ["'scenes' for the built-in images, or a folder with maps beside it."])
        }
        let shape = scenes.imageShape
        return { index in
            let maps = scenes.maps(of: index)
            return PixelMap(
                height: shape.height, width: shape.width,
                values: question == .segmentation
                    ? maps.classes.map { Float($0) }
                    : maps.distances.map { Double($0) > most ? .nan : $0 })
        }
    }
}

/// A folder of images and that of their maps.
private struct Place {
    let images: String
    let maps: String

    /// The same sub-folder of both.
    func appending(_ name: String) -> Place {
        Place(images: "\(images)/\(name)", maps: "\(maps)/\(name)")
    }

    /// The two folders in another one; nil if they are not there.
    init?(in folder: String, _ maps: String) {
        guard Folder.exists(folder + "/images") else { return nil }
        self.init(images: folder + "/images", maps: "\(folder)/\(maps)")
    }

    init(images: String, maps: String) {
        (self.images, self.maps) = (images, maps)
    }
}

/// Where images and maps of files are.
private struct Places {
    /// Nil for images that are rendered.
    var train: Place?
    /// Nil if they are some of the training images.
    var test: Place?

    private static let testNames = ["test", "val", "validation"]

    /// Finds `DIR/images` and `DIR/labels`, each with or without `train` and `test`, or
    /// `DIR/train/images` and so on, or the two folders that are given.
    init(
        _ question: DenseData.Question, _ request: EvaluationData.Request, maps: String?
    ) throws {
        guard let data = request.data, data != "scenes" || Folder.exists(data) else {
            guard maps == nil && request.test == nil else {
                throw PipelineError(
                    .usage, "'--labels' and '--test' go with '--data FOLDER', a folder of images")
            }
            return
        }
        let name = question.folder
        if let test = request.test {
            guard maps == nil, let first = Place(in: data, name), let second = Place(in: test, name)
            else {
                throw PipelineError(
                    .usage,
                    "'--test' goes with folders that hold 'images' and '\(name)', and without "
                        + "'--labels'")
            }
            (train, self.test) = (first, second)
            return
        }
        if maps == nil, let first = Place(in: data + "/train", name),
            let second = Self.testNames.lazy.compactMap({ Place(in: "\(data)/\($0)", name) }).first
        {
            (train, test) = (first, second)
            return
        }
        let both = maps.map { Place(images: data, maps: $0) } ?? Place(in: data, name)
        guard let both else {
            throw PipelineError(
                .usage,
                "'\(data)' holds no folder 'images' with its maps in '\(name)' beside it; "
                    + "'--labels' names another folder of maps",
                notes: ["The map of 'images/a.jpg' is '\(name)/a.png'."])
        }
        let names = Self.testNames.filter { Folder.exists("\(both.images)/\($0)") }
        if let name = names.first, Folder.exists(both.images + "/train") {
            (train, test) = (both.appending("train"), both.appending(name))
        } else {
            train = both
        }
    }
}

extension EvaluationData {
    /// Takes at most so many images of either part, spread evenly, and says so.
    fileprivate mutating func limit(to most: Int) {
        let all = (train.indices.count, test.indices.count)
        train = train.limited(to: most)
        test = test.limited(to: most)
        guard all != (train.indices.count, test.indices.count) else { return }
        notes.append(
            "Of \(all.0) training and \(all.1) test images \(train.indices.count) and "
                + "\(test.indices.count) are taken, whose tokens fill 1 GiB; --images takes more.")
    }
}
