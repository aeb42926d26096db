import Foundation
import JepaCore
import JepaFormats
import JepaImages
import JepaInterop
import JepaPipeCLI
import JepaStages
import JepaTensor
import JepaTestSupport
import JepaTraining
import Testing

/// An index of a few images and questions to it, by command lines.
final class SearchCommandTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }

    init() throws {
        for number in 0..<6 {
            let image = Image(
                width: 20, height: 16,
                pixels: (0..<20 * 16 * 3).map { UInt8(($0 * (number * number + 3)) % 251) })
            let place = number == 5 ? "sub/5 ü" : "\(number)"
            try scratch.write(image.pngData(), to: "images/\(place).png")
        }
        try scratch.write("not an image", to: "images/2.png")
        try scratch.train()
    }

    private func run(_ words: String...) -> Int32 {
        scratch.run(words)
    }

    private func index(_ words: String...) throws -> SearchIndex {
        let all = ["search", "index", "DIR/run", "DIR/images", "--out", "DIR/index"] + words
        try #require(scratch.run(all) == 0)
        return try SearchIndex(path: folder + "/index")
    }

    @Test(arguments: ["float16", "float32"])
    func anIndexHoldsTheNormalisedFeatures(precision: String) throws {
        let index = try index("--precision", precision)
        #expect(index.count == 5)
        #expect(index.description.encoder == .targetEncoder)
        let files = try (0..<5).map { try index.file(of: $0) }
        #expect(files == ["0.png", "1.png", "3.png", "4.png", "sub/5 ü.png"])
        #expect(!FileManager.default.fileExists(atPath: folder + "/index.parts"))

        try #require(run("features", "DIR/run", "DIR/images", "--out", "DIR/f.npy") == 0)
        let features = try NpyFile.read(folder + "/f.npy").floats()
        // The vectors of the table, one by one: its products with the unit vectors.
        let unit = Tensor(repeating: 0, shape: [16, 16])
        for i in 0..<16 { unit.mutablePointer[17 * i] = 1 }
        let stored = index.withVectors { $0.products(of: 0..<5, with: unit) }
        for row in 0..<5 {
            let own = (0..<16).map { Double(features.pointer[row * 16 + $0]) }
            let length = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for i in 0..<16 {
                let found = Double(stored.pointer[i * 5 + row])
                #expect(abs(found - own[i] / length) < (precision == "float16" ? 3e-4 : 1e-6))
            }
        }
    }

    @Test(.enabled(if: Program.isBuilt)) func anIndexIsSearchedFromAnyFolder() throws {
        let made = try Program.run("jepa-pipe search index run images --out index", in: folder)
        try #require(made.status == 0)
        let (inner, query) = (folder + "/images/sub", "jepa-pipe search query ../../index ../1.png")
        let found = try Program.run(query + " --top 1 --out a.png", in: inner)
        #expect(found.status == 0)
        #expect(!found.output.contains("--folder"))
        try FileManager.default.moveItem(atPath: folder + "/run", toPath: folder + "/moved")
        let lost = try Program.run(query, in: inner)
        #expect(lost.status == 1)
        #expect(lost.output.hasSuffix("--weights tells where those weights are now.\n"))
        #expect(try Program.run(query + " --weights ../../moved", in: inner).status == 0)
    }

    @Test(.enabled(if: Program.isBuilt)) func anImageOfTheIndexIsItsOwnNeighbour() throws {
        _ = try index("--precision", "float32")
        let outcome = try Program.run(
            "jepa-pipe search query index images/3.png 'images/sub/5 ü.png' --top 3 --json",
            in: folder)
        #expect(outcome.status == 0)
        // Other lines are remarks for people.
        let start = try #require(outcome.output.firstIndex(of: "["))
        let answers = try #require(
            JSONSerialization.jsonObject(with: Data(outcome.output[start...].utf8))
                as? [[String: Any]])
        #expect(answers.count == 2)
        for (answer, file) in zip(answers, ["3.png", "sub/5 ü.png"]) {
            let neighbours = try #require(answer["neighbours"] as? [[String: Any]])
            #expect(neighbours.count == 3)
            #expect(neighbours[0]["file"] as? String == file)
            let similarities = neighbours.compactMap { $0["similarity"] as? Double }
            #expect(abs(similarities[0] - 1) < 1e-6)
            #expect(similarities[0] <= 1)
            #expect(similarities == similarities.sorted(by: >))
        }
    }

    @Test func sheetsShowTheImages() throws {
        _ = try index()
        #expect(
            run(
                "search", "query", "DIR/index", "DIR/images/0.png", "DIR/images/4.png", "--top",
                "4", "--folder", "DIR/images", "--out", "DIR/sheet.png") == 0)
        let sheet = try Image(contentsOf: folder + "/sheet.png")
        // Two rows of one image and four neighbours.
        #expect(sheet.width == 5 * 120 + 8 + 16)
        #expect(sheet.height == 2 * 144 + 8)
        // The first neighbour is the image itself, 16 pixels further apart.
        for (x, y) in [(20, 20), (60, 90), (110, 30)] {
            #expect(sheet[x, y] == sheet[x + 120 + 16, y])
        }
        #expect(
            run(
                "search", "query", "DIR/index", "DIR/images/0.png", "--folder", "DIR/images",
                "--out", "DIR/sheet.html") == 0)
        let page = try scratch.text("sheet.html")
        #expect(page.components(separatedBy: "data:image/jpeg;base64,").count == 1 + 1 + 5)
        #expect(!page.contains("not found"))
        #expect(page.contains("sub/5 ü.png"))
    }

    @Test(.enabled(if: Program.isBuilt)) func imagesThatAreGoneAreCounted() throws {
        _ = try index()
        try FileManager.default.removeItem(atPath: folder + "/images/3.png")
        try scratch.write("no image any more", to: "images/4.png")
        let line = "jepa-pipe search query index images/0.png --folder"
        let gone = try Program.run("\(line) images --out gone.html", in: folder)
        #expect(gone.status == 0)
        #expect(
            gone.output.contains(
                "1 of 5 images was not found in 'images': --folder DIR tells where the folder of "
                    + "the index is now.\n"))
        let page = try scratch.text("gone.html")
        #expect(page.components(separatedBy: "<div>not found</div>").count == 2)
        #expect(page.components(separatedBy: "<div>not readable</div>").count == 2)
        let elsewhere = try Program.run("\(line) elsewhere --out gone.png", in: folder)
        #expect(elsewhere.output.contains("5 of 5 images were not found in 'elsewhere': "))
        let sheet = try Image(contentsOf: folder + "/gone.png")
        // An empty field with a frame.
        #expect(sheet[8 + 16 + 120, 8] == Colour(0x59, 0x63, 0x6E))
        #expect(sheet[8 + 16 + 120 + 5, 20] == .white)
    }

    @Test func namesBelowImagesKeepTheirEnd() {
        #expect(NeighbourSheet.short("photos/cats/1.jpg") == "cats/1.jpg")
        #expect(
            NeighbourSheet.short("val/n01440764-ILSVRC2012_val_00009111.JPEG")
                == "~val_00009111.JPEG")
        #expect(NeighbourSheet.short("12345/789012345678") == "12345/789012345678")
        #expect(NeighbourSheet.short("12345/7890123456789") == "~345/7890123456789")
    }

    @Test func whatIsNoIndexIsSaidToBeNone() throws {
        try #require(run("features", "DIR/run", "DIR/images", "--out", "DIR/f.npy") == 0)
        try #require(run("features", "DIR/run", "DIR/images", "--out", "DIR/f.safetensors") == 0)
        for (file, kind) in [
            ("f.npy", "a numpy file"), ("f.safetensors", "a safetensors file"),
            ("run", "a run folder"),
        ] {
            let path = "\(folder)/\(file)"
            let error = #expect(throws: PipelineError.self) { try SearchIndex(path: path) }
            #expect(error?.message == "\(quoted(path)) is \(kind), but no search index")
        }
    }

    @Test func filesOfOthersBesideTheIndexStay() throws {
        let files = ["index.rows", "index.parts/mine.txt", "index.parts/mine.safetensors"]
        for file in files { try scratch.write("mine", to: file) }
        _ = try index()
        for file in files {
            #expect(try scratch.text(file) == "mine", "\(file)")
        }
        #expect(try parts() == ["mine.safetensors", "mine.txt"])
        #expect(try !scratch.names().contains { $0.hasSuffix(".partial") })
    }

    private func parts() throws -> [String] { try scratch.names(in: "index.parts") }

    @Test func theWritingOfTheIndexStopsWhenItIsAsked() throws {
        // An image that cannot be read would be tried again before.
        try FileManager.default.removeItem(atPath: folder + "/images/2.png")
        let words = ["DIR/run", "DIR/images", "--out", "DIR/index"].map {
            $0.replacing("DIR", with: folder)
        }
        // What is embedded stays where no index can be written.
        try scratch.makeFolder("index")
        #expect(JepaPipe.run(["search", "index"] + words) == 1)
        try FileManager.default.removeItem(atPath: folder + "/index")
        let kept = try parts()
        #expect(kept.count == 1)

        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        let interruption = Interruption()
        interruption.ask(SIGINT)
        let status = try SearchIndexCommand.run(
            CommandLineArguments(words, for: SearchIndexCommand.descriptor), registry: registry,
            interruption: interruption)
        #expect(status == 128 + SIGINT)
        #expect(!FileManager.default.fileExists(atPath: folder + "/index"))
        #expect(try parts() == kept)
    }

    @Test func otherWeightsThanThoseOfTheIndexAreRefused() throws {
        _ = try index()
        #expect(
            run("run", "DIR/tiny.yaml", "--set", "seed=6", "--out", "DIR/other") == 0)
        #expect(
            run("search", "query", "DIR/index", "DIR/images/0.png", "--weights", "DIR/other") == 2)
        #expect(
            run("search", "query", "DIR/index", "DIR/images/0.png", "--weights", "DIR/run") == 0)
    }

    @Test func whatCannotBeDoneIsRefused() throws {
        _ = try index()
        #expect(run("search", "index", "DIR/run", "DIR/images") == 2)
        #expect(run("search", "query", "DIR/index") == 2)
        #expect(run("search", "query", "DIR/index", "DIR/images/0.png", "--out", "x.gif") == 2)
        #expect(run("search", "query", "DIR/tiny.yaml", "DIR/images/0.png") == 1)
        #expect(run("search", "query", "DIR/index", "DIR/images/2.png") == 1)
    }
}
