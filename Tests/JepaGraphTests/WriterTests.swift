import JepaCore
import JepaGraph
import Testing

/// Values written as YAML.
struct WriterTests {
    @Test func aGraphIsWrittenForPeople() throws {
        let root: Setting = [
            "pipeline": "tiny", "seed": 3,
            "stages": [
                "data": ["use": "image_folder", "path": "../photos/a b", "scale": [0.3, 1.0]],
                "encoder": [
                    "use": "vit", "images": "data.images",
                    "a_parameter_with_a_long_name": "a text that is long enough to fill",
                    "another": 0.00001,
                ],
                "loss": ["use": "sum", "weights": ["a": 1, "b": 0.5]],
                "none": [:],
            ],
            "plugins": ["a.so", ["use": "x"]],
            "train": ["epochs": 1],
        ]
        #expect(
            GraphWriter.text(of: root, header: ["Written by a test.", "", "Two\nlines."]) == """
                # Written by a test.
                #
                # Two
                # lines.
                pipeline: tiny
                seed: 3
                stages:
                  data: {use: image_folder, path: "../photos/a b", scale: [0.3, 1.0]}
                  encoder:
                    use: vit
                    images: data.images
                    a_parameter_with_a_long_name: a text that is long enough to fill
                    another: 1.0e-05
                  loss:
                    use: sum
                    weights: {a: 1, b: 0.5}
                  none: {}
                plugins:
                  - a.so
                  - {use: x}
                train: {epochs: 1}

                """)
    }

    private static let values: [Setting] = [
        "", " ", "a", "a b", " a", "a ", "yes", "On", "y", "null", "~", "1", "1e-3", "1_000",
        "0x1F", ".5", "...", "---", "- a", "a: b", "a #b", "#", "'", "\"", "\\", "a\nb\n", "\t",
        "\u{1B}[31m", "\u{FEFF}", "\u{85}", "\u{2028}", "é", "e\u{301}", "日本", "🙂", "\u{10FFFF}",
        "<<", "&a", "*a", "!t", "%x", "@x", "`x`", "{", "]", "?", ",", "=", "2024-01-01", "1:30",
        0, -7, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808, 0.1, -0.0, 1e-5, 1e300,
        5.0, 123_456_789.125, true, false, [], [:], [[]], [[:]], [[1, [2, "x"]], 3],
        ["a": [:], "b": [], "c": ["d": ["e": [1, ["f": "g"]]]]], ["<<": 1, "yes": 2, "1": 3],
        Setting(.null), Setting(.real(.leastNonzeroMagnitude)), Setting(.real(.infinity)),
        Setting(.real(-.infinity)), Setting(.real(.nan)),
    ]

    @Test(arguments: values.indices) func everyValueReadsBackAsItself(index: Int) throws {
        let value = Self.values[index]
        for wrapped in [value, ["key": value], [value, ["k": [value]]], ["k": ["l": value]]] {
            let text = GraphWriter.text(of: wrapped)
            let back = try GraphReader.read(text: text, file: "g.yaml")
            #expect(compact(back) == compact(wrapped), "written as \(text)")
        }
    }
}
