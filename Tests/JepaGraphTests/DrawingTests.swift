import JepaCore
import JepaGraph
import Testing

/// Pipelines drawn as text and as diagrams, compared with the files of `Snapshots`.
struct DrawingTests {
    private func drawing(_ text: String) throws -> PipelineDrawing {
        let graph = Graph(collecting: try GraphReader.read(text: text, file: "toy.yaml"))
        return PipelineDrawing(PipelineDraft(graph, registry: ToyStages.registry))
    }

    /// The toy graph with a mistake of every kind that a drawing shows.
    private static let wrong =
        ToyStages.graph
        .replacing("size: [16, 24]", with: "size: [16, 24], blur: 3")
        .replacing("use: toy_follower", with: "use: toy_folower")
        .replacing("    context: masks.context\n", with: "")
        .replacing("images: data.images, keep: masks.context", with: "images: data.image, keep: 3")
        .replacing("tokens: context_encoder.tokens}", with: "tokens: encodr.tokens}")
        .replacing("{loss: 1, spread: 0.2}", with: "{loss: 1, predictor: 1, los: 1}")

    /// The toy graph with a loss that is not minimised, a network for it alone, and a source that
    /// only the monitor takes.
    private static let logged =
        ToyStages.graph.replacing("{loss: 1, spread: 0.2}", with: "loss") + """

              second_predictor: {use: toy_predictor, tokens: context_encoder.tokens,
                context: masks.context, targets: masks.targets}
              second_loss: {use: toy_loss, predictions: second_predictor.predictions,
                targets: target_encoder.tokens}
              held_out: {use: toy_data, size: [16, 24]}
            train: {monitor: {held_out: held_out}}
            """

    @Test(arguments: [("toy", ToyStages.graph), ("wrong", wrong), ("logged", logged)])
    func drawingsAreThoseOfTheSnapshots(name: String, graph: String) throws {
        let drawing = try drawing(graph)
        try Snapshot.expect(drawing.text, "\(name).txt")
        try Snapshot.expect(drawing.mermaid, "\(name).mmd")
        try Snapshot.expect(drawing.dot, "\(name).dot")
    }

    @Test func everyWrongEdgeSaysWhy() throws {
        let reasons = [
            ("context_encoder.tokens}", "spread.loss}", "comes from the stage itself"),
            ("of: context_encoder", "of: masks", "takes a stage of the role encoder"),
            ("context_encoder.grid", "context_encoder.width", "follows 'grid', not 'width'"),
            ("context_encoder.grid", "data.grid", "'data' does not give 'grid'"),
            (
                "keep: masks.context", "keep: masks.targets",
                "gives mask [M, B, Kt], takes mask [B, K]"
            ),
            ("keep: masks.context", "keep: data.labels", "gives labels [B], takes mask [B, K]"),
            ("minimize: {loss: 1", "minimize: {predictor: 1", "takes losses"),
            ("images: data.images,", "", "open; takes images [B, C, H, W]"),
            ("images: data.images,", "images: data,", "takes an output such as 'data.images'"),
            (
                "targets: target_encoder.tokens", "targets: context_encoder.tokens",
                "gives [B, K, 8], takes [2*B, 1, 8]"
            ),
        ]
        for (old, new, reason) in reasons {
            let text = try drawing(ToyStages.graph.replacing(old, with: new)).text
            #expect(text.contains("✗── "), "\(new)")
            #expect(text.contains(reason), "\(new): \(text)")
        }
    }

    @Test func noGradientComesFromALossThatIsLoggedOnly() throws {
        let drawing = try drawing(Self.logged)
        let (text, dot, mermaid) = (drawing.text, drawing.dot, drawing.mermaid)
        #expect(text.contains("spread (toy_spread, loss): logged only"))
        #expect(text.contains("tokens ◀╌╌ context_encoder.tokens  tokens [B, K, 8]"))
        #expect(text.contains("predictions ◀╌╌ second_predictor.predictions"))
        #expect(text.contains("predictions ◀══ predictor.predictions"))
        #expect(text.contains("held_out (toy_data, data source): used by the monitor"))
        #expect(dot.contains("\"context_encoder\" -> \"spread\" [class=\"noGradient\""))
        #expect(dot.contains("\"context_encoder\" -> \"predictor\" [class=\"gradient\""))
        #expect(dot.contains("\"context_encoder\" -> \"second_predictor\" [class=\"noGradient\""))
        #expect(mermaid.contains("stage_context_encoder -.->|\"tokens [B, K, 8]\"| stage_spread"))
        #expect(mermaid.contains("<i>logged only</i>"))
        // With mistakes it is not known what was meant.
        #expect(!(try self.drawing(Self.wrong).text.contains("logged only")))
    }

    @Test func aCycleIsRed() throws {
        let graph =
            ToyStages.graph.replacing(
                "    tokens: context_encoder.tokens\n", with: "    tokens: late.predictions\n")
                + """

                  late: {use: toy_predictor, tokens: predictor.predictions, context: masks.context,
                    targets: masks.targets}
                """
        let text = try drawing(graph).text
        #expect(text.contains("tokens ✗── late.predictions  part of a cycle"))
        #expect(
            text.contains("the values of the stages 'late', 'predictor' follow from each other"))
    }

    @Test(arguments: [
        "3", "- a", "stages: 3", "stages: {a: b}", "stages: {'a.b': {use: toy_data}}",
    ])
    func aFileWithoutStagesIsDrawn(text: String) throws {
        let drawing = try drawing(text)
        #expect(drawing.text.hasPrefix("pipeline: "))
        #expect(drawing.text.contains("error"))
        #expect(drawing.mermaid.contains("flowchart TD"))
        #expect(drawing.dot.hasSuffix("}\n"))
    }

    /// Whatever a diagram language would take for its own.
    private static let odd = #"a"b\c<d>&e;{f}|g|%%é日📦\\n"#

    @Test func oddNamesStandInDiagramsAsTheyAre() throws {
        let graph =
            "pipeline: '\(Self.odd)'\n"
            + ToyStages.graph.replacing("pipeline: toy\n", with: "")
            .replacing("loss: 1, spread: 0.2", with: "loss: 1, '\(Self.odd)': 1")
        let drawing = try drawing(graph)
        #expect(drawing.text.contains("minimize ✗── \(Self.odd)"))
        #expect(
            drawing.dot.contains(
                #"<FONT POINT-SIZE="16"><B>a&quot;b\c&lt;d&gt;&amp;e;{f}|g|%%é日📦\\n</B>"#))
        #expect(drawing.dot.contains(##"digraph "a\"b\\c<d>&e;{f}|g|%%é日📦\\\\n" {"##))
        #expect(
            drawing.mermaid.contains(
                "<b>a#34;b#92;c#60;d#62;#38;e#59;#123;f#125;#124;g#124;#37;#37;é日#128230;#92;#92;n</b>"
            ))
    }

    @Test func aStyledPictureKeepsEverythingButTheComments() {
        let made =
            "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<!-- made -->\n<svg width=\"8pt\">\n<g/>\n</svg>\n"
        let styled = PipelineDrawing.styled(svg: made)
        #expect(
            styled.hasPrefix(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg width=\"8pt\">\n<style>\n"))
        #expect(styled.contains("@media (prefers-color-scheme: dark) {"))
        #expect(styled.hasSuffix("</style>\n<g/>\n</svg>\n"))
        #expect(PipelineDrawing.styled(svg: "nothing") == "nothing")
    }
}
