import Foundation
import Testing

/// A text that stands in a file beside the tests.
enum Snapshot {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Snapshots")

    /// Compares a text with a file. One that is missing is written, and fails: it has to be read
    /// before it counts.
    static func expect(
        _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let url = folder.appending(path: name)
        guard let expected = try? String(contentsOf: url, encoding: .utf8) else {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record(
                "\(name) was missing and has been recorded", sourceLocation: sourceLocation)
            return
        }
        #expect(text == expected, sourceLocation: sourceLocation)
    }
}
