import Foundation
import JepaFormats
import JepaPipeCLI
import Testing

/// A folder for runs of the tiny pipeline and pages about them; it goes when the test ends.
final class ReportFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/jepa report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Trains the tiny pipeline and gives the folder of the run.
    func train(_ name: String, _ overrides: String...) throws -> String {
        let file = path + "/tiny.yaml"
        try AtomicFile.write(TinyPipeline.text, to: file)
        let run = "\(path)/\(name)"
        let words = ["run", file, "--out", run] + overrides.flatMap { ["--set", $0] }
        try #require(JepaPipe.run(words) == 0)
        return run
    }

    /// The same run under another name.
    func copy(_ run: String, _ name: String) throws -> String {
        try FileManager.default.copyItem(atPath: run, toPath: "\(path)/\(name)")
        return "\(path)/\(name)"
    }

    /// The page about some runs, which is well formed.
    func page(_ runs: [String], location: SourceLocation = #_sourceLocation) throws -> String {
        let file = path + "/page.html"
        try #require(
            JepaPipe.run(["report"] + runs + ["--out", file]) == 0, sourceLocation: location)
        let html = try text(file)
        let complaints = HTMLCheck(html).complaints
        #expect(complaints.isEmpty, "\(complaints)", sourceLocation: location)
        return html
    }

    func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    func write(_ text: String, _ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try AtomicFile.write(text, to: path)
    }
}

extension String {
    /// What stands between the heading of a section and the next; empty without such a section.
    func section(_ title: String) -> String {
        let parts = components(separatedBy: "<section><h2>\(title)</h2>")
        return parts.count < 2 ? "" : parts[1].components(separatedBy: "</section>")[0]
    }

    /// How often a text occurs.
    func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
