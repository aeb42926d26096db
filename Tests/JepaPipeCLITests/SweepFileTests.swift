import JepaCore
import JepaGraph
import JepaPipeCLI
import JepaStages
import Testing

/// What a sweep file may say, and what is said of one that is wrong.
@Suite struct SweepFileTests {
    private static func read(_ text: String) throws -> SweepFile {
        try SweepFile(
            GraphReader.read(text: text, file: "targets.yaml"), path: "sweeps/targets.yaml")
    }

    @Test func rowsSeedsAndTheBaseAreRead() throws {
        let file = try Self.read(
            """
            sweep: number of targets
            base: ../base.yaml
            source: a paper
            set: {train.epochs: 1}
            seeds: [0, 7]
            rows:
              - {name: 1, set: {stages.masks.target_blocks: 1}, paper: 9.0}
              - {name: none at all, drop: [stages.regulariser]}
            """)
        #expect(file.title == "number of targets")
        #expect(file.base == "sweeps/../base.yaml")
        #expect(file.seeds == [0, 7])
        #expect(file.rows.map(\.name) == ["1", "none at all"])
    }

    struct Wrong: CustomStringConvertible, Sendable {
        let description: String
        let text: String
        let message: String
    }

    private static let head = "sweep: a\nbase: b.yaml\n"

    static let wrong: [Wrong] = [
        Wrong(
            description: "a graph file", text: "stages: {a: {use: vit}}",
            message: """
                targets.yaml:1:1: error: this is a graph file; a sweep file has 'sweep', 'base' \
                and 'rows'
                stages: {a: {use: vit}}
                ^
                """),
        Wrong(
            description: "no mapping", text: "[1, 2]",
            message: """
                targets.yaml:1:1: error: a sweep file is a mapping with 'sweep', 'base' and \
                'rows', not [1, 2]
                [1, 2]
                ^~~~~~
                """),
        Wrong(
            description: "a misspelt key", text: head + "rowss: []\nrows: [{name: x}]",
            message: """
                targets.yaml:3:1: error: the sweep has no parameter 'rowss'; did you mean 'rows'?
                rowss: []
                ^~~~~
                Known: base, drop, rows, seeds, set, source, sweep.
                """),
        Wrong(
            description: "no rows", text: head,
            message: """
                targets.yaml:1:1: error: the sweep needs 'rows': a list of {name: …, set: {…}}
                sweep: a
                ^~~~~
                """),
        Wrong(
            description: "an empty list of rows", text: head + "rows: []",
            message: """
                targets.yaml:3:7: error: 'rows' of the sweep is a list of {name: …, set: {…}}, \
                not []
                rows: []
                      ^~
                """),
        Wrong(
            description: "a row without a name", text: head + "rows: [{paper: 1}]",
            message: """
                targets.yaml:3:8: error: row 1 needs 'name': what the table calls it
                rows: [{paper: 1}]
                       ^~~~~~~~~~
                """),
        Wrong(
            description: "a name with a comma", text: head + "rows: [{name: \"a,b\"}]",
            message: """
                targets.yaml:3:15: error: 'name' of row 1 is a text without commas, not 'a,b'
                rows: [{name: "a,b"}]
                              ^~~~~
                """),
        Wrong(
            description: "a row that is no mapping", text: head + "rows: [one]",
            message: """
                targets.yaml:3:8: error: row 1 is a mapping such as {name: …, set: {…}}, not 'one'
                rows: [one]
                       ^~~
                """),
        Wrong(
            description: "a misspelt key of a row", text: head + "rows: [{name: x, sett: {}}]",
            message: """
                targets.yaml:3:18: error: row 'x' has no parameter 'sett'; did you mean 'set'?
                rows: [{name: x, sett: {}}]
                                 ^~~~
                Known: drop, name, paper, set.
                """),
        Wrong(
            description: "two rows of a name", text: head + "rows: [{name: x}, {name: x}]",
            message: """
                targets.yaml:3:26: error: there are two rows 'x'
                rows: [{name: x}, {name: x}]
                                         ^
                """),
        Wrong(
            description: "two names of one folder", text: head + "rows: [{name: a b}, {name: a-b}]",
            message: """
                targets.yaml:3:28: error: the rows 'a b' and 'a-b' would share a folder
                rows: [{name: a b}, {name: a-b}]
                                           ^~~
                """),
        Wrong(
            description: "a change that is no mapping", text: head + "rows: [{name: x, set: 3}]",
            message: """
                targets.yaml:3:23: error: 'set' of row 'x' is a mapping such as {train.epochs: 8}, \
                not 3
                rows: [{name: x, set: 3}]
                                      ^
                """),
        Wrong(
            description: "a path with a gap", text: head + "rows: [{name: x, set: {a..b: 3}}]",
            message: """
                targets.yaml:3:24: error: a key is missing in the path 'a..b'
                rows: [{name: x, set: {a..b: 3}}]
                                       ^~~~
                """),
        Wrong(
            description: "a removal that is no list", text: head + "drop: x\nrows: [{name: x}]",
            message: """
                targets.yaml:3:7: error: 'drop' of the sweep is a list such as \
                [stages.regulariser], not 'x'
                drop: x
                      ^
                """),
        Wrong(
            description: "a removal of a number", text: head + "drop: [3]\nrows: [{name: x}]",
            message: """
                targets.yaml:3:8: error: 'drop' of the sweep names keys such as \
                stages.regulariser, not 3
                drop: [3]
                       ^
                """),
        Wrong(
            description: "a seed twice", text: head + "seeds: [1, 1]\nrows: [{name: x}]",
            message: """
                targets.yaml:3:12: error: a seed is an integer of at least 0 that is not there \
                yet, not 1
                seeds: [1, 1]
                           ^
                """),
        Wrong(
            description: "no list of seeds", text: head + "seeds: 3\nrows: [{name: x}]",
            message: """
                targets.yaml:3:8: error: 'seeds' of the sweep is a list such as [0, 1, 2], not 3
                seeds: 3
                       ^
                """),
        Wrong(
            description: "a figure of the paper that is a list",
            text: head + "rows: [{name: x, paper: [1]}]",
            message: """
                targets.yaml:3:25: error: 'paper' of row 'x' is a number or a text, not [1]
                rows: [{name: x, paper: [1]}]
                                        ^~~
                """),
    ]

    @Test(arguments: wrong)
    func aWrongFileIsExplained(_ wrong: Wrong) throws {
        let error = try #require(throws: PipelineErrors.self) { try Self.read(wrong.text) }
        #expect(error.description == wrong.message)
    }
}
