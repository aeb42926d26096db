import Foundation
import JepaCore
import JepaGraph
import JepaStages
import JepaTraining
import Testing

/// The JSON Schema accepts what the program accepts, and refuses what can be seen to be wrong.
struct SchemaTests {
    private static let pipelines = MistakeCase.folder.deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "pipelines").path

    /// The shipped graph files. A sweep, which names a graph file, has no schema.
    private static let shipped: [String] = {
        let files = try? FileManager.default.subpathsOfDirectory(atPath: pipelines)
        return (files ?? []).filter { name in
            name.hasSuffix(".yaml") && (try? text(of: name))?.contains("\nsweep: ") == false
        }.sorted()
    }()

    private static func text(of name: String) throws -> String {
        try String(contentsOfFile: "\(pipelines)/\(name)", encoding: .utf8)
    }

    private static func schema() throws -> Setting {
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        return GraphSchema(registry: registry, train: TrainingSettings.parameters).root
    }

    private static func mistakes(in text: String) throws -> [String] {
        SchemaChecker(root: try schema())
            .mistakes(in: try GraphReader.read(text: text, file: "graph.yaml"))
    }

    @Test(arguments: shipped) func shippedFilesAreAccepted(name: String) throws {
        #expect(try Self.mistakes(in: Self.text(of: name)) == [])
    }

    @Test(arguments: shipped) func shippedFilesNameTheSchema(name: String) throws {
        let text = try Self.text(of: name)
        let up = String(repeating: "../", count: name.filter { $0 == "/" }.count)
        let line = "# yaml-language-server: $schema=\(up)schema.json"
        #expect(text.split(separator: "\n").first.map(String.init) == line)
    }

    @Test func theGraphThatMistakesChangeIsAccepted() throws {
        #expect(try Self.mistakes(in: MistakeCase.graph) == [])
    }

    /// What takes more than one stage, or arithmetic, to see.
    private static let unseen: Set<String> = [
        "stages.md: A stage that nothing depends on", "stages.md: Two optimizers",
        "stages.md: No optimizer", "stages.md: No loss", "stages.md: Two data sources",
        "stages.md: Plugins that are not there, and one that is no plugin",
        "parameters.md: A whole number with a point",
        "parameters.md: A range upside down", "parameters.md: Patches that do not tile the image",
        "parameters.md: Heads that do not divide the width",
        "parameters.md: More patches to keep than there are",
        "parameters.md: A weight of zero", "parameters.md: A weight without end",
        "parameters.md: A hue that turns further than half of its circle",
        "parameters.md: A statistic without a point in the middle",
        "parameters.md: A predictor that cannot be shared",
        "edges.md: An edge from a stage that is misspelt",
        "edges.md: An edge from an output that is misspelt", "edges.md: An edge of another type",
        "edges.md: An edge of another rank", "edges.md: An edge from the optimizer",
        "edges.md: An edge from the stage itself", "edges.md: Shapes that do not fit",
        "edges.md: Widths that do not fit", "edges.md: A link to a stage that is misspelt",
        "edges.md: A link to a stage of another role", "edges.md: A link to the stage itself",
        "edges.md: A link to a stage without the value", "edges.md: A loss that is misspelt",
        "edges.md: Something else than a loss is minimised", "edges.md: A cycle",
        "edges.md: A data source that nothing uses",
        "training.md: Nothing says how long",
        "training.md: A warm-up in epochs and in steps",
        "training.md: A part larger than the batch", "training.md: A group with two rhythms",
        "training.md: Held-out images from a stage that is misspelt",
        "training.md: Held-out images from a stage of another role",
    ]

    private static let seen = MistakeCase.all.filter {
        $0.kind == .diff && !unseen.contains($0.testDescription)
            && $0.title != "Two stages of one name"
    }

    @Test(arguments: seen) func aMistakeThatASchemaCanSeeIsRefused(_ mistake: MistakeCase) throws {
        #expect(try !Self.mistakes(in: #require(mistake.changedGraph)).isEmpty)
    }

    @Test func theListOfWhatASchemaCannotSeeIsRight() throws {
        let names = Set(MistakeCase.all.map(\.testDescription))
        #expect(Self.unseen.subtracting(names) == [])
        for mistake in MistakeCase.all where Self.unseen.contains(mistake.testDescription) {
            let found = try Self.mistakes(in: #require(mistake.changedGraph))
            #expect(found == [], "\(mistake.testDescription)")
        }
    }

    /// The schema and the check take the same names for those of a pipeline.
    @Test(arguments: [
        ("tiny", true), ("run 1 (größer)", true), ("a/b", false), ("", false), ("a\u{1}b", false),
        ("a\u{7F}b", false), ("a\u{9F}b", false), ("a\u{A0}b", true),
    ])
    func namesOfPipelinesAreJudgedAlike(name: String, isAllowed: Bool) throws {
        let graph = Setting(.mapping([.init("pipeline", Setting(.text(name)))]))
        let bySchema = SchemaChecker(root: try Self.schema()).mistakes(in: graph)
        #expect(!bySchema.contains { $0.hasSuffix("pattern") } == isAllowed, "\(bySchema)")
        let found = Graph(collecting: graph).mistakes.map(\.message)
        #expect(!found.contains { $0.hasPrefix("'pipeline'") } == isAllowed, "\(found)")
    }

    @Test func theTextIsJSONAndSaysWhatAParameterIs() throws {
        let text = JSONWriter.text(of: try Self.schema())
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(json?["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
        let definitions = json?["definitions"] as? [String: [String: Any]]
        let properties = definitions?["vit"]?["properties"] as? [String: Any]
        let depth = properties?["depth"] as? [String: Any]
        #expect(depth?["description"] as? String == "The number of transformer blocks.")
        #expect(depth?["type"] as? String == "integer")
        #expect(depth?["minimum"] as? Int == 1)
        #expect(depth?["maximum"] as? Int == 1000)
    }

    @Test func textsAreEscaped() {
        let value: Setting = ["a\"b\\c": ["line\nbreak\u{1}", 1.5, 2.0, true]]
        #expect(
            JSONWriter.text(of: value) == """
                {"a\\"b\\\\c": ["line\\nbreak\\u0001", 1.5, 2, true]}

                """)
    }
}
