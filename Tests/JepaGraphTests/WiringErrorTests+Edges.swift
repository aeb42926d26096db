extension WiringErrorTests {
    /// Mistakes in edges, links and the whole graph.
    static let inEdges = [
        Mistake(
            "an open input",
            "    tokens: context_encoder.tokens\n", "",
            """
            toy.yaml:11:3: error: input 'tokens' of stage 'predictor' is open; it takes tokens \
            [B, Kc, D]
              predictor:
              ^~~~~~~~~
            tokens: The context tokens.
            """),
        Mistake(
            "an edge from a stage that is not there",
            "images: data.images, keep", "images: dta.images, keep",
            """
            toy.yaml:5:57: error: input 'images' of stage 'context_encoder' names the stage \
            'dta', which is not in the graph; did you mean 'data'?
              context_encoder: {use: toy_encoder, width: 8, images: dta.images, keep: \
            masks.context}
                                                                    ^~~~~~~~~~
            Stages: data, masks, context_encoder, target_encoder, predictor, loss, spread, \
            optimizer.
            """),
        Mistake(
            "an edge from an output that is not there",
            "images: data.images, keep", "images: data.image, keep",
            """
            toy.yaml:5:57: error: stage 'data' has no output 'image'; did you mean 'images'?
              context_encoder: {use: toy_encoder, width: 8, images: data.image, keep: \
            masks.context}
                                                                    ^~~~~~~~~~
            Outputs of 'data': images, labels.
            """),
        Mistake(
            "an edge without an output",
            "images: data.images, keep", "images: data, keep",
            """
            toy.yaml:5:57: error: input 'images' of stage 'context_encoder' takes an output such \
            as 'data.images', not 'data'
              context_encoder: {use: toy_encoder, width: 8, images: data, keep: masks.context}
                                                                    ^~~~
            """),
        Mistake(
            "an edge that is a number",
            "images: data.images, keep", "images: 3, keep",
            """
            toy.yaml:5:57: error: input 'images' of stage 'context_encoder' takes an output such \
            as 'data.images', not 3
              context_encoder: {use: toy_encoder, width: 8, images: 3, keep: masks.context}
                                                                    ^
            """),
        Mistake(
            "an edge of another type",
            "images: data.images, keep", "images: masks.context, keep",
            """
            toy.yaml:5:57: error: masks.context gives mask [B, K], but input 'images' of stage \
            'context_encoder' takes images [B, C, H, W]
              context_encoder: {use: toy_encoder, width: 8, images: masks.context, keep: \
            masks.context}
                                                                    ^~~~~~~~~~~~~
            """),
        Mistake(
            "an edge of another rank",
            "keep: masks.context", "keep: masks.targets",
            """
            toy.yaml:5:76: error: masks.targets gives mask [M, B, Kt], but input 'keep' of stage \
            'context_encoder' takes mask [B, K]
              context_encoder: {use: toy_encoder, width: 8, images: data.images, keep: \
            masks.targets}
                                                                                       ^~~~~~~~~~~\
            ~~
            """),
        Mistake(
            "an edge from the optimizer",
            "images: data.images, keep", "images: optimizer.images, keep",
            """
            toy.yaml:5:57: error: stage 'optimizer' has no output 'images'
              context_encoder: {use: toy_encoder, width: 8, images: optimizer.images, keep: \
            masks.context}
                                                                    ^~~~~~~~~~~~~~~~
            A stage of the role optimizer has no outputs.
            """),
        Mistake(
            "an edge to itself",
            "tokens: context_encoder.tokens\n", "tokens: predictor.predictions\n",
            """
            toy.yaml:13:13: error: input 'tokens' of stage 'predictor' comes from the stage itself
                tokens: predictor.predictions
                        ^~~~~~~~~~~~~~~~~~~~~
            """),
        Mistake(
            "shapes that do not fit",
            "of: context_encoder\n", "of: other\n",
            """
            toy.yaml:16:70: error: target_encoder.tokens gives tokens [R, 1, 4], but input \
            'targets' of stage 'loss' takes [2*B, 1, 8]
              loss: {use: toy_loss, predictions: predictor.predictions, targets: \
            target_encoder.tokens}
                                                                                 ^~~~~~~~~~~~~~~~~\
            ~~~~
            """),
        Mistake(
            "patches that do not tile",
            "size: [16, 24]", "size: [16, 25]",
            """
            toy.yaml:5:3: error: stage 'context_encoder': patches of 8 pixels do not tile images \
            of 3x16x25
              context_encoder: {use: toy_encoder, width: 8, images: data.images, keep: \
            masks.context}
              ^~~~~~~~~~~~~~~
            """),
        Mistake(
            "a grid that cannot hold the masks",
            "targets: 2}", "targets: 6}",
            """
            toy.yaml:4:68: error: stage 'masks': a grid of 2x3 patches cannot hold 6 targets \
            beside the context
              masks: {use: toy_masker, patches: context_encoder.grid, targets: 6}
                                                                               ^
            """),
        Mistake(
            "a link to a stage that is not there",
            "of: context_encoder\n", "of: contxt_encoder\n",
            """
            toy.yaml:8:9: error: 'of' of stage 'target_encoder' names the stage 'contxt_encoder', \
            which is not in the graph; did you mean 'context_encoder'?
                of: contxt_encoder
                    ^~~~~~~~~~~~~~
            Stages: data, masks, context_encoder, target_encoder, predictor, loss, spread, \
            optimizer.
            """),
        Mistake(
            "a link to a stage of another role",
            "of: context_encoder\n", "of: masks\n",
            """
            toy.yaml:8:9: error: 'of' of stage 'target_encoder' names a stage of the role \
            encoder, but 'masks' is of the role masker
                of: masks
                    ^~~~~
            """),
        Mistake(
            "a link to another value",
            "context_encoder.grid", "context_encoder.width",
            """
            toy.yaml:4:37: error: 'patches' of stage 'masks' follows 'grid' of another stage, not \
            'width'
              masks: {use: toy_masker, patches: context_encoder.width, targets: 2}
                                                ^~~~~~~~~~~~~~~~~~~~~
            Write 'context_encoder.grid'.
            """),
        Mistake(
            "a link to a stage without the value",
            "context_encoder.grid", "data.grid",
            """
            toy.yaml:4:37: error: stage 'masks' follows 'grid' of stage 'data', which does not \
            give it
              masks: {use: toy_masker, patches: data.grid, targets: 2}
                                                ^~~~~~~~~
            'data' gives: image.
            """),
        Mistake(
            "a link without a value",
            "context_encoder.grid", "context_encoder",
            """
            toy.yaml:4:37: error: 'patches' of stage 'masks' is a reference such as \
            'context_encoder.grid', not 'context_encoder'
              masks: {use: toy_masker, patches: context_encoder, targets: 2}
                                                ^~~~~~~~~~~~~~~
            """),
        Mistake(
            "links in a circle",
            "of: context_encoder\n", "of: target_encoder\n",
            """
            toy.yaml:8:9: error: 'of' of stage 'target_encoder' comes from the stage itself
                of: target_encoder
                    ^~~~~~~~~~~~~~
            """),
        Mistake(
            "a loss that is not there",
            "loss: 1, spread", "los: 1, spread",
            """
            toy.yaml:18:46: error: 'minimize' of stage 'optimizer' names the stage 'los', which \
            is not in the graph; did you mean 'loss'?
              optimizer: {use: toy_optimizer, minimize: {los: 1, spread: 0.2}, lr: 1e-3}
                                                         ^~~
            Stages: data, masks, context_encoder, target_encoder, predictor, loss, spread, \
            optimizer.
            """),
        Mistake(
            "something else than a loss is minimised",
            "loss: 1, spread", "predictor: 1, spread",
            """
            toy.yaml:18:46: error: 'minimize' of stage 'optimizer' takes losses, but 'predictor' \
            is of the role predictor
              optimizer: {use: toy_optimizer, minimize: {predictor: 1, spread: 0.2}, lr: 1e-3}
                                                         ^~~~~~~~~
            """),
        Mistake(
            "a weight of zero",
            "spread: 0.2", "spread: 0",
            """
            toy.yaml:18:55: error: loss 'spread' is minimised with the weight 0
              optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: 0}, lr: 1e-3}
                                                                  ^~~~~~
            Leave it out of 'minimize': it is then computed and logged only.
            """),
        Mistake(
            "a word as weight",
            "spread: 0.2", "spread: much",
            """
            toy.yaml:18:63: error: the weight of 'spread' in 'minimize' of stage 'optimizer' is a \
            finite number, not 'much'
              optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: much}, lr: 1e-3}
                                                                          ^~~~
            """),
        Mistake(
            "no optimizer",
            "  optimizer:", "# optimizer:",
            """
            toy.yaml:2:1: error: the graph has no optimizer
            stages:
            ^~~~~~
            """),
        Mistake(
            "two optimizers",
            "  spread: {use",
            "  second: {use: toy_optimizer, minimize: loss, lr: 0.1}\n  spread: {use",
            """
            toy.yaml:19:3: error: stage 'optimizer' is a second optimizer beside 'second'; a \
            graph has one
              optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: 0.2}, lr: 1e-3}
              ^~~~~~~~~
            """),
        Mistake(
            "two data sources",
            "images: data.images\n", "images: more.images\n",
            """
            toy.yaml:19:3: error: stage 'more' is a second data source beside 'data'; one feeds a \
            pipeline
              more: {use: toy_data, size: [16, 24]}
              ^~~~
            """),
        Mistake(
            "a stage nothing depends on",
            "  spread: {use", "  idle: {use: toy_encoder, images: data.images}\n  spread: {use",
            """
            toy.yaml:17:3: error: no loss depends on stage 'idle'
              idle: {use: toy_encoder, images: data.images}
              ^~~~
            Wire its output to another stage or remove it.
            """),
        Mistake(
            "two stages of one name",
            "  spread: {use", "  loss: {use",
            """
            toy.yaml:17:3: error: the key 'loss' is written twice
              loss: {use: toy_spread, tokens: context_encoder.tokens}
              ^~~~
            It first stands at toy.yaml:16:3.
            """),
        Mistake(
            "a word as edge to a mask",
            "keep: masks.context}", "keep: all}",
            """
            toy.yaml:5:76: error: input 'keep' of stage 'context_encoder' takes an output such as \
            'data.images', not 'all'
              context_encoder: {use: toy_encoder, width: 8, images: data.images, keep: all}
                                                                                       ^~~
            """),
        Mistake(
            "a cycle",
            "tokens: context_encoder.tokens\n", "tokens: late.predictions\n",
            """
            toy.yaml:19:3: error: the values of the stages 'late', 'predictor' follow from each \
            other
              late: {use: toy_predictor, tokens: predictor.predictions, context: masks.context, \
            targets: masks.targets}
              ^~~~
            toy.yaml:19:38: error: predictor.predictions gives tokens [2*B, 1, 8], but input \
            'tokens' of stage 'late' takes [B, Kc, 8]
              late: {use: toy_predictor, tokens: predictor.predictions, context: masks.context, \
            targets: masks.targets}
                                                 ^~~~~~~~~~~~~~~~~~~~~
            toy.yaml:19:38: error: the edges form a cycle: late -> predictor -> late
              late: {use: toy_predictor, tokens: predictor.predictions, context: masks.context, \
            targets: masks.targets}
                                                 ^~~~~~~~~~~~~~~~~~~~~
            toy.yaml:19:94: error: masks.targets gives mask [2, B, 1], but input 'targets' of \
            stage 'late' takes [1, B, K]
              late: {use: toy_predictor, tokens: predictor.predictions, context: masks.context, \
            targets: masks.targets}
                                                                                                  \
                   ^~~~~~~~~~~~~
            """),
        Mistake(
            "a loss that is not finite",
            "spread: 0.2", "spread: .inf",
            """
            toy.yaml:18:63: error: the weight of 'spread' in 'minimize' of stage 'optimizer' is a \
            finite number, not inf
              optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: .inf}, lr: 1e-3}
                                                                          ^~~~
            """),
        Mistake(
            "a parameter that belongs to another stage",
            "targets: 2}", "targets: 2, width: 3}",
            """
            toy.yaml:4:71: error: stage 'masks' has no parameter 'width'
              masks: {use: toy_masker, patches: context_encoder.grid, targets: 2, width: 3}
                                                                                  ^~~~~
            Known: order, patches, targets.
            """),
        Mistake(
            "nothing below stages",
            "stages:\n  data", "stages:\nx:\n  data",
            """
            toy.yaml:2:8: error: a graph needs 'stages', a mapping from names to stages
            stages:
                   ^
            toy.yaml:3:1: error: there is no section 'x'
            x:
            ^
            Known: pipeline, seed, stages, train, plugins.
            """),
    ]
}
