import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaTensor
import JepaTestSupport
import Testing

/// Tables of features and what stands beside them.
@Suite struct FeatureFileTests {
    private let folder = TemporaryFolder()

    /// Five rows of two patches of three numbers; those of 1 and 4 do not stay.
    private func write(_ name: String, dropping: Set<Int> = [1, 4]) throws {
        let file = try FeatureFile(path: folder.file(name))
        let kept = (0..<5).map { !dropping.contains($0) }
        let rows = kept.indices.filter { kept[$0] }
        try file.write(count: 5, shape: [2, 3]) { append in
            let values = (0..<30).map { Float($0) }
            try append(Tensor(Array(values[..<18]), shape: [3, 2, 3]))
            try append(Tensor(Array(values[18...]), shape: [2, 2, 3]))
            return (
                kept,
                FeatureNotes(
                    files: rows.map { "\($0).png" }, labels: rows, classes: ["a", "b"],
                    omitted: dropping.sorted().map { .init(file: "\($0).png", reason: "bad") },
                    made: ["encoder": "target encoder"])
            )
        }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private let expected = [0, 2, 3].flatMap { row in (0..<6).map { Float(row * 6 + $0) } }

    @Test func numpyWithNotesBesideIt() throws {
        try write("x.npy")
        let table = try NpyFile.read(folder.file("x.npy"))
        #expect(table.shape == [3, 2, 3])
        #expect(try table.floats().elements == expected)
        let notes = try JSONDecoder().decode(
            FeatureNotes.self,
            from: try Data(contentsOf: URL(filePath: folder.file("x.npy.json"))))
        #expect(notes.files == ["0.png", "2.png", "3.png"])
        #expect(
            notes.omitted == [
                .init(file: "1.png", reason: "bad"), .init(file: "4.png", reason: "bad"),
            ])
        #expect(try names() == ["x.npy", "x.npy.json"])
    }

    @Test func safetensorsWithNotesInside() throws {
        try write("x.safetensors")
        let reader = try SafetensorsReader(path: folder.file("x.safetensors"))
        #expect(try reader.tensor("features").floats().elements == expected)
        #expect(try reader.tensor("labels").integers() == [0, 2, 3])
        #expect(reader.metadata["files"] == #"["0.png","2.png","3.png"]"#)
        #expect(reader.metadata["classes"] == #"["a","b"]"#)
        #expect(reader.metadata["encoder"] == "target encoder")
        #expect(try names() == ["x.safetensors"])
    }

    @Test func allRowsMayStay() throws {
        try write("x.npy", dropping: [])
        #expect(
            try NpyFile.read(folder.file("x.npy")).floats().elements == (0..<30).map(Float.init))
        #expect(try names() == ["x.npy", "x.npy.json"])
    }

    @Test(arguments: ["x.npy", "x.safetensors"])
    func filesOfOthersBesideTheTableStay(name: String) throws {
        let files = ["\(name).all-rows", "\(name).good-rows"]
        for file in files { try AtomicFile.write("mine", to: folder.file(file)) }
        try write(name)
        for file in files {
            #expect(try String(contentsOfFile: folder.file(file), encoding: .utf8) == "mine")
        }
        #expect(try names().filter { $0.hasPrefix(".") } == [])
    }

    @Test(arguments: [[1, 4], []])
    func linksAreFollowed(dropping: [Int]) throws {
        for name in ["rows", "notes"] { try AtomicFile.write("old", to: folder.file(name)) }
        #expect(symlink("rows", folder.file("x.npy")) == 0)
        #expect(symlink("notes", folder.file("x.npy.json")) == 0)
        try write("x.npy", dropping: Set(dropping))
        #expect(try NpyFile.read(folder.file("rows")).shape == [5 - dropping.count, 2, 3])
        let notes = try String(contentsOfFile: folder.file("notes"), encoding: .utf8)
        #expect(notes.contains("\"0.png\""))
        for (link, file) in [("x.npy", "rows"), ("x.npy.json", "notes")] {
            let target = try FileManager.default.destinationOfSymbolicLink(
                atPath: folder.file(link))
            #expect(target.hasSuffix(file))
        }
        #expect(try names() == ["notes", "rows", "x.npy", "x.npy.json"])
    }

    /// New rows never stand beside the names of others, not even when the process ends there.
    @Test func oldNotesGoBeforeNewRowsCome() throws {
        try write("x.npy", dropping: [])
        try FileManager.default.removeItem(atPath: folder.file("x.npy.json"))
        // What cannot be removed stops it.
        try FileManager.default.createDirectory(
            atPath: folder.file("x.npy.json"), withIntermediateDirectories: false)
        let error = #expect(throws: PipelineError.self) { try write("x.npy") }
        #expect(
            error?.message == "cannot remove \(quoted(folder.file("x.npy.json"))): Is a directory")
        #expect(try NpyFile.read(folder.file("x.npy")).shape == [5, 2, 3])
        #expect(try names() == ["x.npy", "x.npy.json"])
    }

    @Test func whatTheSystemRefusesIsSaidWithItsReason() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("x.npy"), withIntermediateDirectories: false)
        let folderError = #expect(throws: PipelineError.self) { try write("x.npy") }
        #expect(
            folderError?.message
                == "cannot write \(quoted(folder.file("x.npy"))): it is not a regular file")
        let missing = #expect(throws: PipelineError.self) { try write("no/x.npy") }
        #expect(
            missing?.message
                == "cannot write \(quoted(folder.file("no/x.npy"))): No such file or directory")
    }

    @Test func afterAnErrorThereIsNothing() throws {
        let file = try FeatureFile(path: folder.file("x.npy"))
        #expect(throws: PipelineError.self) {
            try file.write(count: 1, shape: [2]) { _ in throw PipelineError(.data, "no") }
        }
        #expect(try names() == [])
    }

    @Test func otherEndingsAreRefused() throws {
        let error = #expect(throws: PipelineError.self) { try FeatureFile(path: "x.csv") }
        #expect(error?.message == "'x.csv' has to end in '.npy' or '.safetensors'")
    }
}
