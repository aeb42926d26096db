import CSceneRenderer
public import JepaCore
import JepaImages

/// Pictures of shaded solids on a ground plane, rendered on the fly: data without files.
///
/// Image `i` of a data set is a function of (seed, split, i). It shows 3 to 10 cubes, spheres,
/// cylinders, cones and tori of rubber or metal; position, size, colour, lights, camera and ground
/// vary and solids hide each other. Every solid is wholly in the picture and covers at least 1/256
/// of a square picture; the largest has 1.8 times the size of the next (the radius of a sphere of
/// the same volume) and covers 1.5 times as much as any other. A random resized crop is rendered as a window of the picture, so it is as sharp as the whole.
///
/// Images are `[3, H, W]`, red first, display values in 0...1 minus `mean`, divided by `std`.
/// All labels are balanced and independent of each other. The output `second` is another view of
/// the same scenes, with a window and with changes of its own.
///
/// Source: in the spirit of CLEVR (arXiv 1612.06890); the labels count and distance are those of
/// Clevr/Count and Clevr/Dist in VTAB (arXiv 1910.04867), except that the distance is that of the
/// nearest surface, not of the nearest centre.
public struct Scenes: DataSource {
    public static let descriptor = StageDescriptor(
        name: "scenes",
        summary: "Renders solids on a ground plane; labels tell shape, count or distance.",
        source: "in the spirit of CLEVR, arXiv 1612.06890",
        outputs: Role.dataSource.standardOutputs + [.secondView],
        parameters: [
            .integer(
                "count", in: 1...Int(Int32.max), default: 10_000,
                help: "Images of the data set.", unit: .images),
            .size("size", in: 1...4096, default: 48, help: "Height and width of the images."),
            .choice(
                "labels", of: SceneLabel.self, default: .largestClass,
                help: "What the label tells: the shape of the largest solid, the number of solids, "
                    + "or the distance of the nearest."),
            .choice(
                "split", of: Split.self, default: .train,
                help: "Which images; the two splits have none in common."),
            .integer(
                "seed", in: 0...Int.max, default: 0,
                help: "Names a data set; unlike the seed of a run it changes the images themselves."
            ),
            .interval(
                "crop_scale", in: 0.01...1, default: 0.3...1,
                help: "The share of the picture that a random crop shows in training."),
            .boolean("flip", default: false, help: "Mirrors half of the images in training."),
            .reals(
                "mean", in: 0...1, default: [0.485, 0.456, 0.406],
                help: "Subtracted from red, green and blue."),
            .reals(
                "std", in: 0.001...10, default: [0.229, 0.224, 0.225],
                help: "What red, green and blue are divided by."),
            .integer(
                "samples", in: 1...8, default: 2,
                help: "Points per pixel, across and down, that smooth an edge.", unit: .samples),
        ] + Augmentation.parameters)

    /// The disjoint parts of a data set.
    private enum Split: String, CaseIterable {
        case train
        case test

        /// The number of the first scene; no count reaches from one to the next.
        var firstScene: UInt64 { self == .train ? 0 : 1 << 40 }
    }

    public let count: Int
    public let imageShape: ImageShape
    private let label: SceneLabel
    private let seed: UInt64
    private let firstScene: UInt64
    private let cropScale: ClosedRange<Double>
    private let flip: Bool
    private let augmentation: Augmentation
    private let mean: [Float]
    private let deviation: [Float]
    private let samples: Int32
    private let parameterText: String

    public init(parameters: StageParameters) throws {
        count = parameters.integer("count")
        let size = parameters.size("size")
        imageShape = ImageShape(height: size.height, width: size.width)
        label = parameters.choice("labels", as: SceneLabel.self)
        firstScene = parameters.choice("split", as: Split.self).firstScene
        seed = UInt64(parameters.integer("seed"))
        cropScale = parameters.interval("crop_scale")
        flip = parameters.boolean("flip")
        augmentation = try Augmentation(parameters)
        mean = parameters.reals("mean").map { Float($0) }
        deviation = parameters.reals("std").map { Float($0) }
        samples = Int32(parameters.integer("samples"))
        parameterText = parameters.values.description
    }

    public var classNames: [String] { label.classNames }

    /// The parameters, and a hash of a few small pictures that changes with the renderer.
    public func fingerprint() throws -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<min(count, 8) {
            var scene = scene(index)
            var pixels = [UInt8](repeating: 0, count: 3 * 16 * 16)
            var view = SceneView(whole: ImageShape(height: 16, width: 16))
            pixels.withUnsafeMutableBufferPointer {
                var output = SceneOutput()
                output.rgb = $0.baseAddress
                scene_render(&scene, &view, 2, &output)
            }
            for pixel in pixels { hash = (hash ^ UInt64(pixel)) &* 0x100_0000_01b3 }
        }
        return "scenes {\(parameterText)} \(String(hash, radix: 16))"
    }

    public func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        precondition(
            (0..<count).contains(request.index), "image \(request.index) of \(count) was asked for")
        precondition(
            1...2 ~= views.count && views.allSatisfy { $0.count == imageShape.count },
            "\(views.map(\.count)) values do not hold one image or two of \(imageShape)")
        var scene = scene(request.index)
        for (number, view) in views.enumerated() {
            try render(&scene, request, number, into: view)
        }
        return label.label(of: scene)
    }

    /// Writes one view of a scene.
    private func render(
        _ scene: inout Scene, _ request: SampleRequest, _ number: Int,
        into planes: UnsafeMutableBufferPointer<Float>
    ) throws {
        var view = SceneView(whole: imageShape)
        var changes: [PictureChange] = []
        if request.isAugmented {
            var random = request.random(forView: number)
            view.show(
                CropWindow(
                    in: view.width, view.height, scale: cropScale, using: &random))
            view.mirrored = flip && random.uniform() < 0.5
            changes = augmentation.changes(using: &random)
        }
        var output = SceneOutput()
        if changes.isEmpty {
            output.planes = planes.baseAddress
            output.mean = (mean[0], mean[1], mean[2])
            output.deviation = (deviation[0], deviation[1], deviation[2])
            scene_render(&scene, &view, samples, &output)
        } else {
            // Changes are those of Pillow, which works on bytes.
            var picture = Image(
                width: imageShape.width, height: imageShape.height, colour: Colour(0, 0, 0))
            picture.pixels.withUnsafeMutableBufferPointer {
                output.rgb = $0.baseAddress
                scene_render(&scene, &view, samples, &output)
            }
            for change in changes { picture = try picture.changed(by: change) }
            _ = planes.update(fromContentsOf: picture.normalised(mean: mean, std: deviation))
        }
    }

    /// What the label of an image tells as a number; not a number if it tells a shape.
    public func value(of index: Int) -> Double { label.value(of: scene(index)) ?? .nan }

    /// The scene that an image shows.
    func scene(_ index: Int) -> Scene {
        var scene = Scene()
        scene_make(&scene, seed, firstScene + UInt64(index))
        return scene
    }
}

extension SceneView {
    /// All of a picture of the given size.
    init(whole shape: ImageShape) {
        self.init()
        picture_width = Double(shape.width)
        picture_height = Double(shape.height)
        (columns, rows) = (Int32(shape.width), Int32(shape.height))
        show(CropWindow(whole: picture_width, picture_height))
    }

    /// Changes the part of the picture that is shown.
    mutating func show(_ window: CropWindow) {
        (left, top, width, height) = (window.left, window.top, window.width, window.height)
    }
}
