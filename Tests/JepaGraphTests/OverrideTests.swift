import JepaCore
import JepaGraph
import Testing

/// Changes to a graph from the command line.
struct OverrideTests {
    private static let graph = """
        pipeline: tiny
        stages:
          data: {use: scenes, size: 64, scale: [0.3, 1.0]}
          masks: {use: multiblock}
        """

    private func changed(_ overrides: String...) throws -> Setting {
        try GraphReader.read(text: Self.graph, file: "g.yaml")
            .applying(overrides.map { try SettingOverride($0) })
    }

    @Test func valuesAreReplacedOrAdded() throws {
        let root = try changed(
            "stages.data.size=[32, 64]", "stages.data.flip=true", "seed=7", "pipeline='007'",
            "train.batch_size=16", "stages.masks.official.context={scale: 1e-3}")
        #expect(
            compact(root) == """
                {pipeline: "007", stages: {data: {use: "scenes", size: [32, 64], scale: \
                [real(0.3), real(1.0)], flip: true}, masks: {use: "multiblock", official: \
                {context: {scale: real(0.001)}}}}, seed: 7, train: {batch_size: 16}}
                """)
    }

    @Test func theLaterOfTwoChangesWins() throws {
        let root = try changed("seed=1", "seed=2", "stages.data={use: scenes}")
        #expect(root["seed"].map(compact) == "2")
        #expect(root["stages"]?["data"].map(compact) == "{use: \"scenes\"}")
    }

    @Test func aliasesOfAChangedValueKeepTheirs() throws {
        let text = "stages: {a: &a {use: x, size: 1}, b: *a}"
        let root = try GraphReader.read(text: text, file: "g.yaml")
            .applying([try SettingOverride("stages.a.size=2")])
        #expect(root["stages"]?["a"]?["size"].map(compact) == "2")
        #expect(root["stages"]?["b"]?["size"].map(compact) == "1")
    }

    @Test func changedValuesStandOnTheCommandLine() throws {
        let value = try #require(try changed("stages.data.size=big")["stages"]?["data"]?["size"])
        let location = try #require(value.location)
        #expect(
            PipelineError(.value, "no", at: location).description == """
                --set stages.data.size=…:1:18: error: no
                stages.data.size=big
                                 ^~~
                """)
        let entry = try changed("stages.data.flipp=true")["stages"]?["data"]?.entries?.last
        #expect(entry?.location?.column == 13)
        #expect(entry?.location?.length == 5)
    }

    private static let mistakes = [
        Case(
            "no equals sign", "stages.data.size",
            "error: --set takes path.to.key=value, not 'stages.data.size'"),
        Case("no path", "=3", "error: --set takes path.to.key=value, not '=3'"),
        Case(
            "no value", "seed= ",
            """
            --set seed=…:1:6: error: a value is missing after '='
            seed=\u{20}
                 ^
            """),
        Case(
            "an empty key", "stages..size=3",
            """
            --set stages..size=…:1:8: error: a key is missing in the path 'stages..size'
            stages..size=3
                   ^
            """),
        Case(
            "an empty key at the end", "train.=3",
            """
            --set train.=…:1:7: error: a key is missing in the path 'train.'
            train.=3
                  ^
            """),
        Case(
            "an unknown section", "trian.epochs=3",
            """
            --set trian.epochs=…:1:1: error: there is no section 'trian'; did you mean 'train'?
            trian.epochs=3
            ^~~~~
            Sections: pipeline, seed, stages, train, plugins.
            """),
        Case(
            "an unknown stage", "stages.dta.size=3",
            """
            --set stages.dta.size=…:1:8: error: there is no stage 'dta' in the graph; did you \
            mean 'data'?
            stages.dta.size=3
                   ^~~
            Stages: data, masks.
            """),
        Case(
            "a key below a number", "stages.data.size.height=3",
            """
            --set stages.data.size.height=…:1:13: error: 'stages.data.size' is 64 and has no keys
            stages.data.size.height=3
                        ^~~~
            """),
        Case(
            "an index", "stages.data.scale.0=3",
            """
            --set stages.data.scale.0=…:1:13: error: 'stages.data.scale' is [0.3, 1.0] and has \
            no keys
            stages.data.scale.0=3
                        ^~~~~
            A list is set as a whole: stages.data.scale=[…].
            """),
        Case(
            "a bracket that is not closed", "stages.data.scale=[0.3, 1",
            """
            --set stages.data.scale=…:1:19: error: the bracket that opens here is never closed
            stages.data.scale=[0.3, 1
                              ^
            """),
        Case(
            "a mapping without braces", "stages.data.scale=low: 3",
            """
            --set stages.data.scale=…:1:19: error: a list or mapping on one line is written in \
            brackets: [a, b] or {a: b}
            stages.data.scale=low: 3
                              ^
            """),
        Case(
            "a character that does not belong", "seed=\u{7}",
            "error: --set holds a character that cannot stand in a graph"),
        Case(
            "an alias", "seed=*x",
            """
            --set seed=…:1:6: error: there is no anchor '&x' above
            seed=*x
                 ^~
            """),
    ]

    @Test(arguments: mistakes) func mistakesAreReportedWithTheirPlace(_ c: Case) {
        #expect(message { try changed(c.text) } == c.expected)
    }

    @Test func allChangesThatDoNotFitAreReportedTogether() {
        let text = message { try changed("sed=1", "stages.x.y=2", "seed=3") }
        #expect(text.contains("section 'sed'; did you mean 'seed'?"))
        #expect(text.contains("there is no stage 'x'"))
    }
}
