import Foundation
import JepaImages
import JepaTestSupport
import Testing

@Suite("listing of folders")
struct FolderListingTests {
    private let folder = TemporaryFolder()

    private func list() throws -> FolderListing { try FolderListing(root: PathBytes(folder.path)) }

    @Test func imagesAreFoundByTheEndOfTheirNames() throws {
        for name in [
            "b.jpg", "a.JPEG", "c.PnG", "deep/er/x.jpe", "A.jfif", "no_extension", "x.jpg.txt",
            "notes.md", ".hidden.jpg", ".cache/a.jpg", "Thumbs.db",
        ] {
            try folder.write([1], to: name)
        }
        let listing = try list()
        #expect(
            listing.images.map(\.path.description) == [
                "A.jfif", "a.JPEG", "b.jpg", "c.PnG", "deep/er/x.jpe",
            ])
        #expect(listing.skipped.isEmpty)
        #expect(listing.otherFiles == 4)
    }

    @Test func pathsAreSortedByBytes() throws {
        for name in ["a/z.png", "a-b/c.png", "a.png", "B.png", "é.png", "z.png"] {
            try folder.write([1, 2], to: name)
        }
        let listing = try list()
        #expect(
            listing.images.map(\.path.description) == [
                "B.png", "a-b/c.png", "a.png", "a/z.png", "z.png", "é.png",
            ])
        #expect(listing.images.allSatisfy { $0.size == 2 })
    }

    @Test func whatIsNoPictureOfOursIsNamed() throws {
        try folder.write([1], to: "a.gif")
        try folder.write([1], to: "b.HEIC")
        try folder.write([1], to: "._c.jpg")
        let listing = try list()
        #expect(
            listing.skipped.map { "\($0.path): \($0.reason) \($0.isBad)" } == [
                "._c.jpg: is a macOS resource fork, not a picture false",
                "a.gif: the file is GIF, which is not supported; JPEG and PNG are true",
                "b.HEIC: the file is HEIC, which is not supported; JPEG and PNG are true",
            ])
    }

    @Test func linksAreFollowedOnce() throws {
        let files = FileManager.default
        try folder.write([1], to: "a/one.png")
        try folder.write([1], to: "b/two.png")
        for (name, target) in [
            ("a/up", ".."), ("a/self", "self"), ("a/self.png", "self.png"),
            ("a/gone.png", "/nonexistent/pic.png"), ("a/two.png", "../b/two.png"), ("c", "b"),
        ] {
            try files.createSymbolicLink(
                atPath: folder.path + "/" + name, withDestinationPath: target)
        }
        let listing = try list()
        #expect(
            listing.images.map(\.path.description) == ["a/one.png", "a/two.png", "b/two.png"])
        #expect(
            listing.skipped.map { "\($0.path): \($0.reason)" } == [
                "a/gone.png: is a link that leads nowhere: what it points to does not exist",
                "a/self: is a link that leads nowhere: too many levels of symbolic links",
                "a/self.png: is a link that leads nowhere: too many levels of symbolic links",
                "a/up: is a link to a folder that is listed already",
                "c: is a link to a folder that is listed already",
            ])
    }

    @Test func aLinkToAFolderElsewhereIsFollowed() throws {
        let other = TemporaryFolder()
        try other.write([1], to: "x/far.jpg")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: other.path)
        let listing = try list()
        #expect(listing.images.map(\.path.description) == ["link/x/far.jpg"])
    }

    @Test func pipesDevicesAndFoldersAreNoImages() throws {
        try folder.write([1], to: "folder.jpg/inside.png")
        #expect(mkfifo(folder.path + "/pipe.jpg", 0o600) == 0)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/null.png", withDestinationPath: "/dev/null")
        let listing = try list()
        #expect(listing.images.map(\.path.description) == ["folder.jpg/inside.png"])
        #expect(
            listing.skipped.map { "\($0.path): \($0.reason)" } == [
                "null.png: is not a plain file", "pipe.jpg: is not a plain file",
            ])
    }

    @Test func namesNeedNotBeReadable() throws {
        let names: [[UInt8]] = [
            Array("new\nline.jpg".utf8), Array("bad".utf8) + [0xFF] + Array("utf8.jpg".utf8),
            Array("nfc_\u{e9}.jpg".utf8), Array("nfd_e\u{301}.jpg".utf8),
        ]
        for name in names {
            let path = (Array(folder.path.utf8) + [0x2F] + name + [0]).map(CChar.init(bitPattern:))
            let file = try #require(fopen(path, "w"))
            fclose(file)
        }
        let images = try list().images
        #expect(Set(images.map(\.path.bytes)) == Set(names))
        #expect(images.map(\.path.description).contains("bad\\xFFutf8.jpg"))
        #expect(images.map(\.path.description).contains("new\\nline.jpg"))
    }

    @Test func foldersMayBeNestedDeeply() throws {
        let levels = 300
        let name = (0..<levels).map { "d\($0 % 10)" }.joined(separator: "/") + "/leaf.png"
        try folder.write([1], to: name)
        let listing = try list()
        #expect(listing.images.map(\.path.description) == [name])
    }

    // skipped: the superuser may open everything
    @Test(.enabled(if: geteuid() != 0)) func aClosedFolderIsNamed() throws {
        try folder.write([1], to: "open/a.png")
        try folder.write([1], to: "closed/b.png")
        chmod(folder.path + "/closed", 0)
        defer { chmod(folder.path + "/closed", 0o700) }
        let listing = try list()
        #expect(listing.images.count == 1)
        #expect(
            listing.skipped.map { "\($0.path): \($0.reason)" } == [
                "closed: the folder cannot be opened: permission denied"
            ])
    }

    // skipped: ../shared is not here
    @Test(.enabled(if: SharedData.isHere)) func theSpecialFilesAreListedOnce() throws {
        let script = Process()
        script.executableURL = URL(filePath: "/bin/bash")
        script.arguments = [SharedData.path("data/odd-files/make_special.sh"), folder.path]
        script.standardOutput = FileHandle.nullDevice
        try script.run()
        script.waitUntilExit()
        #expect(script.terminationStatus == 0)
        let listing = try list()
        let expected = [
            "class_a/link_to_file.jpg", "class_a/one.jpg", "class_b/bad\\xFFutf8.jpg",
            "class_b/new\\nline.jpg", "class_b/two.jpg", "class_b/unreadable.jpg",
        ]
        #expect(listing.images.map(\.path.description) == expected)
        #expect(
            listing.skipped.map(\.path.description) == [
                "class_a/dangling.jpg", "class_a/fifo.jpg", "class_a/loop_to_parent",
                "class_a/self",
            ])
        chmod(folder.path + "/class_b/unreadable.jpg", 0o600)
    }
}
