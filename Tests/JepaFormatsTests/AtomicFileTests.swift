import Foundation
import Glibc
import JepaCore
import JepaFormats
import JepaTestSupport
import Testing

struct AtomicFileTests {
    private struct Interruption: Error {}

    @Test func writtenFileHoldsAllBytesAndLeavesNothingElse() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write(to: folder.file("a")) { file in
            try file.append([1, 2])
            try file.append([])
            try file.append([3])
            #expect(file.byteCount == 3)
        }
        #expect(try folder.bytes("a") == [1, 2, 3])
        try AtomicFile.write("tekst é", to: folder.file("a"))
        #expect(try folder.bytes("a") == Array("tekst é".utf8))
        #expect(try folder.names() == ["a"])
    }

    @Test func anErrorOfTheWriterLeavesTheOldFile() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write([1, 2, 3], to: folder.file("a"))
        #expect(throws: Interruption.self) {
            try AtomicFile.write(to: folder.file("a")) { file in
                try file.append([9, 9])
                throw Interruption()
            }
        }
        #expect(try folder.bytes("a") == [1, 2, 3])
        #expect(try folder.names() == ["a"])
    }

    @Test func theFileIsNotSeenBeforeItIsComplete() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write(to: folder.file("a")) { file in
            try file.append([1])
            let names = try folder.names()
            #expect(names.count == 1)
            #expect(names[0].hasPrefix(".a.\(getpid()).") && names[0].hasSuffix(".partial"))
        }
        #expect(try folder.names() == ["a"])
    }

    @Test func twoWritersOfOneFileDoNotMix() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write(to: folder.file("a")) { outer in
            try outer.append([1])
            try AtomicFile.write([2, 2, 2], to: folder.file("a"))
            try outer.append([1])
        }
        #expect(try folder.bytes("a") == [1, 1])
        #expect(try folder.names() == ["a"])
    }

    @Test func permissionsOfAReplacedFileStay() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write([1], to: folder.file("a"))
        #expect(chmod(folder.file("a"), 0o640) == 0)
        try AtomicFile.write([2], to: folder.file("a"))
        var status = stat()
        #expect(stat(folder.file("a"), &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o640)
    }

    @Test func aLinkIsFollowed() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write([1], to: folder.file("a"))
        #expect(symlink("a", folder.file("link")) == 0)
        try AtomicFile.write([2], to: folder.file("link"))
        #expect(try folder.bytes("a") == [2])
        #expect(try folder.names() == ["a", "link"])
    }

    @Test func aScratchFileTakesThePlaceOfItsFile() throws {
        let folder = TemporaryFolder()
        try AtomicFile.write([1], to: folder.file("a"))
        #expect(chmod(folder.file("a"), 0o640) == 0)
        #expect(symlink("a", folder.file("link")) == 0)
        let scratch = try AtomicFile.scratch(for: folder.file("link"))
        let other = try AtomicFile.scratch(for: folder.file("link"))
        #expect(scratch != other)
        // Named after what the link leads to, and beside it.
        let name = URL(fileURLWithPath: folder.path).lastPathComponent
        #expect(scratch.contains("/\(name)/.a.\(getpid())."))
        try AtomicFile.write([2, 2], to: scratch)
        #expect(try folder.bytes("a") == [1])
        try AtomicFile.replace(folder.file("link"), by: scratch)
        #expect(try folder.bytes("a") == [2, 2])
        var status = stat()
        #expect(lstat(folder.file("link"), &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(folder.file("a"), &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o640)
        unlink(other)
        #expect(try folder.names() == ["a", "link"])
        let path = folder.file("link")
        expectError(.file, "cannot write \(quoted(path)): No such file or directory") {
            try AtomicFile.replace(path, by: scratch)
        }
    }

    @Test func whatIsNoRegularFileIsNotReplaced() throws {
        let folder = TemporaryFolder()
        expectError(.file, "cannot write '/dev/null': it is not a regular file") {
            try AtomicFile.write([1], to: "/dev/null")
        }
        expectError(.file, "cannot write '\(folder.path)': it is not a regular file") {
            try AtomicFile.write([1], to: folder.path)
        }
        expectError(.file, "cannot write '\(folder.path)/no/a': No such file or directory") {
            try AtomicFile.write([1], to: folder.file("no/a"))
        }
        try AtomicFile.write([1], to: folder.file("a"))
        expectError(.file, "cannot write '\(folder.path)/a/b': Not a directory") {
            try AtomicFile.write([1], to: folder.file("a/b"))
        }
        #expect(symlink("nowhere", folder.file("link")) == 0)
        expectError(
            .file, "cannot follow the link '\(folder.path)/link': No such file or directory"
        ) {
            try AtomicFile.write([1], to: folder.file("link"))
        }
    }

    // A limit on the size of files stops a write half way, as a full disk does, and needs no
    // rights; it holds for a whole process, hence the exit test.
    @Test func aWriteThatTheSystemStopsLeavesTheOldFile() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            try AtomicFile.write([1, 2, 3], to: folder.file("a"))
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
                exit(2)
            }
            do {
                try AtomicFile.write(Array(repeating: 7, count: 10_000), to: folder.file("a"))
                exit(3)
            } catch let error as PipelineError {
                guard error.message == "cannot write '\(folder.path)/a': File too large" else {
                    exit(4)
                }
            }
            guard try folder.bytes("a") == [1, 2, 3], try folder.names() == ["a"] else { exit(5) }
        }
    }

    @Test func onlyLeftoversOfDeadProcessesAreRemoved() throws {
        let folder = TemporaryFolder()
        let dead = try processThatHasEnded()
        let leftover = ".step.9.safetensors.\(dead).1.partial"
        let kept = [
            ".step.safetensors.\(getpid()).1.partial", "a.partial", ".b.1x.1.partial",
            ".c.\(dead).partial",
        ]
        for name in kept + [leftover] { try folder.write([1], to: name) }
        #expect(try AtomicFile.removeLeftovers(in: folder.path) == [leftover])
        #expect(try folder.names() == kept.sorted())
        expectError(.file, "cannot list '\(folder.path)/no': No such file or directory") {
            try AtomicFile.removeLeftovers(in: folder.file("no"))
        }
    }

    @Test func aScratchFileTakesThePlaceOfWhatAKilledProcessLeftOfTheSameFile() throws {
        let folder = TemporaryFolder()
        let dead = try processThatHasEnded()
        let leftover = ".rows.npy.\(dead).1.partial"
        let kept = [".other.npy.\(dead).1.partial", ".npy.\(dead).1.partial"]
        for name in kept + [leftover] { try folder.write([1], to: name) }
        unlink(try AtomicFile.scratch(for: folder.file("rows.npy")))
        #expect(try folder.names() == kept.sorted())
    }

    /// The number of a process that is no more.
    private func processThatHasEnded() throws -> pid_t {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        return process.processIdentifier
    }
}
