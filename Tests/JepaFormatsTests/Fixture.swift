import Foundation
import Glibc
import JepaCore
import JepaFormats
import Testing

/// Files that the reference implementations wrote (`Fixtures/make.py`).
enum Fixture {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: nil))
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The elements that `make.py` calls a ramp.
    static func ramp(_ count: Int, scale: Float = 0.25) -> [Float] {
        (0..<count).map { Float($0) * scale - 1 }
    }

    /// `../shared/reference`, for tests that are skipped where it is not.
    static let reference: String? = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("../shared/reference").standardized.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()
}

/// Expects a mistake of the given kind with exactly this text.
func expectError(
    _ code: PipelineError.Code, _ message: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    let error = #expect(throws: PipelineError.self, sourceLocation: sourceLocation) {
        try body()
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.message == message, sourceLocation: sourceLocation)
}

/// A file with one thing wrong, and how the message about it ends.
struct Malformed: CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let reason: String

    init(_ what: String, _ bytes: [UInt8], _ reason: String) {
        testDescription = what
        self.bytes = bytes
        self.reason = reason
    }

    /// A torch file of this pickle.
    init(_ what: String, _ pickle: String, _ reason: String) {
        self.init(what, TorchFile(pickle).bytes, reason)
    }
}
