import JepaCore
import JepaGraph
import Testing

/// Graphs that read well and are wrong, with the whole message: a change to a right graph each.
///
/// The tables stand in files of their own.
struct WiringErrorTests {
    /// A change to a line of the toy graph and what is said of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: (String, String)
        let expected: String

        init(_ name: String, _ old: String, _ new: String, _ expected: String) {
            testDescription = name
            change = (old, new)
            self.expected = expected
        }
    }

    private static func graph(_ mistake: Mistake) -> String {
        let extra = [
            "of: other\n": "  other: {use: toy_encoder, width: 4, images: data.images}\n",
            "tokens: late.predictions\n":
                "  late: {use: toy_predictor, tokens: predictor.predictions, "
                + "context: masks.context, targets: masks.targets}\n",
            "images: more.images\n": "  more: {use: toy_data, size: [16, 24]}\n",
        ]
        return ToyStages.graph.replacing(mistake.change.0, with: mistake.change.1)
            + "\n" + (extra[mistake.change.1] ?? "")
    }

    private func shown(_ text: String) -> String {
        message {
            try Pipeline(
                Graph(collecting: GraphReader.read(text: text, file: "toy.yaml")),
                registry: ToyStages.registry)
        }
    }

    @Test(arguments: inParameters + inEdges) func mistakesAreReportedWithTheirPlace(
        _ mistake: Mistake
    ) {
        let text = Self.graph(mistake)
        #expect(text != ToyStages.graph + "\n", "the change does not change the graph")
        let shown = shown(text)
        #expect(shown == mistake.expected)
    }

    @Test(arguments: ["- a", "3", "text", "~"]) func aGraphIsAMapping(text: String) throws {
        let found = try GraphReader.read(text: text, file: "g.yaml").quoted
        #expect(
            shown(text) == """
                toy.yaml:1:1: error: a graph file is a mapping with 'stages', not \(found)
                \(text)
                ^\(String(repeating: "~", count: max(0, text == "- a" ? 0 : text.count - 1)))
                """)
    }

    @Test func aGraphOfVeryManyStagesIsRefused() {
        let stages = (0..<201).map { "  s\($0): {use: toy_data}\n" }.joined()
        #expect(
            shown("stages:\n" + stages) == """
                toy.yaml:2:3: error: a graph has at most 200 stages, not 201
                  s0: {use: toy_data}
                  ^
                """)
    }

    @Test func aGraphWithoutLossSaysSo() {
        let text = """
            stages:
              data: {use: toy_data}
              encoder: {use: toy_encoder, images: data.images}
              optimizer: {use: toy_optimizer, minimize: encoder, lr: 1e-3}
            """
        #expect(
            shown(text) == """
                toy.yaml:1:1: error: the graph has no loss
                stages:
                ^~~~~~
                toy.yaml:4:45: error: 'minimize' of stage 'optimizer' takes losses, but 'encoder' \
                is of the role encoder
                  optimizer: {use: toy_optimizer, minimize: encoder, lr: 1e-3}
                                                            ^~~~~~~
                """)
    }

    @Test func allMistakesOfAFileAreReportedInItsOrder() {
        let text = """
            pipeline: five
            stages:
              data: {use: toy_data, size: 3}
              masks: {use: toy_maskre, patches: encoder.grid}
              encoder: {use: toy_encoder, width: wide, images: data.image, keep: masks.context}
              loss: {use: toy_spread, tokens: encodr.tokens}
              optimizer: {use: toy_optimizer, minimise: loss, lr: 2}
            trian: {epochs: 1}
            """
        #expect(
            shown(text) == """
                toy.yaml:3:31: error: 'size' of stage 'data' is an integer or [height, width], \
                each in 4...64 (pixels), not 3
                  data: {use: toy_data, size: 3}
                                              ^
                toy.yaml:4:16: error: masker 'toy_maskre' is not registered; did you mean \
                'toy_masker'?
                  masks: {use: toy_maskre, patches: encoder.grid}
                               ^~~~~~~~~~
                Registered maskers: toy_masker.
                toy.yaml:5:38: error: 'width' of stage 'encoder' is an integer in 1...1024, not \
                'wide'
                  encoder: {use: toy_encoder, width: wide, images: data.image, keep: \
                masks.context}
                                                     ^~~~
                toy.yaml:5:52: error: stage 'data' has no output 'image'; did you mean 'images'?
                  encoder: {use: toy_encoder, width: wide, images: data.image, keep: \
                masks.context}
                                                                   ^~~~~~~~~~
                Outputs of 'data': images, labels.
                toy.yaml:6:35: error: input 'tokens' of stage 'loss' names the stage 'encodr', \
                which is not in the graph; did you mean 'encoder'?
                  loss: {use: toy_spread, tokens: encodr.tokens}
                                                  ^~~~~~~~~~~~~
                Stages: data, masks, encoder, loss, optimizer.
                toy.yaml:7:35: error: stage 'optimizer' has no parameter 'minimise'; did you mean \
                'minimize'?
                  optimizer: {use: toy_optimizer, minimise: loss, lr: 2}
                                                  ^~~~~~~~
                Known: lr, minimize.
                toy.yaml:7:55: error: 'lr' of stage 'optimizer' is a number in 0...1, not 2
                  optimizer: {use: toy_optimizer, minimise: loss, lr: 2}
                                                                      ^
                toy.yaml:8:1: error: there is no section 'trian'; did you mean 'train'?
                trian: {epochs: 1}
                ^~~~~
                Known: pipeline, seed, stages, train, plugins.
                """)
    }
}
