import Foundation
import JepaCore

/// The beginning of a file that is said to be a shared library, read before it is loaded: the
/// loader maps what the headers promise and a file that is too short would end the process.
///
/// Source: System V Application Binary Interface, "Object Files"; 64 bits, little-endian.
struct SharedLibraryFile {
    /// The processor this program runs on, by its ELF number.
    #if arch(x86_64)
        private static let machine: (number: Int, name: String) = (62, "x86-64")
    #elseif arch(arm64)
        private static let machine: (number: Int, name: String) = (183, "AArch64")
    #endif

    private let path: String
    private let bytes: Data
    private let length: Int

    /// Opens a file and checks what its headers say.
    ///
    /// - Throws: `PipelineError` with the code `value` if this program cannot load it.
    static func check(_ path: String) throws {
        try SharedLibraryFile(path).check()
    }

    private init(_ path: String) throws {
        self.path = path
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw PipelineError(
                .value, "there is no plugin '\(path)'",
                notes: ["A relative path starts at the folder jepa-pipe is started in."])
        }
        if isFolder.boolValue {
            throw PipelineError(
                .value, "the plugin '\(path)' is a folder",
                notes: ["A plugin is a shared library such as libStripePlugin.so."])
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw PipelineError(.value, "the plugin '\(path)' cannot be read")
        }
        defer { try? handle.close() }
        bytes = (try? handle.read(upToCount: 1 << 16)) ?? Data()
        length = Int((try? handle.seekToEnd()) ?? 0)
    }

    private func check() throws {
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            throw wrong("is no shared library: \(beginning)")
        }
        guard bytes.count >= 64 else { throw wrong("is cut off: it has \(length) bytes") }
        guard bytes[4] == 2 else { throw wrong("is for processors of 32 bits") }
        guard bytes[5] == 1, number(at: 18, bytes: 2) == Self.machine.number else {
            throw wrong(
                "is for another processor than this program, which is for "
                    + Self.machine.name)
        }
        guard number(at: 16, bytes: 2) == 3 else {
            throw wrong("is an object file or a program, no shared library")
        }
        try checkLength()
    }

    /// Compares the parts that the loader maps with the length of the file.
    private func checkLength() throws {
        let (start, size, count) = (
            number(at: 32, bytes: 8), number(at: 54, bytes: 2), number(at: 56, bytes: 2)
        )
        guard size >= 56, start >= 64, start <= length, start + size * count <= length else {
            throw wrong("is cut off: it has \(length) bytes, too few for its own headers")
        }
        for header in (0..<count).map({ start + $0 * size }) where header + 56 <= bytes.count {
            let (offset, inFile) = (
                number(at: header + 8, bytes: 8), number(at: header + 32, bytes: 8)
            )
            let (end, overflows) = offset.addingReportingOverflow(inFile)
            if offset < 0 || inFile < 0 || overflows || end > length {
                throw wrong("is cut off: it has \(length) bytes of at least \(end)")
            }
        }
    }

    private var beginning: String {
        guard !bytes.isEmpty else { return "it is empty" }
        let start = bytes.prefix(20)
        let isText = start.allSatisfy { (0x20..<0x7f).contains($0) || [9, 10, 13].contains($0) }
        guard isText else { return "it does not begin as one" }
        let line = String(decoding: start, as: UTF8.self).split(whereSeparator: \.isNewline).first
        return "it is text that begins with '\(line ?? "")'"
    }

    private func number(at place: Int, bytes count: Int) -> Int {
        let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << (8 * $1) }
        return Int(truncatingIfNeeded: value)
    }

    private func wrong(_ what: String) -> PipelineError {
        PipelineError(.value, "the plugin '\(path)' \(what)")
    }
}
