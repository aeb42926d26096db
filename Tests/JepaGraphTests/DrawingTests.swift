import JepaCore
import JepaGraph
import Testing

/// Pipelines drawn as text and as diagrams.
struct DrawingTests {
    private func drawing(_ text: String = ToyStages.graph) throws -> PipelineDrawing {
        let graph = try Graph(GraphReader.read(text: text, file: "toy.yaml"))
        return PipelineDrawing(try Pipeline(graph, registry: ToyStages.registry))
    }

    @Test func theTreeShowsWhatEachStageDependsOn() throws {
        #expect(
            try drawing().text == """
                toy: 8 stages, 3,152 weights, 1,608 of them trained

                optimizer (toy_optimizer, optimizer)
                │  lr: 0.001
                ├─ minimize ◀══ loss  scalar
                │  loss (toy_loss, loss)
                │  ├─ predictions ◀══ predictor.predictions  tokens [2*B, 1, 8]
                │  │  predictor (toy_predictor, predictor): 64 weights
                │  │  ├─ tokens ◀══ context_encoder.tokens  tokens [B, K, 8]
                │  │  │  context_encoder (toy_encoder, encoder): 1,544 weights
                │  │  │  │  width: 8
                │  │  │  ├─ images ◀── data.images  images [B, 3, 16, 24]
                │  │  │  │  data (toy_data, data source)
                │  │  │  │     size: [16, 24]
                │  │  │  └─ keep ◀── masks.context  mask [B, K]
                │  │  │     masks (toy_masker, masker)
                │  │  │     │  targets: 2
                │  │  │     └─ patches ◁╌╌ context_encoder.grid  2x3 (above)
                │  │  ├─ context ◀── masks.context  mask [B, K] (above)
                │  │  └─ targets ◀── masks.targets  mask [2, B, 1] (above)
                │  └─ targets ◀╌╌ target_encoder.tokens  tokens [2*B, 1, 8]
                │     target_encoder (toy_follower, encoder): 1,544 weights, not trained
                │     ├─ images ◀── data.images  images [B, 3, 16, 24] (above)
                │     ├─ gather ◀── masks.targets  mask [2, B, 1] (above)
                │     └─ of ◁╌╌ context_encoder (above)
                └─ minimize ◀══ spread  scalar, weight 0.2
                   spread (toy_spread, loss)
                   └─ tokens ◀══ context_encoder.tokens  tokens [B, K, 8] (above)

                ◀══ tensor, gradient flows back
                ◀── images or masks
                ◀╌╌ tensor, no gradient
                ◁╌╌ link, no tensor
                B images of a batch; other letters change from step to step

                """)
    }

    @Test func theDiagramShowsStagesEdgesAndLinks() throws {
        #expect(
            try drawing().mermaid == """
                %% toy: 8 stages, 3,152 weights, 1,608 of them trained
                flowchart TD
                    stage_data["<b>data</b><br/>toy_data, data source<br/>size: [16, 24]"]
                    stage_masks["<b>masks</b><br/>toy_masker, masker<br/>targets: 2"]
                    stage_context_encoder["<b>context_encoder</b><br/>toy_encoder, encoder<br/>width: 8<br/><i>1,544 weights</i>"]
                    stage_target_encoder["<b>target_encoder</b><br/>toy_follower, encoder<br/><i>1,544 weights, not trained</i>"]
                    stage_predictor["<b>predictor</b><br/>toy_predictor, predictor<br/><i>64 weights</i>"]
                    stage_loss["<b>loss</b><br/>toy_loss, loss"]
                    stage_spread["<b>spread</b><br/>toy_spread, loss"]
                    stage_optimizer["<b>optimizer</b><br/>toy_optimizer, optimizer<br/>lr: 0.001"]
                    stage_data -->|"images<br/>images [B, 3, 16, 24]"| stage_context_encoder
                    stage_masks -->|"context → keep<br/>mask [B, K]"| stage_context_encoder
                    stage_data -->|"images<br/>images [B, 3, 16, 24]"| stage_target_encoder
                    stage_masks -->|"targets → gather<br/>mask [2, B, 1]"| stage_target_encoder
                    stage_context_encoder ==>|"tokens<br/>tokens [B, K, 8]"| stage_predictor
                    stage_masks -->|"context<br/>mask [B, K]"| stage_predictor
                    stage_masks -->|"targets<br/>mask [2, B, 1]"| stage_predictor
                    stage_predictor ==>|"predictions<br/>tokens [2*B, 1, 8]"| stage_loss
                    stage_target_encoder -.->|"tokens → targets<br/>tokens [2*B, 1, 8]"| stage_loss
                    stage_context_encoder ==>|"tokens<br/>tokens [B, K, 8]"| stage_spread
                    stage_context_encoder --o|"grid → patches<br/>2x3"| stage_masks
                    stage_context_encoder --o|"of"| stage_target_encoder
                    stage_loss ==>|"minimize<br/>scalar"| stage_optimizer
                    stage_spread ==>|"minimize<br/>scalar, weight 0.2"| stage_optimizer
                    subgraph legend [Legend]
                        direction LR
                        legend0a((" ")) ==>|"tensor, gradient flows back"| legend0b((" "))
                        legend1a((" ")) -->|"images or masks"| legend1b((" "))
                        legend2a((" ")) -.->|"tensor, no gradient"| legend2b((" "))
                        legend3a((" ")) --o|"link, no tensor"| legend3b((" "))
                    end
                    classDef frozen stroke-dasharray: 6 4
                    class stage_target_encoder frozen
                    linkStyle 10,11,17 stroke-dasharray: 1 5,stroke:#888

                """)
    }
}
