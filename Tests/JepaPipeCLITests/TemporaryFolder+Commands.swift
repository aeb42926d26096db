import Foundation
import JepaEvaluation
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Commands in a folder, which `DIR` in their words stands for.
extension TemporaryFolder {
    /// The exit status of a command.
    func run(_ words: [String]) -> Int32 {
        JepaPipe.run(words.map { $0.replacing("DIR", with: path) })
    }

    /// The exit status of a command.
    func run(_ words: String...) -> Int32 { run(words) }

    /// The exit status of a command, its words parted by blanks.
    func run(line: String) -> Int32 { run(line.split(separator: " ").map(String.init)) }

    /// Trains the tiny pipeline, `tiny.yaml`, and gives the folder of the run.
    @discardableResult
    func train(_ name: String = "run", _ overrides: String...) throws -> String {
        try write(TinyPipeline.text, to: "tiny.yaml")
        let words = ["run", "DIR/tiny.yaml", "--out", "DIR/\(name)"]
        try #require(run(words + overrides.flatMap { ["--set", $0] }) == 0)
        return file(name)
    }

    /// The same run under another name.
    func copy(_ run: String, _ name: String) throws -> String {
        try FileManager.default.copyItem(atPath: run, toPath: file(name))
        return file(name)
    }

    /// What an evaluation records.
    func evaluation(_ words: [String]) throws -> EvaluationRecord {
        try #require(run(["eval"] + words + ["--out", "DIR/record.json"]) == 0)
        return try EvaluationRecord(file: file("record.json"))
    }

    /// What an evaluation records, its words parted by blanks.
    func evaluation(_ words: String) throws -> EvaluationRecord {
        try evaluation(words.split(separator: " ").map(String.init))
    }

    /// The page about some runs, which is well formed.
    func page(_ runs: [String], location: SourceLocation = #_sourceLocation) throws -> String {
        try #require(
            run(["report"] + runs + ["--out", "DIR/page.html"]) == 0, sourceLocation: location)
        let html = try text("page.html")
        let complaints = HTMLCheck(html).complaints
        #expect(complaints.isEmpty, "\(complaints)", sourceLocation: location)
        return html
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
