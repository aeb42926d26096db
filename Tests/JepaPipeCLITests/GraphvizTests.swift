import Foundation
import JepaCore
import JepaFormats
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Pictures of pipelines, made by the program `dot`.
final class GraphvizTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }

    private static let isInstalled = (try? Graphviz(path: path)) != nil
    private static let path = ProcessInfo.processInfo.environment["PATH"] ?? ""

    private func message(_ body: () throws -> some Any) -> String {
        do {
            return "no error, but \(try body())"
        } catch {
            return "\(error)".replacing(folder, with: "DIR")
        }
    }

    /// A script in place of the program.
    private func program(_ script: String) throws {
        try scratch.write("#!/bin/sh\n\(script)\n", to: "bin/dot")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: scratch.file("bin/dot"))
    }

    private func picture() throws -> Data {
        try Graphviz(path: "/nowhere::\(folder)/bin").picture(of: "digraph {}", format: "svg")
    }

    @Test func aMissingProgramNamesThePackage() {
        let found = message { try Graphviz(path: "\(folder)/bin:/nowhere") }
        #expect(
            found == """
                error: pictures are made by the program 'dot', which is not on the PATH
                Install Graphviz, in Debian by 'apt install graphviz', or use --format dot.
                """)
    }

    @Test func whatAFailingProgramSaysIsShown() throws {
        try program("echo 'Error: a syntax error' >&2; echo more >&2; exit 3")
        #expect(
            message { try picture() } == """
                error: 'DIR/bin/dot' ended with status 3 and made no picture
                It said:
                Error: a syntax error
                more
                """)
    }

    @Test func aProgramThatMakesNothingIsAnError() throws {
        try program("exit 0")
        #expect(
            message { try picture() } == """
                error: 'DIR/bin/dot' ended with status 0 and made no picture
                It said nothing.
                """)
    }

    @Test func aProgramThatIsKilledIsAnError() throws {
        try program("kill -9 $$")
        #expect(message { try picture() }.hasPrefix("error: 'DIR/bin/dot' was ended by signal 9 "))
    }

    @Test func argumentsAndDiagramArriveAsTheyAre() throws {
        try program("shift; shift; cat \"$2\" > \"$1\"")
        #expect(try String(decoding: picture(), as: UTF8.self) == "digraph {}")
    }

    @Test(.enabled(if: isInstalled), arguments: ["svg", "png", "pdf"])
    func picturesAreMade(format: String) throws {
        try scratch.write(MistakeCase.graph, to: "graph.yaml")
        let out = "\(folder)/graph.\(format)"
        #expect(JepaPipe.run(["graph", folder + "/graph.yaml", "--out", out]) == 0)
        let bytes = try Data(contentsOf: URL(filePath: out))
        let start = ["svg": "<?xml", "png": "\u{89}PNG", "pdf": "%PDF"][format] ?? ""
        #expect(bytes.starts(with: start.unicodeScalars.map { UInt8($0.value) }))
        #expect(bytes.count > 4000)
    }

    @Test(.enabled(if: isInstalled)) func oddTextsArriveInThePicture() throws {
        let graph = MistakeCase.graph.replacing(
            "use: scenes, count: 64", with: #"use: image_folder, path: "a\"b\\c<d>&e\n{f}|é日""#)
        try scratch.write(graph, to: "graph.yaml")
        let out = "\(folder)/graph.svg"
        #expect(JepaPipe.run(["graph", folder + "/graph.yaml", "--out", out]) == 0)
        let text = try String(contentsOfFile: out, encoding: .utf8)
        #expect(text.contains("a&quot;b\\c&lt;d&gt;&amp;e {f}|é日"))
    }

    @Test(.enabled(if: isInstalled)) func aWrongFileIsDrawnAndReported() throws {
        let graph = MistakeCase.graph.replacing("context_encoder.tokens", with: "encodr.tokens")
        try scratch.write(graph, to: "graph.yaml")
        let out = "\(folder)/graph.svg"
        #expect(JepaPipe.run(["graph", folder + "/graph.yaml", "--out", out]) == 2)
        let text = try String(contentsOfFile: out, encoding: .utf8)
        #expect(text.contains("encodr"))
        #expect(text.contains("not in the graph"))
    }
}
