import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaTensor
import JepaTestSupport
import Testing

/// Files are recognised by what is in them.
@Suite struct FileContentsTests {
    private let folder = TemporaryFolder()

    @Test func namesDoNotMatter() throws {
        let file = folder.file("x.txt")
        try write([StoredTensor("a", Tensor([1, 2], shape: [2]))], to: file)
        #expect(try FileKind(of: file) == .safetensors)
        try NpyFile.write(Tensor([1, 2], shape: [2]), to: file)
        #expect(try FileKind(of: file) == .npy)
        try TorchWriter.write(.list([.integer(1)]), to: file)
        #expect(try FileKind(of: file) == .torch)
        try SafetensorsWriter(metadata: ["format": "jepa-pipe checkpoint 1"]).write(to: file)
        #expect(try FileKind(of: file) == .checkpoint)
    }

    /// Nobody writes into the pipe: opening it as a file would wait for ever.
    @Test func aPipeIsRefusedWithoutWaiting() throws {
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let error = #expect(throws: PipelineError.self) { try FileKind(of: pipe) }
        #expect(error?.message == "cannot read '\(pipe)': it is not a regular file")
    }

    @Test func foldersAreRecognisedByTheirFiles() throws {
        try AtomicFile.write("{}", to: folder.file("config.json"))
        let error = #expect(throws: PipelineError.self) { try FileKind(of: folder.path) }
        #expect(error?.message == "'\(folder.path)' is a folder of no known kind")
        try AtomicFile.write("", to: folder.file("model.safetensors"))
        #expect(try FileKind(of: folder.path) == .huggingFaceFolder)
        try AtomicFile.write("{}", to: folder.file("run.json"))
        #expect(try FileKind(of: folder.path) == .runFolder)
    }

    @Test(
        arguments: [
            ([], "is empty"),
            ([0x80, 0x02, 0x2e], "is a bare pickle, such as torch wrote before "),
            ([0x1f, 0x8b, 8], "is compressed by gzip"), ([1, 2, 3], "is of no known kind"),
        ] as [([UInt8], String)])
    func otherFilesAreNamed(bytes: [UInt8], reason: String) throws {
        try AtomicFile.write(bytes, to: folder.file("x"))
        let error = #expect(throws: PipelineError.self) { try FileContents(of: folder.file("x")) }
        #expect(error?.message.contains(reason) == true)
    }

    @Test func whatStandsBesideTheTensorsIsShown() throws {
        var inner = TorchDictionary()
        inner.add(.text("betas"), .tuple([.number(0.9), .number(0.999)]))
        var root = TorchDictionary()
        root.add(.text("weight"), .tensor(StoredTensor("weight", Tensor([1], shape: [1]))))
        root.add(.text("opt"), .dictionary(inner))
        root.add(.text("epoch"), .integer(3))
        root.add(.text("scaler"), TorchValue.none)
        try TorchWriter.write(.dictionary(root), to: folder.file("x"))
        let contents = try FileContents(of: folder.file("x"))
        #expect(contents.tensors.map(\.name) == ["weight"])
        #expect(
            contents.values.map { "\($0.name) \($0.value)" } == [
                "opt.betas 0.9, 0.999", "epoch 3", "scaler None",
            ])
    }

    @Test func theStateOfACheckpointIsTakenApart() throws {
        try SafetensorsWriter(metadata: [
            "format": "jepa-pipe checkpoint 1", "training": #"{"step":7,"origin":{"ok":true}}"#,
        ]).write(to: folder.file("x"))
        let contents = try FileContents(of: folder.file("x"))
        #expect(
            contents.values.map { "\($0.name) \($0.value)" } == [
                "format jepa-pipe checkpoint 1", "training.origin.ok true", "training.step 7",
            ])
    }
}
