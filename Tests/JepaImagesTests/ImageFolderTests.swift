import Dispatch
import Foundation
import JepaCore
import JepaImageFolder
import JepaImages
import JepaTestSupport
import Synchronization
import Testing

/// The stage on a folder, with parameters as a graph file would write them.
func imageFolder(_ path: String, _ values: [Setting.Entry] = []) throws -> ImageFolder {
    let entries = [Setting.Entry("path", .init(.text(path)))] + values
    let source = try ImageFolder(
        parameters: StageParameters(
            for: ImageFolder.self, named: "data", Setting(.mapping(entries))))
    try source.open()
    return source
}

/// One image of a stage, `[3, H, W]`, and its class.
func sample(
    _ source: ImageFolder, _ index: Int, augmented: Bool = false, step: Int = 0
) throws -> (values: [Float], label: Int32) {
    var values = [Float](repeating: .nan, count: source.imageShape.count)
    let random = StageRandom(seed: 5, purpose: "data", step: step, sample: index)
    let request = SampleRequest(index: index, isAugmented: augmented, random: random)
    let label = try values.withUnsafeMutableBufferPointer { try source.load(request, into: [$0]) }
    return (values, label)
}

@Suite("image_folder")
struct ImageFolderTests {
    private let folder = TemporaryFolder()

    private let small = [Setting.Entry("size", 8)]

    @Test func aFlatFolderHasNoClasses() throws {
        for name in ["b.png", "a.png", "c.jpg"] { try folder.writeImage(name) }
        let source = try imageFolder(folder.path, small)
        #expect(source.count == 3)
        #expect((0..<3).map(source.name(of:)) == ["a.png", "b.png", "c.jpg"])
        #expect(source.classNames.isEmpty)
        let labels = try (0..<3).map { try sample(source, $0).label }
        #expect(labels == [-1, -1, -1])
    }

    @Test func foldersAreClasses() throws {
        for name in ["dog/x/1.png", "cat/1.png", "cat/2.png", "stray.png"] {
            try folder.writeImage(name)
        }
        let automatic = try imageFolder(folder.path, small)
        #expect(automatic.classNames == ["cat", "dog"])
        #expect((0..<4).map(automatic.label(of:)) == [0, 0, 1, -1])
        let none = try imageFolder(folder.path, small + [.init("labels", "none")])
        #expect(none.classNames.isEmpty && none.label(of: 0) == -1)
        let one = try imageFolder(folder.path + "/dog", small)
        #expect(one.classNames.isEmpty)
        let asked = try imageFolder(folder.path + "/dog", small + [.init("labels", "folders")])
        #expect(asked.classNames == ["x"] && asked.label(of: 0) == 0)
    }

    @Test func evaluationSeesTheMiddleNormalised() throws {
        let image = noise(width: 24, height: 16)
        try folder.write(image.pngData(), to: "a.png")
        let source = try imageFolder(
            folder.path,
            [
                .init("size", [8, 12]), .init("mean", [0.5, 0.25, 0.125]),
                .init("std", [0.5, 1, 2]),
            ])
        #expect(source.imageShape == ImageShape(height: 8, width: 12))
        let expected = image.resized(to: 12, 8, filter: .bilinear)
            .normalised(mean: [0.5, 0.25, 0.125], std: [0.5, 1, 2])
        #expect(try sample(source, 0).values == expected)
        #expect(try sample(source, 0, step: 9).values == expected)
    }

