import Foundation
import JepaCore
import JepaGraph
import Testing

/// What texts mean.
struct ReaderTests {
    private static let scalars: [(String, String)] = [
        ("", "null"), ("~", "null"), ("null", "null"), ("Null", "null"), ("nULL", "\"nULL\""),
        ("true", "true"), ("False", "false"), ("TRUE", "true"), ("tRUE", "\"tRUE\""),
        ("yes", "\"yes\""), ("no", "\"no\""), ("on", "\"on\""), ("off", "\"off\""),
        ("y", "\"y\""), ("0", "0"), ("-7", "-7"), ("+12", "12"), ("007", "7"), ("0o17", "15"),
        ("0x1F", "31"), ("0b101", "\"0b101\""), ("1_000", "\"1_000\""), ("1,5", "\"1,5\""),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"), ("1e-3", "real(0.001)"),
        ("1.0e-3", "real(0.001)"), ("1E+2", "real(100.0)"), ("12e03", "real(12000.0)"),
        (".5", "real(0.5)"), ("5.", "real(5.0)"), ("-0.0", "real(-0.0)"), (".", "\".\""),
        ("1e", "\"1e\""), ("e5", "\"e5\""), ("1e-400", "real(0.0)"), (".inf", "real(inf)"),
        ("-.INF", "real(-inf)"), (".nan", "real(nan)"), ("inf", "\"inf\""), ("nan", "\"nan\""),
        ("1:30", "\"1:30\""), ("2024-01-01", "\"2024-01-01\""), ("'224'", "\"224\""),
        ("\"true\"", "\"true\""), ("!!str 224", "\"224\""), ("!!int '224'", "224"),
        ("!!float 3", "3"), ("! 3", "\"3\""), ("a b", "\"a b\""), ("\"\\u00e9\"", "\"é\""),
        ("[0.3, 1.0]", "[real(0.3), real(1.0)]"), ("{a: 1, b}", "{a: 1, b: null}"),
    ]

    @Test(arguments: scalars) func wordsHaveTheTypeOfTheCoreSchema(
        word: String, expected: String
    ) throws {
        let setting = try GraphReader.read(text: "key: \(word)\n", file: "g.yaml")
        #expect(compact(setting) == "{key: \(expected)}")
    }

    private static let documents = [
        Case(
            "anchors and aliases", "a: &x {p: 1}\nb: *x\nc: [*x, *x]\n",
            "{a: {p: 1}, b: {p: 1}, c: [{p: 1}, {p: 1}]}"),
        Case(
            "an anchor can be set again", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
            "{a: 1, b: 1, c: 2, d: 2}"),
        Case(
            "what is written out wins over what is merged",
            "a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a, z: 4}\n",
            "{a: {x: 1, y: 2}, b: {y: 3, x: 1, z: 4}}"),
        Case(
            "of several merged mappings the first wins",
            "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b]}\n",
            "{a: {x: 1}, b: {x: 2, y: 3}, c: {x: 1, y: 3}}"),
        Case(
            "a merged mapping may itself be merged",
            "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n",
            "{a: {x: 1}, b: {x: 1, y: 2}, c: {x: 1, y: 2}}"),
        Case("a quoted << is a key", "a: {'<<': 1}\n", "{a: {<<: 1}}"),
        Case("an alias can be a key", "a: &k name\n*k : 1\n", "{a: \"name\", name: 1}"),
        Case("document marks", "%YAML 1.2\n---\na: 1\n...\n", "{a: 1}"),
        Case("byte order mark", "\u{FEFF}a: 1\n", "{a: 1}"),
        Case("carriage returns", "a:\r\n  b: 1\r\nc: 2\r\n", "{a: {b: 1}, c: 2}"),
        Case("block texts", "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{a: \"x\\ny\\n\", b: \"x y\"}"),
        Case("no line break at the end", "a: 1", "{a: 1}"),
        Case("tabs between words", "a:\t1\t# one\n", "{a: 1}"),
        Case("tabs within brackets", "a: [\n\t1,\n\t2]\n", "{a: [1, 2]}"),
        Case("a bracket inside a text", "a: 1]\n", "{a: \"1]\"}"),
        Case("a scalar", "hello", "\"hello\""),
        Case("keys that look like switches", "on: 1\nyes: 2\n", "{on: 1, yes: 2}"),
        Case("keys of several letters", "größe: {日本: 1}\n", "{größe: {日本: 1}}"),
    ]

