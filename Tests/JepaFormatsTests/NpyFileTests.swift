import Glibc
import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import Testing

struct NpyFileTests {
    @Test func filesOfNumpyAreRead() throws {
        let float = try NpyFile.read(Fixture.path("float.npy"))
        #expect(float.element == .float32 && float.shape == [2, 3])
        #expect(try float.floats().elements == Fixture.ramp(6))
        let long = try NpyFile.read(Fixture.path("long.npy"))
        #expect(try long.integers() == [-1, 4_999_999_999_999, 9_999_999_999_999])
        let scalar = try NpyFile.read(Fixture.path("scalar.npy"))
        #expect(scalar.element == .float64 && scalar.shape == [])
        #expect(try scalar.floats().scalar == 2.5)
        let second = try NpyFile.read(Fixture.path("version2.npy"))
        #expect(second.element == .int32)
        #expect(try second.integers() == [-1, 69_999, 139_999, 209_999, 279_999, 349_999])
    }

    @Test func fortranOrderGivesTheSameRows() throws {
        let tensor = try NpyFile.read(Fixture.path("fortran.npy"))
        #expect(tensor.shape == [2, 3] && !tensor.isContiguous)
        #expect(try tensor.floats().elements == Fixture.ramp(6))
        #expect(try tensor.rows(1..<2).floats().elements == Array(Fixture.ramp(6)[3...]))
    }

    @Test func writtenFilesAreThoseOfNumpy() throws {
        let folder = TemporaryFolder()
        try NpyFile.write(Tensor(Fixture.ramp(6), shape: [2, 3]), to: folder.file("float.npy"))
        #expect(try folder.bytes("float.npy") == Fixture.bytes("float.npy"))
        try NpyFile.write(
            [-1, 4_999_999_999_999, 9_999_999_999_999], shape: [3], to: folder.file("long.npy"))
        #expect(try folder.bytes("long.npy") == Fixture.bytes("long.npy"))
        try NpyFile.write(.float64, shape: [], to: folder.file("scalar.npy")) { append in
            try [2.5].withUnsafeBytes { try append($0) }
        }
        #expect(try folder.bytes("scalar.npy") == Fixture.bytes("scalar.npy"))
        expectError(.value, "numpy has no bfloat16; write float32 instead") {
            try NpyFile.write(.bfloat16, shape: [], to: folder.file("b.npy")) { _ in }
        }
        #expect(try folder.names() == ["float.npy", "long.npy", "scalar.npy"])
    }

    private static func file(
        _ header: String, version: [UInt8] = [1, 0], length: Int? = nil, data: Int = 4
    ) -> [UInt8] {
        let text = Array(header.utf8)
        let count = length ?? text.count
        return [0x93] + Array("NUMPY".utf8) + version + [UInt8(count & 255), UInt8(count >> 8)]
            + text + Array(repeating: 0, count: data)
    }

    private static let fine = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"

    @Test func theHeaderOfTheTableIsValid() throws {
        #expect(try NpyFile.read(bytes: Self.file(Self.fine), name: "x").shape == [1])
    }

    private static let fields = "'fortran_order': False, 'shape': (1,)"

    @Test(
        arguments: [
            Malformed("empty", [], "it does not begin with \\x93NUMPY and a version"),
            Malformed(
                "no npy", Array("NUMPY and more".utf8),
                "it does not begin with \\x93NUMPY and a version"
            ),
            Malformed(
                "version 3", file(fine, version: [3, 0]),
                "its version is 3.0, known are 1.0 and 2.0"
            ),
            Malformed(
                "long header", file(fine, length: 10_001), "its header length 10001 exceeds 10000"),
            Malformed(
                "cut header", file(fine, length: 100, data: 0),
                "its header of 100 bytes does not fit in a file of 67"
            ),
            Malformed(
                "cut data", file(fine, data: 3),
                "shape [1] of float32 takes 4 bytes, but 3 follow the header"
            ),
            Malformed(
                "more data", file(fine, data: 5),
                "shape [1] of float32 takes 4 bytes, but 5 follow the header"
            ),
            Malformed(
                "big endian", file("{'descr': '>f4', \(fields)}"),
                "header: the type '>f4' is not one of <f4, <f8, <f2, <i8, <i4, <i2, |i1, |u1, |b1"
            ),
            Malformed(
                "objects", file("{'descr': '|O', \(fields)}"),
                "header: the type '|O' is not one of <f4, <f8, <f2, <i8, <i4, <i2, |i1, |u1, |b1"
            ),
            Malformed(
                "records", file("{'descr': [('a', '<f4')], \(fields)}"),
                "header: a text is expected at byte 10, found '['"
            ),
            Malformed(
                "no shape", file("{'descr': '<f4', 'fortran_order': False}"),
                "header: one of descr, fortran_order, shape is missing"
            ),
            Malformed(
                "two types", file("{'descr': '<f4', 'descr': '<f4'}"),
                "header: the key 'descr' occurs twice or is not one of descr, fortran_order, shape"
            ),
            Malformed(
                "negative", file("{'shape': (-1,)}"),
                "header: a whole number is expected at byte 11, found '-'"
            ),
            Malformed(
                "overflow", file("{'shape': (99999999999999999999,)}"),
                "header: the number at byte 11 is too big"
            ),
            Malformed(
                "product",
                file(
                    "{'descr': '<f4', 'fortran_order': True, 'shape': (4294967296, 4294967296, 0)}"),
                "the shape [4294967296, 4294967296, 0] has too many elements"
            ),
            Malformed(
                "many axes", file("{'shape': (\(String(repeating: "1,", count: 65)))}"),
                "header: the list before byte 139 has more than 64 numbers"
            ),
            Malformed(
                "order", file("{'fortran_order': 1}"),
                "header: True or False is expected at byte 18, found '1'"
            ),
            Malformed("rest", file(fine + "}"), "header: something follows the '}'"),
            Malformed("nothing", file(""), "header: it ends where '{' is expected"),
        ])
    func malformedFilesAreRefused(file: Malformed) {
        expectError(.file, "'x.npy' is not a valid npy file: \(file.reason)") {
            _ = try NpyFile.read(bytes: file.bytes, name: "x.npy")
        }
    }

    @Test func whatIsNoFileIsRefused() throws {
        let folder = TemporaryFolder()
        expectError(.file, "cannot read '\(folder.path)': it is not a regular file") {
            _ = try NpyFile.read(folder.path)
        }
        // Nobody writes into the pipe: opening it as a file would wait for ever.
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        expectError(.file, "cannot read '\(folder.path)/pipe': it is not a regular file") {
            _ = try NpyFile.read(folder.file("pipe"))
        }
        expectError(.file, "cannot read '\(folder.path)/no': No such file or directory") {
            _ = try NpyFile.read(folder.file("no"))
        }
    }
}
