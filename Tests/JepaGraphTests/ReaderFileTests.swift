import Foundation
import JepaCore
import JepaGraph
import JepaTestSupport
import Testing

/// What happens before a file is read as YAML.
struct ReaderFileTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }

    private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try scratch.write(bytes, to: name)
        return scratch.file(name)
    }

    private func shown(_ path: String) -> String {
        message { try GraphReader.read(path: path) }.replacing(folder, with: "DIR")
    }

    @Test func aFileIsRead() throws {
        let path = try write("g.yaml", Array("a: 1\n".utf8))
        let root = try GraphReader.read(path: path)
        #expect(compact(root) == "{a: 1}")
        #expect(root["a"]?.location?.file == path)
    }

    @Test func aMissingFileNamesTheNearestOne() throws {
        _ = try write("ijepa.yaml", [])
        _ = try write("tiny.yaml", [])
        _ = try write("notes.txt", [])
        #expect(
            shown("\(folder)/ijepaa.yaml") == """
                error: there is no file 'DIR/ijepaa.yaml'; did you mean 'ijepa.yaml'?
                Graph files there: ijepa.yaml, tiny.yaml.
                """)
        #expect(
            shown("\(folder)/tiny") == """
                error: there is no file 'DIR/tiny'; did you mean 'tiny.yaml'?
                Graph files there: ijepa.yaml, tiny.yaml.
                """)
        #expect(
            shown("\(folder)/x/y.yaml")
                == "error: 'DIR/x/y.yaml' cannot be read: there is no folder 'x'")
        #expect(
            shown("\(folder)/tiny.yaml/y.yaml")
                == "error: 'DIR/tiny.yaml/y.yaml' cannot be read: 'tiny.yaml' is not a folder")
        #expect(
            shown(folder) == """
                error: 'DIR' is a folder, not a graph file
                Graph files there: ijepa.yaml, tiny.yaml.
                """)
    }

    @Test func anEmptyNameIsRefused() {
        #expect(shown("") == "error: the name of the file is empty")
    }

    @Test func pipesAndDevicesAreRefusedWithoutWaiting() throws {
        #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
        #expect(shown("\(folder)/pipe") == "error: 'DIR/pipe' is not a regular file")
        #expect(shown("/dev/zero") == "error: '/dev/zero' is not a regular file")
    }

    @Test func aLinkThatLeadsInACircleIsRefused() throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/a.yaml", withDestinationPath: "\(folder)/a.yaml")
        #expect(
            shown("\(folder)/a.yaml")
                == "error: 'DIR/a.yaml' cannot be read: too many levels of symbolic links")
    }

    // skipped: the superuser may read everything
    @Test(.enabled(if: geteuid() != 0)) func aFileThatMayNotBeReadSaysSo() throws {
        let path = try write("g.yaml", [])
        #expect(chmod(path, 0) == 0)
        #expect(shown(path) == "error: 'DIR/g.yaml' cannot be read: permission denied")
    }

    @Test func anEnormousFileIsRefused() throws {
        let path = try write("big.yaml", Array(repeating: 0x20, count: 1 << 20 + 1))
        #expect(
            shown(path)
                == "error: 'DIR/big.yaml' is larger than 1024 KiB; a graph file is a few KiB")
    }

    private static let encodings: [(String, [UInt8], String)] = [
        (
            "invalid byte", Array("a: 1\nb: gr".utf8) + [0xFC, 0x6E, 0x0A],
            """
            DIR/g.yaml:2:6: error: the byte 0xFC is not UTF-8; save the file as UTF-8
            b: gr\u{FFFD}n
                 ^
            """
        ),
        (
            "cut in the middle of a letter", [0x61, 0x3A, 0x20, 0xC3],
            """
            DIR/g.yaml:1:4: error: the byte 0xC3 is not UTF-8; save the file as UTF-8
            a: \u{FFFD}
               ^
            """
        ),
        ("UTF-16", [0xFF, 0xFE, 0x61, 0x00], "error: 'DIR/g.yaml' is UTF-16; save it as UTF-8"),
        (
            "binary", [0x61, 0x3A, 0x00, 0x01],
            """
            DIR/g.yaml:1:3: error: the character U+0000 cannot stand in a graph file
            a:\u{FFFD}\u{FFFD}
              ^
            """
        ),
    ]

    @Test(arguments: encodings) func otherEncodingsAreRefused(
        name: String, bytes: [UInt8], expected: String
    ) throws {
        #expect(shown(try write("g.yaml", bytes)) == expected)
    }
}