    @Test func trainingSeesTheCropThatItsRandomNumbersDraw() throws {
        let image = noise(width: 60, height: 40)
        try folder.write(image.pngData(), to: "a.png")
        let source = try imageFolder(
            folder.path, small + [.init("crop_scale", [0.2, 0.5]), .init("filter", "bicubic")])
        for step in 0..<5 {
            var random = StageRandom(seed: 5, purpose: "data", step: step, sample: 0)
            let box = RandomResizedCrop(scale: 0.2...0.5)
                .box(width: 60, height: 40, using: &random)
            let expected = image.cropped(to: box).resized(to: 8, 8, filter: .bicubic)
                .normalised(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
            #expect(try sample(source, 0, augmented: true, step: step).values == expected)
        }
    }

    @Test func halfOfTheImagesAreMirrored() throws {
        let image = noise(width: 8, height: 8)
        try folder.write(image.pngData(), to: "a.png")
        let source = try imageFolder(
            folder.path, small + [.init("flip", true), .init("crop", "centre")])
        let plain = try sample(source, 0).values
        let mirror = image.flippedHorizontally()
            .normalised(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
        let seen = try (0..<400).map { try sample(source, 0, augmented: true, step: $0).values }
        #expect(seen.allSatisfy { $0 == plain || $0 == mirror })
        // Binomial with 400 draws: standard deviation 10.
        #expect(abs(seen.count { $0 == mirror } - 200) < 40)
    }

    @Test func aBadImageIsReplacedAndNamedOnce() throws {
        for i in 0..<30 { try folder.writeImage("image\(i).png") }
        try folder.write(Array("<html>".utf8), to: "image7.png")
        let source = try imageFolder(folder.path, small)
        let bad = try #require((0..<30).first { source.name(of: $0) == "image7.png" })
        let first = try sample(source, bad, augmented: true)
        #expect(first.values.allSatisfy { $0.isFinite })
        for step in 0..<20 { _ = try sample(source, bad, augmented: true, step: step) }
        #expect(
            source.rejected == [
                RejectedSample(
                    name: "image7.png", reason: "the file is an HTML page, not a picture")
            ])
        // Another instance that has not met the file yet draws the same replacement.
        let again = try imageFolder(folder.path, small)
        #expect(try sample(again, bad, augmented: true).values == first.values)
    }

    @Test func tooManyBadImagesStopTheRun() throws {
        for i in 0..<7 { try folder.writeImage("good\(i).png") }
        for i in 0..<2 { try folder.write([], to: "x\(i).png") }
        try folder.write([1], to: "anim.gif")
        try folder.write([1], to: "._fork.png")
        let source = try imageFolder(folder.path, small + [.init("max_bad", 0.2)])
        _ = try sample(source, 7)
        let error = #expect(throws: PipelineError.self) { _ = try sample(source, 8) }
        #expect(
            error
                == PipelineError(
                    .data,
                    "stage 'data': 3 of the 10 images in '\(folder.path)' cannot be used, more than "
                        + "the share of 0.2 that 'max_bad' allows",
                    notes: [
                        "  anim.gif: the file is GIF, which is not supported; JPEG and PNG are",
                        "  x0.png: the file is empty", "  x1.png: the file is empty",
                        "Repair or remove them, or raise 'max_bad'.",
                    ]))
    }