    @Test(arguments: documents) func textsAreRead(_ c: Case) throws {
        #expect(compact(try GraphReader.read(text: c.text, file: "g.yaml")) == c.expected)
    }

    @Test func everyValueAndKeyKnowsItsPlace() throws {
        let text = """
            # comment
            stages:
              données: {use: vit, scale: [0.3, 1.0], é: "x y"}
            """
        let root = try GraphReader.read(text: text, file: "dir/g.yaml")
        let stage = try #require(root["stages"]?.entries?.first)
        func marked(_ location: JepaCore.SourceLocation?) -> String {
            guard let location else { return "nowhere" }
            let line = Array(location.text)
            let word = line[(location.column - 1)..<(location.column - 1 + location.length)]
            return "\(location.file):\(location.line):\(location.column):" + String(word)
        }
        #expect(marked(stage.location) == "dir/g.yaml:3:3:données")
        #expect(
            marked(stage.value.location)
                == "dir/g.yaml:3:12:{use: vit, scale: [0.3, 1.0], é: \"x y\"}")
        #expect(marked(stage.value["use"]?.location) == "dir/g.yaml:3:18:vit")
        #expect(marked(stage.value["scale"]?.location) == "dir/g.yaml:3:30:[0.3, 1.0]")
        #expect(marked(stage.value["é"]?.location) == "dir/g.yaml:3:45:\"x y\"")
        #expect(marked(root["stages"]?.location) == "dir/g.yaml:3:3:d")
    }

    @Test func aliasedValuesStandWhereTheyAreWritten() throws {
        let root = try GraphReader.read(text: "a: &x 12\nb: *x\n", file: "g.yaml")
        #expect(root["b"]?.location == root["a"]?.location)
        #expect(root["b"]?.location?.line == 1)
    }

    @Test func valuesOfSeveralLinesAreMarkedUpToTheEndOfTheFirst() throws {
        let root = try GraphReader.read(text: "a: [1,   \n  2]\nb: |\n  x\n", file: "g.yaml")
        #expect(root["a"]?.location?.length == 3)
        #expect(root["b"]?.location?.length == 1)
    }

    @Test func aliasBombsAreRefusedQuickly() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...60 {
            let alias = "*a\(level - 1)"
            let items = Array(repeating: alias, count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(
            message { try GraphReader.read(text: text, file: "g.yaml") } == """
                g.yaml:5:15: error: the text stands for more than 20000 values, aliases counted \
                each time
                a4: &a4 [*a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3]
                              ^~~
                """)
    }

    @Test func aliasesDoNotHideNesting() {
        var text = "a0: &a0 [x]\n"
        for level in 1...80 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(
            message { try GraphReader.read(text: text, file: "g.yaml") } == """
                g.yaml:64:12: error: lists and mappings are nested deeper than 64 levels
                a63: &a63 [*a62]
                           ^
                """)
    }

    @Test func limitsCanBeSet() {
        var limits = GraphReader.Limits()
        limits.nodes = 3
        #expect(
            message { try GraphReader.read(text: "[1, 2, 3]", file: "g.yaml", limits: limits) }
                == """
                g.yaml:1:8: error: the text stands for more than 3 values, aliases counted each time
                [1, 2, 3]
                       ^
                """)
    }

    /// Texts of 1 MiB that make a careless reader run out of stack, memory or patience.
    private static let enormous: [Case] = [
        Case("brackets", String(repeating: "[", count: 1 << 20), ""),
        Case("braces", String(repeating: "{", count: 1 << 20), ""),
        Case("lists within lists", String(repeating: "- ", count: 1 << 19), ""),
        Case("explicit keys", String(repeating: "? ", count: 1 << 19), ""),
        Case("quotes", String(repeating: "\"", count: 1 << 20), ""),
        Case("colons", String(repeating: ":", count: 1 << 20), ""),
        Case("items on one line", "[" + String(repeating: "日, ", count: 200_000), ""),
        Case("aliases", "a: &a 1\nb: [" + String(repeating: "*a, ", count: 200_000), ""),
        Case("a tag", "a: !" + String(repeating: "a", count: (1 << 20) - 4), ""),
        Case("one key again and again", String(repeating: "a: 1\n", count: 150_000), ""),
    ]

    @Test(arguments: enormous) func enormousTextsAreRefusedWithAShortMessage(_ c: Case) {
        let shown = message { try GraphReader.read(text: c.text, file: "g.yaml") }
        #expect(shown.hasPrefix("g.yaml:"))
        #expect(shown.utf8.count < 6000)
    }
}
