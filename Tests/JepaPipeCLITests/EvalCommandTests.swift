import Foundation
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Evaluations of a tiny run and of its exported weights, by command lines.
final class EvalCommandTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }

    init() throws {
        // Ten images of two plain colours to learn from, three to judge; one of them is broken.
        for number in 0..<10 {
            let name = number % 2 == 0 ? "red" : "blue"
            try write("photos/train/\(name)/\(number)", number, isRed: number % 2 == 0)
        }
        for number in 0..<3 { try write("photos/test/blue/\(number)", number + 20, isRed: false) }
        try scratch.write("not an image", to: "photos/train/red/4.png")
        // Twelve images whose brightness is their number.
        var table = "file,split,cells,good\n"
        for number in 0..<12 {
            let image = Image(
                width: 16, height: 16,
                colour: Colour(UInt8(20 * number), UInt8(10 * number), UInt8(100)))
            try scratch.write(image.pngData(), to: "cells/\(number).png")
            table +=
                "\(number).png,\(number % 3 == 0 ? "test" : "train"),\(number),"
                + "\(number == 11 ? 0 : 1)\n"
        }
        try scratch.write(table, to: "cells.csv")
        try scratch.train()
    }

    private func write(_ path: String, _ number: Int, isRed: Bool) throws {
        let image = Image(
            width: 20, height: 16,
            pixels: (0..<20 * 16 * 3).map { place in
                let strong = place % 3 == (isRed ? 0 : 2)
                return UInt8((place * (number + 3)) % 64 + (strong ? 180 : 0))
            })
        try scratch.write(image.pngData(), to: "\(path).png")
    }

    private func eval(_ words: String...) throws -> EvaluationRecord { try eval(words) }

    private func eval(_ words: [String]) throws -> EvaluationRecord {
        try scratch.evaluation(words + ["--cache", "DIR/cache"])
    }

    @Test func foldersAreClassesAndUnreadableImagesAreNamed() throws {
        let record = try eval("DIR/run", "--task", "knn", "--data", "DIR/photos")
        #expect(record.data.trainImages == 9)
        #expect(record.data.testImages == 3)
        // 'blue' is class 0 of the training images and the only one of the test images.
        #expect(record.data.classes == ["blue", "red"])
        #expect(record.notes.count { $0.contains("'red/4.png' is left out") } == 1)
        #expect(record.encoder.network == "target encoder")
        #expect(record.encoder.step == 2)
        let knn = try figure("knn", record)
        #expect(knn.standardError == shareError(knn.value, of: 3))
        #expect(try figure("rankme", record).standardError == nil)
        #expect(record.notes.last?.hasPrefix("Figures of 3 test images say little") == true)
        #expect(knn.pixels == 1)
        #expect(knn.untrained != nil)
        #expect(knn.baseline == 1)
        #expect(try figure("rankme", record).pixels == nil)
    }

    /// A file of the same name and size tells nothing of what is in it.
    @Test func imagesThatCouldNotBeReadAreTriedAgain() throws {
        let file = URL(filePath: folder + "/photos/train/red/4.png")
        try write("photos/train/red/4", 4, isRed: true)
        let whole = try Data(contentsOf: file)
        try (Data([0]) + whole.dropFirst()).write(to: file)
        let words = ["DIR/run", "--task", "knn", "--data", "DIR/photos"]
        #expect(try eval(words).data.trainImages == 9)
        try whole.write(to: file)
        let record = try eval(words)
        #expect(record.data.trainImages == 10)
        #expect(!record.notes.contains { $0.contains("left out") })
    }

    @Test func imagesThatWereWrittenAgainAreEmbeddedAgain() throws {
        let words = ["DIR/run", "--task", "knn", "--data", "DIR/photos"]
        _ = try eval(words)
        // Network, untrained network and pixels; training and test images.
        #expect(try scratch.names(in: "cache").count == 6)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)],
            ofItemAtPath: scratch.file("photos/train/red/0.png"))
        _ = try eval(words)
        #expect(try scratch.names(in: "cache").count == 9)
    }

    @Test(.enabled(if: Program.isBuilt)) func oneImageIsNotEnough() throws {
        try write("one/1", 1, isRed: true)
        let outcome = try Program.run(
            "jepa-pipe eval run --task knn --data one --no-cache", in: folder)
        #expect(outcome.status == 1)
        #expect(
            outcome.output.hasSuffix(
                """
                error: one has 1 image, and a training and a test image are needed
                Add an image, or name a folder of test images by --test.

                """))
    }

    /// What a graph file would be told is of no use here: there are no stages and no settings.
    @Test(
        .enabled(if: Program.isBuilt),
        arguments: [
            ("--data empty", "error: 'empty' holds no JPEG or PNG images"),
            (
                "--data nowhere",
                "error: folder 'nowhere' does not exist in the folder this was started in"
            ),
            (
                "--data photos/train --test photos/test/blue",
                """
                error: 'photos/test/blue' has no sub-folders, but those of 'photos/train' are classes
                The test images of a class are in a folder of the same name: blue, red.
                """
            ),
            (
                "--data cells --labels cells.csv",
                """
                error: missing --column NAME: the column of 'cells.csv' with the number or the class of \
                each image
                Columns: file, split, cells, good.
                """
            ),
            (
                "--data photos --test-split val",
                "error: '--column', '--where' and '--test-split' go with '--labels CSV', the table "
                    + "they are of"
            ),
        ])
    func foldersThatCannotBeUsedAreNamedAsTyped(options: String, message: String) throws {
        try scratch.makeFolder("empty")
        let outcome = try Program.run(
            "jepa-pipe eval run --task knn --no-cache \(options)", in: folder)
        #expect(outcome.status != 0)
        let remark = "The target encoder is the stage 'target_encoder'.\n"
        #expect(outcome.output == remark + message + "\n")
    }

    @Test func theRecordOfARunIsWrittenIntoItsFolder() throws {
        _ = try eval("DIR/run", "--task", "linear", "--data", "DIR/photos")
        let files = try scratch.names(in: "run/evaluations")
        #expect(files.count == 1)
        #expect(files[0].wholeMatch(of: /linear-[0-9]{8}-[0-9]{6}\.json/) != nil)
    }

    @Test func keptFeaturesGiveTheSameFiguresAndAreNotComputedAgain() throws {
        let first = try eval("DIR/run", "--task", "linear", "--data", "scenes", "--images", "60")
        let cache = folder + "/cache"
        let names = try scratch.names(in: "cache")
        // Network, untrained network and pixels; training and test images.
        #expect(names.count == 6)
        // A file that was written again is another one.
        let files = { () -> [Int?] in
            try names.map {
                try FileManager.default.attributesOfItem(atPath: "\(cache)/\($0)")[
                    .systemFileNumber] as? Int
            }
        }
        let before = try files()
        #expect(!before.contains(nil))
        let second = try eval("DIR/run", "--task", "linear", "--data", "scenes", "--images", "60")
        #expect(second.figures == first.figures)
        #expect(try files() == before)
        #expect(try scratch.names(in: "cache").count == 6)
    }

    @Test func featuresUsedLongestAgoGoFirst() throws {
        func names(after amount: String, limit: Double = 1) throws -> Set<String> {
            _ = try eval(
                "DIR/run", "--task", "knn", "--data", "scenes", "--images", amount,
                "--cache-limit", "\(limit)")
            return Set(try scratch.names(in: "cache"))
        }
        let first = try names(after: "60")
        let second = try names(after: "64").subtracting(first)
        #expect(second.count == 6)
        // The first are used once more, so that the second are the oldest.
        #expect(try names(after: "60") == first.union(second))
        let foreign: Set = ["somebody else's.safetensors"]
        try scratch.write("not features", to: "cache/somebody else's.safetensors")
        let bytes = try first.reduce(0) { try $0 + scratch.bytes("cache/\($1)").count }
        #expect(try names(after: "60", limit: Double(bytes) / 0x1p30) == first.union(foreign))
        #expect(try names(after: "60", limit: 0) == foreign)
    }

    @Test(.enabled(if: Program.isBuilt)) func nothingIsRemovedWhileOthersAreAtWork() throws {
        let line = "jepa-pipe eval run --task knn --data scenes --images 60 --cache cache"
        _ = try eval("DIR/run", "--task", "knn", "--data", "scenes", "--images", "60")
        let busy = try Program.run(
            "flock --shared cache \(line) --cache-limit 0", in: folder)
        #expect(busy.status == 0)
        #expect(!busy.output.contains("Removed"))
        #expect(try scratch.names(in: "cache").count == 6)
        let alone = try Program.run("\(line) --cache-limit 0", in: folder)
        #expect(
            alone.output.contains("Removed the features that were used longest ago, 6 files of"))
        #expect(alone.output.contains("0 GiB are kept (--cache-limit)."))
        #expect(try scratch.names(in: "cache") == [])
    }

    /// The seed of a run draws its untrained network again.
    @Test func theUntrainedNetworkIsTheFirstCheckpoint() throws {
        let trained = try eval("DIR/run", "--task", "knn", "--data", "scenes", "--images", "80")
        let first = try eval(
            "DIR/run/checkpoints/step-000000.safetensors", "--task", "knn", "--data", "scenes",
            "--images", "80")
        #expect(first.encoder.step == 0)
        for figure in first.figures {
            #expect(figure.untrained == figure.value, "\(figure.name)")
            #expect(trained.figures.first { $0.name == figure.name }?.untrained == figure.value)
        }
        #expect(trained.figures.map(\.value) != first.figures.map(\.value))
    }

    @Test func exportedWeightsGiveTheFiguresOfTheRun() throws {
        let own = try eval("DIR/run", "--task", "knn", "--data", "scenes", "--images", "80")
        try #require(
            scratch.run("export", "DIR/run", "--format", "huggingface", "--out", "DIR/hf") == 0)
        let other = try eval("DIR/hf", "--task", "knn", "--data", "scenes", "--images", "80")
        #expect(other.figures.map(\.value) == own.figures.map(\.value))
        #expect(other.encoder.step == nil)
        #expect(other.protocol["untrained"]?.contains("seed 0") == true)
    }

    @Test func theImagesOfTheRunAreTheStandard() throws {
        let record = try eval("DIR/run", "--task", "knn")
        #expect(record.data.train == "data of the run, 13 images")
        #expect(record.data.testImages == 3)
        #expect(record.notes.contains { $0.contains("held_out") })
    }

    @Test func aTableGivesNumbersAndSplits() throws {
        let record = try eval(
            "DIR/run", "--task", "count", "--data", "DIR/cells", "--labels", "DIR/cells.csv",
            "--column", "cells", "--where", "good=1")
        #expect(record.figures.map(\.name) == ["accuracy", "rmse", "mae", "r2"])
        #expect(record.data.testImages == 4)
        #expect(record.data.trainImages == 7)
        let error = try figure("rmse", record)
        #expect(!error.isBetterHigher)
        // The mean of 1, 2, 4, 5, 7, 8, 10 predicts 0, 3, 6, 9.
        #expect(abs((error.baseline ?? 0) - 3.4449) < 1e-3)
        #expect((error.pixels ?? 9) < 1)
        // No training image has the number of a test image.
        #expect(try figure("accuracy", record).value == 0)
    }

    @Test func aTableNamesClasses() throws {
        var table = "file,split,shade\n"
        for number in 0..<12 {
            let shade = number == 5 ? "" : number < 6 ? "dark" : "bright"
            table += "\(number).png,\(number % 3 == 0 ? "test" : "train"),\(shade)\n"
        }
        try scratch.write(table, to: "shades.csv")
        let words = [
            "DIR/run", "--data", "DIR/cells", "--labels", "DIR/shades.csv", "--column", "shade",
            "--task",
        ]
        let record = try eval(words + ["linear"])
        #expect(record.data.classes == ["bright", "dark"])
        #expect(record.data.trainImages == 7)
        #expect(record.data.testImages == 4)
        #expect(record.notes.contains { $0.contains("without a class") })
        #expect(try figure("linear", record).pixels == 1)
        #expect(scratch.run(["eval"] + words + ["count", "--no-cache"]) == 1)
    }

    /// In the folder `a` there is `a/x0.png`, which is also what `x0.png` is called from above it.
    @Test func anExactPathIsNoOtherImage() throws {
        try scratch.makeFolder("a/a")
        var table = "file,split,cells\n"
        for number in 0..<12 {
            for place in ["a/x\(number).png", "a/a/x\(number).png"] {
                try FileManager.default.copyItem(
                    atPath: "\(folder)/cells/\(number).png", toPath: "\(folder)/\(place)")
            }
            let split = number % 3 == 0 ? "test" : "train"
            table += "x\(number).png,\(split),\(number)\na/x\(number).png,\(split),\(number)\n"
        }
        try scratch.write(table, to: "a.csv")
        let record = try eval(
            "DIR/run", "--task", "count", "--data", "DIR/a", "--labels", "DIR/a.csv", "--column",
            "cells")
        #expect(record.data.trainImages == 16)
        #expect(record.data.testImages == 8)
    }

    @Test func linesWithAnEmptyFieldCanBeChosen() throws {
        var table = "file,split,cells,remark\n"
        for number in 0..<12 {
            table +=
                "\(number).png,\(number % 3 == 0 ? "test" : "train"),\(number),"
                + "\(number == 11 ? "blurred" : "")\n"
        }
        try scratch.write(table, to: "remarks.csv")
        let words = [
            "DIR/run", "--task", "count", "--data", "DIR/cells", "--labels", "DIR/remarks.csv",
            "--column", "cells", "--where",
        ]
        let record = try eval(words + ["remark="])
        #expect(record.data.trainImages == 7)
        #expect(record.data.testImages == 4)
        for wrong in ["remark", "=blurred"] {
            #expect(scratch.run(["eval"] + words + [wrong, "--no-cache"]) == 2)
        }
    }

    @Test(arguments: ["count", "distance"])
    func scenesAreCountedAndMeasured(task: String) throws {
        let record = try eval("DIR/run", "--task", task, "--data", "scenes", "--images", "120")
        #expect(record.figures.map(\.name) == ["accuracy", "rmse", "mae", "r2"])
        #expect(record.data.train == "scenes, split train, labels \(task), 120 images")
        // Counts of 3...10 and distances of about 7.5...10.5, both uniform.
        let expected = task == "count" ? 2.3 : 0.8
        let error = try figure("rmse", record).baseline ?? 0
        #expect(abs(error / expected - 1) < 0.3)
    }

    @Test func fewLabelsAreDrawnSeveralTimes() throws {
        let record = try eval(
            "DIR/run", "--task", "low-shot", "--data", "scenes", "--images", "100", "--shots",
            "10%,2", "--seeds", "3", "--layers", "2")
        #expect(record.figures.map(\.name) == ["linear, 10 %", "linear, 2 per class"])
        #expect(record.figures.allSatisfy { ($0.spread ?? -1) >= 0 })
        #expect(record.protocol["features"]?.contains("2 layers") == true)
    }

    @Test(arguments: [
        ["eval", "DIR/run"],
        ["eval", "DIR/run", "--task", "finetune", "--drop-path", "1"],
        ["eval", "DIR/run", "--task", "linear", "--protocol", "paper", "--lr", "1,x"],
        ["eval", "DIR/run", "--task", "knn", "--layers", "x"],
        // It has two.
        ["eval", "DIR/run", "--task", "linear", "--layers", "1,3"],
        ["eval", "DIR/run", "--task", "knn", "--column", "cells"],
        ["eval", "DIR/run", "--task", "low-shot", "--shots", "0%"],
        ["eval", "DIR/run", "--task", "count", "--labels", "DIR/cells.csv"],
        ["eval", "DIR/run", "--task", "count"],
        ["eval", "DIR/run", "--task", "distance", "--data", "DIR/photos"],
        ["eval", "DIR/hf", "--task", "knn"],
        [
            "eval", "DIR/run", "--task", "count", "--data", "DIR/cells", "--labels",
            "DIR/cells.csv", "--column", "cels",
        ],
    ])
    func commandLinesThatLackSomethingAreRefused(words: [String]) throws {
        try #require(
            scratch.run("export", "DIR/run", "--format", "huggingface", "--out", "DIR/hf") == 0)
        #expect(JepaPipe.run(words.map { $0.replacing("DIR", with: folder) }) == 2)
    }
}
