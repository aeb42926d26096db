import Foundation
import JepaCore
import JepaTestSupport
import Testing

/// What `jepa-pipe new` writes; `Tests/Extensions` builds, tests and trains it.
@Suite(.enabled(if: Program.isBuilt))
struct NewCommandTests {
    static let roles = ["data_source", "masker", "encoder", "predictor", "loss", "optimizer"]
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Runs a command in a folder of its own and hands the folder on.
    private func run(
        _ line: String, then body: (Program.Outcome, TemporaryFolder) throws -> Void
    ) throws {
        let folder = TemporaryFolder()
        try body(Program.run(line, in: folder.path), folder)
    }

    @Test(arguments: roles)
    func aPackageIsComplete(_ role: String) throws {
        try run("jepa-pipe new stage \(role) TwoWords --out mine") { outcome, folder in
            try #require(outcome.status == 0, "\(outcome.output)")
            #expect(
                outcome.output.contains("swift run -c release two-words-pipe run two-words.yaml"))
            let found = try FileManager.default.subpathsOfDirectory(
                atPath: folder.file("mine")
            ).filter { $0.contains(".") }.sorted()
            let stage = try #require(found.first { $0.hasPrefix("Sources/TwoWords/TwoWords") })
            let type = stage.split(separator: "/")[2].dropLast(6)
            #expect(
                found == [
                    ".gitignore", "Package.swift", "README.md", "Sources/TwoWords/\(type).swift",
                    "Sources/TwoWords/TwoWordsStages.swift", "Sources/TwoWordsPlugin/Plugin.swift",
                    "Sources/two-words-pipe/main.swift", "Tests/TwoWordsTests/\(type)Tests.swift",
                    "two-words.yaml",
                ])
            for file in found {
                let text = try folder.text("mine/" + file)
                #expect(!text.contains("{{") && !text.contains("}}"), "\(file)")
            }
            let code = try folder.text("mine/" + stage)
            #expect(code.contains("struct \(type): ") || code.contains("class \(type): "))
            #expect(code.contains("name: \"two_words\""))
            #expect(try folder.text("mine/two-words.yaml").contains("{use: two_words,"))
            let manifest = try folder.text("mine/Package.swift")
            #expect(manifest.contains(".package(name: \"jepa-pipe\", path: \"/"))
        }
    }

    /// The graph file of a package is right but for the stage that only the package has.
    @Test(arguments: roles)
    func theGraphFileLacksNothingButTheStage(_ role: String) throws {
        let line =
            "jepa-pipe new stage \(role) TwoWords > log && jepa-pipe validate two-words/*.yaml"
        try run(line) { outcome, _ in
            #expect(outcome.status == 2)
            #expect(outcome.output.contains("'two_words' is not registered"), "\(outcome.output)")
            #expect(outcome.output.hasSuffix("\n1 error.\n"), "\(outcome.output)")
        }
    }

    @Test(
        arguments: [
            ("Stripe", "stripe", "StripeMasker"), ("LogCosh", "log_cosh", "LogCoshMasker"),
            ("VICReg2", "vic_reg2", "VICReg2Masker"), ("A", "a", "AMasker"),
            ("StripeMasker", "stripe", "StripeMasker"),
        ])
    func aNameIsSpelledInEveryForm(_ name: String, _ use: String, _ type: String) throws {
        try run("jepa-pipe new stage masker \(name) --out out") { outcome, folder in
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.contains("the masker '\(use)'"))
            let module = type.dropLast("Masker".count)
            let code = try folder.text("out/Sources/\(module)/\(type).swift")
            #expect(code.contains("public struct \(type): Masker {"))
        }
    }

    @Test func thePackageMayBeElsewhere() throws {
        let root = Self.root.path + "/"
        try run("jepa-pipe new stage loss Mine --package '\(root)'") { outcome, folder in
            #expect(outcome.status == 0)
            let manifest = try folder.text("mine/Package.swift")
            #expect(manifest.contains("path: \"\(root.dropLast())\")"))
        }
        let url = "https://example.org/forks/my-jepa.git"
        try run("jepa-pipe new stage loss Mine --package \(url)") { outcome, folder in
            #expect(outcome.status == 0)
            let manifest = try folder.text("mine/Package.swift")
            #expect(manifest.contains(".package(url: \"\(url)\", branch: \"main\")"))
            #expect(manifest.contains(".product(name: \"JepaPipe\", package: \"my-jepa\")"))
            #expect(manifest.contains(".product(name: \"JepaPlugin\", package: \"my-jepa\")"))
        }
    }

    @Test func aPipelineIsCommentedAndValid() throws {
        let line = "jepa-pipe new pipeline --out first.yaml && jepa-pipe validate first.yaml"
        try run(line) { outcome, folder in
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.contains("first.yaml is valid: 8 stages, 1,024 images"))
            let lines = try folder.text("first.yaml").split(separator: "\n")
            #expect(lines.contains("pipeline: first"))
            #expect(lines.count { $0.contains("# ") } >= 10)
        }
        try run("jepa-pipe new pipeline > a.yaml && jepa-pipe graph a.yaml") { outcome, _ in
            #expect(outcome.status == 0, "\(outcome.output)")
        }
    }

    @Test func commandsAreShownAsAShellReadsThem() throws {
        try run("jepa-pipe new pipeline --out 'my first.yaml'") { outcome, _ in
            #expect(outcome.output.hasSuffix("jepa-pipe run 'my first.yaml'\n"))
        }
        try run("jepa-pipe new stage loss Mine --out 'my loss'") { outcome, _ in
            #expect(outcome.output.contains("  cd 'my loss'\n"))
        }
    }

    /// The stage in the README is the template, word for word, which `TemplateTests` compiles.
    @Test func theReadmeShowsTheTemplate() throws {
        let (readme, template) = (
            try text("README.md"), try text("Sources/JepaPipeCLI/Templates/StripeMasker.swift")
        )
        #expect(readme.contains("```swift\n\(template)```\n"))
    }

    /// A file of the package.
    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: name), encoding: .utf8)
    }
}
