import Foundation
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Evaluations of every pixel by a tiny run, by command lines.
///
/// Images are 24x16, of which evaluation sees the columns 4 to 19: red up to an edge of its own, blue
/// behind it. What is outside has class 3, which evaluation must not see.
final class DenseEvalTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }

    init() throws {
        for number in 0..<24 {
            try write(number, "\(number % 4 == 3 ? "val" : "train")/\(number)")
        }
        try scratch.train()
    }

    private func write(_ number: Int, _ name: String) throws {
        let edge = 8 + 4 * (number % 3)
        let pixels = (0..<24 * 16).map { (x: $0 % 24, y: $0 / 24) }
        let image = Image(
            width: 24, height: 16,
            pixels: pixels.flatMap { x, y -> [UInt8] in
                let noise = UInt8((x * 7 + y * 13 + number * 5) % 32)
                return x < edge ? [200 + noise, noise, noise] : [noise, noise, 200 + noise]
            })
        try scratch.write(image.pngData(), to: "photos/images/\(name).png")
        let isSeen = { (x: Int) in 4..<20 ~= x }
        let classes = pixels.map { x, y in
            isSeen(x) ? (y == 0 && x > 15 ? 255 : x < edge ? 0 : 1) : UInt16(3)
        }
        try scratch.write(
            NumberPNG.bytes(width: 24, height: 16, values: classes, colours: 8),
            to: "photos/labels/\(name).png")
        // 1.5 and 6 metres, in millimetres; nothing known at the top; 60 m where nothing is seen.
        let depths = pixels.map { x, y -> UInt16 in
            isSeen(x) ? (y < 2 ? 0 : x < edge ? 1500 : 6000) : 60_000
        }
        try scratch.write(
            NumberPNG.bytes(width: 24, height: 16, bits: 16, values: depths),
            to: "photos/depth/\(name).png")
    }

    private func eval(_ words: String...) throws -> EvaluationRecord {
        try scratch.evaluation(["DIR/run"] + words + ["--cache", "DIR/cache"])
    }

    @Test func mapsOfClassesAreReadAndCutAsTheirImages() throws {
        let record = try eval("--task", "segmentation", "--data", "DIR/photos")
        #expect(record.data.classes == ["class 0", "class 1"])
        #expect(record.data.trainImages == 18 && record.data.testImages == 6)
        #expect(
            record.figures.map(\.name) == [
                "miou", "pixel accuracy", "iou, class 0", "iou, class 1",
            ])
        let accuracy = try figure("pixel accuracy", record)
        // Colour tells the class, and edges lie between patches: every patch is of one class.
        #expect(try #require(accuracy.pixels) > 0.9)
        #expect(accuracy.untrained != nil)
        // By place alone the third of the columns whose edge varies cannot be right.
        let blind = try #require(accuracy.baseline)
        #expect((0.6...0.92).contains(blind))
        #expect(try #require(accuracy.pixels) > blind)
        #expect(record.protocol["features"]?.contains("one token per patch") == true)
        #expect(record.protocol["fit"] == "16 of 16 patches of every training image")
        #expect(record.notes.contains { $0.hasPrefix("The true answer per patch") })
    }

    @Test func twoFoldersWithoutPartsAreSplit() throws {
        for name in ["images", "labels"] {
            try FileManager.default.moveItem(
                atPath: "\(folder)/photos/\(name)/train", toPath: "\(folder)/\(name)")
        }
        let record = try eval(
            "--task", "segmentation", "--data", "DIR/images", "--labels", "DIR/labels", "--classes",
            "red,blue,none,outside")
        #expect(record.data.classes == ["red", "blue", "none", "outside"])
        #expect(record.data.trainImages == 15 && record.data.testImages == 3)
        // A class in no map has no figure.
        #expect(record.figures.map(\.name).suffix(2) == ["iou, red", "iou, blue"])
    }

    @Test func mapsOfDistancesAreReadInTheirUnit() throws {
        let record = try eval("--task", "depth", "--data", "DIR/photos")
        #expect(record.figures.map(\.name) == ["rmse", "delta1"])
        let rmse = try figure("rmse", record)
        #expect(!rmse.isBetterHigher)
        #expect(try #require(rmse.pixels) < #require(rmse.baseline))
        // Metres: half of the pixels are at 1.5, the others at 6.
        #expect((0.3...2.25).contains(try #require(rmse.baseline)))
        let inches = try eval(
            "--task", "depth", "--data", "DIR/photos", "--depth-scale", "25.4")
        let ratio = try figure("rmse", inches).value / rmse.value
        #expect(abs(ratio / (1000 / 25.4) - 1) < 1e-3)
        #expect(
            abs(try figure("delta1", inches).value - (try figure("delta1", record).value)) < 1e-6)
        // All that is known is near now, so that everything is right.
        let near = try eval("--task", "depth", "--data", "DIR/photos", "--max-depth", "2")
        #expect(try figure("delta1", near).value == 1)
    }

    @Test(arguments: ["segmentation", "depth"])
    func renderedImagesHaveMaps(task: String) throws {
        let record = try eval("--task", task, "--data", "scenes", "--images", "40")
        #expect(record.data.train == "scenes, split train, 40 images")
        #expect(record.data.testImages == 10)
        let names =
            task == "depth"
            ? ["rmse", "delta1"] : ["miou", "pixel accuracy", "iou, background"]
        #expect(record.figures.map(\.name).prefix(names.count) == names[...])
        for figure in record.figures.prefix(2) {
            #expect(figure.untrained != nil && figure.pixels != nil && figure.baseline != nil)
        }
        // The record and the picture lie in the run, where the report finds them, and at --out.
        #expect(try scratch.names(in: "run/evaluations").contains { $0.hasPrefix(task) })
        for path in ["run/pictures/\(task).png", "record.png"] {
            let picture = try Image(contentsOf: "\(folder)/\(path)")
            // Six images side by side.
            #expect(picture.width > 6 * 180 && picture.height > 4 * 180)
        }
    }

    @Test func theImagesOfTheRunHaveMapsIfTheyAreRendered() throws {
        let record = try eval("--task", "segmentation")
        #expect(record.data.train == "data of the run, 13 images")
        #expect(record.data.classes.first == "background")
    }

    @Test func keptTokensGiveTheSameFigures() throws {
        let first = try eval("--task", "segmentation", "--data", "scenes", "--images", "40")
        // Network, untrained network and pixels; training and test images.
        #expect(try scratch.names(in: "cache").count == 6)
        let second = try eval("--task", "segmentation", "--data", "scenes", "--images", "40")
        #expect(second.figures == first.figures)
        // Distances are asked of the same tokens.
        _ = try eval("--task", "depth", "--data", "scenes", "--images", "40")
        #expect(try scratch.names(in: "cache").count == 6)
    }

    @Test func anImageThatCannotBeReadIsNamedAndLeftOut() throws {
        try scratch.write("no image", to: "photos/images/train/4.png")
        let record = try eval("--task", "segmentation", "--data", "DIR/photos")
        #expect(record.data.trainImages == 17)
        #expect(record.notes.count { $0.contains("'4.png' is left out") } == 1)
    }

    // MARK: - Mistakes

    /// What is done to `photos`, the options, and what is said.
    private static let mistakes: [(change: String, options: String, message: String)] = [
        (
            "rm photos/labels/train/4.png photos/labels/train/5.png", "",
            """
            error: 2 of 18 images of 'photos/images/train' have no map: there is no 'photos/labels/train/4.png'
            The map of an image has its path below the folder of maps, ending in .png.
            """
        ),
        (
            "cp photos/images/train/4.png photos/labels/train/4.png", "",
            "error: cannot use the map 'photos/labels/train/4.png': the PNG has 3 numbers per pixel; "
                + "gray and palette have one"
        ),
        (
            "cp small.png photos/labels/val/7.png", "",
            "error: the map 'photos/labels/val/7.png' has 3x2 pixels, and its image "
                + "'photos/images/val/7.png' 24x16; both have to have the same size"
        ),
        (
            "true", "--classes 3",
            """
            error: the map 'photos/labels/train/0.png' has class 3 in row 0, column 0; allowed is 0 to 2, and 255 for what is unknown
            --classes says how many there are.
            """
        ),
        (
            "cp photos/depth/train/4.png photos/labels/train/4.png", "",
            "error: the map 'photos/labels/train/4.png' has numbers of 16 bits; classes have 8 or "
                + "fewer"
        ),
        (
            "cp photos/labels/train/4.png photos/depth/train/4.png", "--task depth",
            "error: the map 'photos/depth/train/4.png' has numbers of 8 bits; distances have 16"
        ),
        (
            "rm -r photos/labels/val", "",
            "error: the folder of the maps, 'photos/labels/val', does not exist"
        ),
        (
            "rm -r photos/images", "",
            """
            error: 'photos' holds no folder 'images' with its maps in 'labels' beside it; '--labels' names another folder of maps
            The map of 'images/a.jpg' is 'labels/a.png'.
            """
        ),
        (
            "true", "--classes sky,",
            "error: the value 'sky,' is invalid for '--classes'; it takes a number up to 255, or "
                + "different names, such as sky,road,tree"
        ),
        (
            "true", "--layers 1,2",
            "error: the value '1,2' is invalid for '--layers'; 'segmentation' takes one number"
        ),
        (
            "true", "--max-depth 1 --task depth",
            "error: nothing is known of the pixels of photos/images/train"
        ),
    ]

    @Test(.enabled(if: Program.isBuilt), arguments: mistakes)
    func mapsThatCannotBeUsedAreNamed(
        _ change: String, _ options: String, _ message: String
    ) throws {
        try scratch.write(
            NumberPNG.bytes(width: 3, height: 2, values: [0, 1, 0, 1, 0, 1]), to: "small.png")
        let task = options.contains("--task") ? "" : "--task segmentation"
        let outcome = try Program.run(
            "\(change) && jepa-pipe eval run --data photos --no-cache \(task) \(options)",
            in: folder)
        #expect(outcome.status != 0)
        // After a remark about the run.
        let remark = "The target encoder is the stage 'target_encoder'.\n"
        #expect(outcome.output == remark + message + "\n")
    }
}
