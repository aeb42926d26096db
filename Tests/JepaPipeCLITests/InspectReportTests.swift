import Foundation
import JepaFormats
import JepaInterop
import JepaPipeCLI
import JepaTensor
import JepaTestSupport
import Testing

/// What `inspect` shows of a file, to the letter.
final class InspectReportTests {
    private let scratch = TemporaryFolder()
    private var path: String { scratch.file("x") }

    private func report(only: String? = nil) throws -> String {
        InspectReport(try FileContents(of: path), only: only).lines.joined(separator: "\n")
            .replacing(path, with: "FILE")
    }

    @Test func aSafetensorsFile() throws {
        var writer = SafetensorsWriter(metadata: ["format": "pt", "about": "two\nlines"])
        try writer.add("norm.weight", Tensor(repeating: 1, shape: [1500]))
        try writer.add(StoredTensor("labels", integers: [1, 2], shape: [2, 1]))
        try writer.add("scale", Tensor(scalar: 2))
        try writer.write(to: path)
        #expect(
            try report() == """
                FILE: a safetensors file

                tensor        shape  type        size
                labels          2x1  int64       16 B
                norm.weight    1500  float32  5.9 KiB
                scale        scalar  float32      4 B

                Beside the tensors:
                  about   two\\u{a}lines
                  format  pt

                3 tensors, 1,503 elements, 5.9 KiB (2 float32, 1 int64)
                """)
        #expect(
            try report(only: "norm").hasSuffix(
                "1 of 3 tensors, 1,500 elements, 5.9 KiB (1 float32)"))
    }

    @Test func aNumpyFile() throws {
        try NpyFile.write(Tensor(repeating: 1, shape: [2, 3]), to: path)
        #expect(
            try report() == """
                FILE: a numpy file

                tensor   shape  type     size
                (array)    2x3  float32  24 B

                1 tensor, 6 elements, 24 B (1 float32)
                """)
    }

    @Test func aTorchFileWithoutTensors() throws {
        try TorchWriter.write(.list([.integer(1), .text("a")]), to: path)
        #expect(
            try report() == """
                FILE: a torch file

                Beside the tensors:
                  0  1
                  1  a

                0 tensors, 0 elements, 0 B
                """)
    }
}