    @Test func aFolderWithoutAnyReadableImageIsRefused() throws {
        for i in 0..<7 { try folder.write(Array("text".utf8), to: "x\(i).jpg") }
        let error = #expect(throws: PipelineError.self) {
            try imageFolder(folder.path, [.init("max_bad", 1)])
        }
        #expect(
            error
                == PipelineError(
                    .data,
                    "stage 'data': none of the 7 images in '\(folder.path)' can be used",
                    notes: (0..<5).map { "  x\($0).jpg: the file is text, not a picture" } + [
                        "  and 2 more", "Is this the right folder?",
                    ]))
    }

    @Test func anEmptyFolderIsRefused() throws {
        try folder.write([1], to: "notes.txt")
        try folder.write([1], to: "a.webp")
        let error = #expect(throws: PipelineError.self) { try imageFolder(folder.path) }
        #expect(
            error
                == PipelineError(
                    .data, "stage 'data': '\(folder.path)' holds no JPEG or PNG images",
                    notes: [
                        "  a.webp: the file is WebP, which is not supported; JPEG and PNG are",
                        "It holds 1 other file; images end in .jpg, .jpeg or .png.",
                    ]))
    }

    @Test func aFolderThatIsNotThereIsNamedWithTheNearestOne() throws {
        try folder.writeImage("photos/cats/a.png")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/lost", withDestinationPath: "gone")
        for (path, message) in [
            (
                "lost",
                "folder '\(folder.path)/lost' does not exist: '\(folder.path)/lost' is a link to "
                    + "'gone', which is not there"
            ),
            (
                "photos/cat",
                "folder '\(folder.path)/photos/cat' does not exist; did you mean 'cats'?"
            ),
            (
                "potos/cats",
                "folder '\(folder.path)/potos/cats' does not exist: there is no 'potos' in "
                    + "'\(folder.path)'; did you mean 'photos'?"
            ),
            ("photos/cats/a.png", "'\(folder.path)/photos/cats/a.png' is not a folder"),
        ] {
            let error = #expect(throws: PipelineError.self) {
                try imageFolder(folder.path + "/" + path)
            }
            #expect(error?.message == "stage 'data': " + message)
        }
    }

    @Test func classesNeedFolders() throws {
        try folder.writeImage("a.png")
        let error = #expect(throws: PipelineError.self) {
            try imageFolder(folder.path, [.init("labels", "folders")])
        }
        #expect(
            error?.message == "stage 'data': '\(folder.path)' has no sub-folders with images, "
                + "so 'labels: folders' finds no classes")
    }

    // skipped: the superuser may open everything
    @Test(.enabled(if: geteuid() != 0)) func aClosedFolderSaysSo() throws {
        chmod(folder.path, 0)
        defer { chmod(folder.path, 0o700) }
        let error = #expect(throws: PipelineError.self) { try imageFolder(folder.path) }
        #expect(
            error?.message
                == "stage 'data': '\(folder.path)' cannot be opened: permission denied")
    }

    @Test func theLimitIsSpreadOverAllClasses() throws {
        for i in 0..<5 {
            try folder.writeImage("a/\(i).png")
            try folder.writeImage("b/\(i).png")
        }
        let source = try imageFolder(folder.path, small + [.init("limit", 4)])
        #expect((0..<4).map(source.name(of:)) == ["a/0.png", "a/2.png", "b/0.png", "b/2.png"])
        #expect(try imageFolder(folder.path, small + [.init("limit", 40)]).count == 10)
    }

    @Test func theFingerprintFollowsNamesAndSizes() throws {
        for name in ["a.png", "b.png"] { try folder.writeImage(name) }
        func fingerprint() throws -> String { try imageFolder(folder.path, small).fingerprint() }
        let first = try fingerprint()
        #expect(try fingerprint() == first)
        #expect(first.hasPrefix("2 images, "))
        try folder.writeImage("b.png", width: 25)
        let resized = try fingerprint()
        try FileManager.default.moveItem(
            atPath: folder.path + "/b.png", toPath: folder.path + "/c.png")
        let renamed = try fingerprint()
        #expect(Set([first, resized, renamed]).count == 3)
    }

    @Test func theRevisionFollowsTheTimesOfFiles() throws {
        for name in ["a.png", "b.png"] { try folder.writeImage(name) }
        let first = try imageFolder(folder.path, small)
        #expect(try imageFolder(folder.path, small).revision == first.revision)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: folder.file("a.png"))
        let second = try imageFolder(folder.path, small)
        #expect(second.revision != first.revision)
        #expect(second.fingerprint() == first.fingerprint())
    }

    @Test func threadsDoNotDisturbEachOther() throws {
        for i in 0..<40 { try folder.writeImage("i\(i).png", width: 20 + i, height: 50 - i) }
        try folder.write([0xFF, 0xD8, 0xFF], to: "i7.png")
        let serial = try imageFolder(folder.path, small)
        let expected = try (0..<40).map { try sample(serial, $0, augmented: true).values }
        let parallel = try imageFolder(folder.path, small)
        let results = Mutex([Int: [Float]]())
        DispatchQueue.concurrentPerform(iterations: 400) { i in
            let values = try? sample(parallel, i % 40, augmented: true).values
            results.withLock { $0[i] = values }
        }
        let all = results.withLock(\.self)
        #expect((0..<400).allSatisfy { all[$0] == expected[$0 % 40] })
        #expect(parallel.rejected.count == 1)
    }

    @Test func fastDecodingIsNearlyTheSame() throws {
        let image = gradient(width: 640, height: 480)
        try folder.write(image.jpegData(quality: 95), to: "a.jpg")
        let plain = try imageFolder(folder.path, [.init("size", 32)])
        let fast = try imageFolder(folder.path, [.init("size", 32), .init("fast_decoding", true)])
        for step in 0..<6 {
            let a = try sample(plain, 0, augmented: step > 0, step: step).values
            let b = try sample(fast, 0, augmented: step > 0, step: step).values
            // A crop of whole pixels of the reduced picture lies up to one of its pixels apart.
            let worst = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 0.15, "step \(step): \(worst)")
        }
    }

    @Test func repairsAreNoted() throws {
        try folder.write(gradient(width: 9, height: 9).jpegData().dropLast(2), to: "cut.jpg")
        let source = try imageFolder(folder.path, small)
        _ = try sample(source, 0)
        _ = try sample(source, 0, augmented: true)
        #expect(source.rejected.isEmpty)
        #expect(
            source.repaired == [
                RejectedSample(name: "cut.jpg", reason: "Premature end of JPEG file")
            ])
    }

    @Test func theDescriptorChecksItsOwnDefaults() throws {
        try folder.writeImage("a.png")
        #expect(try imageFolder(folder.path).imageShape == ImageShape(height: 224, width: 224))
        #expect(throws: PipelineErrors.self) {
            try imageFolder(folder.path, [.init("size", 0), .init("filter", "nearest")])
        }
    }
}
