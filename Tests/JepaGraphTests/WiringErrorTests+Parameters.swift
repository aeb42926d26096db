extension WiringErrorTests {
    /// Mistakes in sections, stages and their parameters.
    static let inParameters = [
        Mistake(
            "a stage that is not registered",
            "use: toy_masker", "use: toy_maskre",
            """
            toy.yaml:4:16: error: masker 'toy_maskre' is not registered; did you mean \
            'toy_masker'?
              masks: {use: toy_maskre, patches: context_encoder.grid, targets: 2}
                           ^~~~~~~~~~
            Registered maskers: toy_masker.
            """),
        Mistake(
            "a stage like no other",
            "use: toy_masker", "use: diffusion",
            """
            toy.yaml:4:16: error: stage 'diffusion' is not registered
              masks: {use: diffusion, patches: context_encoder.grid, targets: 2}
                           ^~~~~~~~~
            Registered stages: toy_data, toy_encoder, toy_follower, toy_loss, toy_masker, \
            toy_optimizer, toy_predictor, toy_spread.
            """),
        Mistake(
            "no use",
            "data: {use: toy_data, size", "data: {size",
            """
            toy.yaml:3:3: error: stage 'data' needs 'use', the name of a registered stage
              data: {size: [16, 24]}
              ^~~~
            """),
        Mistake(
            "a number as use",
            "use: toy_data", "use: 3",
            """
            toy.yaml:3:15: error: 'use' of stage 'data' is a name, not 3
              data: {use: 3, size: [16, 24]}
                          ^
            """),
        Mistake(
            "a section that is misspelt",
            "pipeline: toy", "pipline: toy",
            """
            toy.yaml:1:1: error: there is no section 'pipline'; did you mean 'pipeline'?
            pipline: toy
            ^~~~~~~
            Known: pipeline, seed, stages, train, plugins.
            """),
        Mistake(
            "a number as name",
            "pipeline: toy", "pipeline: 3",
            """
            toy.yaml:1:11: error: 'pipeline' is a name, not 3
            pipeline: 3
                      ^
            """),
        Mistake(
            "a name that cannot be that of a folder",
            "pipeline: toy", #"pipeline: "t\0oy""#,
            """
            toy.yaml:1:11: error: 'pipeline' is a name, not 't\0oy'
            pipeline: "t\\0oy"
                      ^~~~~~~
            """),
        Mistake(
            "a seed below zero",
            "pipeline: toy", "seed: -1",
            """
            toy.yaml:1:7: error: 'seed' is an integer of at least 0, not -1
            seed: -1
                  ^~
            """),
        Mistake(
            "a word as seed",
            "pipeline: toy", "seed: random",
            """
            toy.yaml:1:7: error: 'seed' is an integer of at least 0, not 'random'
            seed: random
                  ^~~~~~
            """),
        Mistake(
            "plugins that are no list",
            "pipeline: toy", "plugins: a.so",
            """
            toy.yaml:1:10: error: 'plugins' is a list of shared libraries, not 'a.so'
            plugins: a.so
                     ^~~~
            """),
        Mistake(
            "a plugin that is no path",
            "pipeline: toy", "plugins: [3]",
            """
            toy.yaml:1:11: error: a plugin is the path of a shared library, not 3
            plugins: [3]
                      ^
            """),
        Mistake(
            "training that is no mapping",
            "pipeline: toy", "train: 3",
            """
            toy.yaml:1:8: error: 'train' is a mapping, not 3
            train: 3
                   ^
            """),
        Mistake(
            "an optimizer that is no mapping",
            "{use: toy_optimizer, minimize: {loss: 1, spread: 0.2}, lr: 1e-3}", "toy_optimizer",
            """
            toy.yaml:18:14: error: stage 'optimizer' is a mapping such as {use: vit}, not \
            'toy_optimizer'
              optimizer: toy_optimizer
                         ^~~~~~~~~~~~~
            """),
        Mistake(
            "a stage that is no mapping",
            "{use: toy_data, size: [16, 24]}", "toy_data",
            """
            toy.yaml:3:9: error: stage 'data' is a mapping such as {use: vit}, not 'toy_data'
              data: toy_data
                    ^~~~~~~~
            """),
        Mistake(
            "a stage with a dot in its name",
            "  data: {use", "  my.data: {use",
            """
            toy.yaml:3:3: error: a stage is named by letters, digits and underscores, not \
            'my.data'
              my.data: {use: toy_data, size: [16, 24]}
              ^~~~~~~
            toy.yaml:5:57: error: input 'images' of stage 'context_encoder' names the stage \
            'data', which is not in the graph
              context_encoder: {use: toy_encoder, width: 8, images: data.images, keep: \
            masks.context}
                                                                    ^~~~~~~~~~~
            Stages: masks, context_encoder, target_encoder, predictor, loss, spread, optimizer.
            toy.yaml:9:13: error: input 'images' of stage 'target_encoder' names the stage \
            'data', which is not in the graph
                images: data.images
                        ^~~~~~~~~~~
            Stages: masks, context_encoder, target_encoder, predictor, loss, spread, optimizer.
            """),
        Mistake(
            "a parameter that is misspelt",
            "width: 8", "widht: 8",
            """
            toy.yaml:5:39: error: stage 'context_encoder' has no parameter 'widht'; did you mean \
            'width'?
              context_encoder: {use: toy_encoder, widht: 8, images: data.images, keep: \
            masks.context}
                                                  ^~~~~
            Known: gather, images, keep, patch_size, width.
            """),
        Mistake(
            "an input that is misspelt",
            "keep: masks.context", "kep: masks.context",
            """
            toy.yaml:5:70: error: stage 'context_encoder' has no parameter 'kep'; did you mean \
            'keep'?
              context_encoder: {use: toy_encoder, width: 8, images: data.images, kep: \
            masks.context}
                                                                                 ^~~
            Known: gather, images, keep, patch_size, width.
            """),
        Mistake(
            "an integer out of range",
            "targets: 2}", "targets: 9}",
            """
            toy.yaml:4:68: error: 'targets' of stage 'masks' is an integer in 1...8 (patches), \
            not 9
              masks: {use: toy_masker, patches: context_encoder.grid, targets: 9}
                                                                               ^
            """),
        Mistake(
            "a word for an integer",
            "targets: 2}", "targets: two}",
            """
            toy.yaml:4:68: error: 'targets' of stage 'masks' is an integer in 1...8 (patches), \
            not 'two'
              masks: {use: toy_masker, patches: context_encoder.grid, targets: two}
                                                                               ^~~
            """),
        Mistake(
            "a number for an integer",
            "targets: 2}", "targets: 2.0}",
            """
            toy.yaml:4:68: error: 'targets' of stage 'masks' is an integer in 1...8 (patches), \
            not 2.0; write 2
              masks: {use: toy_masker, patches: context_encoder.grid, targets: 2.0}
                                                                               ^~~
            """),
        Mistake(
            "an integer in quotes",
            "targets: 2}", "targets: '2'}",
            """
            toy.yaml:4:68: error: 'targets' of stage 'masks' is an integer in 1...8 (patches), \
            not '2'; remove the quotes
              masks: {use: toy_masker, patches: context_encoder.grid, targets: '2'}
                                                                               ^~~
            """),
        Mistake(
            "an integer with underscores",
            "width: 8", "width: 1_024",
            """
            toy.yaml:5:46: error: 'width' of stage 'context_encoder' is an integer in 1...1024, \
            not '1_024'; write 1024
              context_encoder: {use: toy_encoder, width: 1_024, images: data.images, keep: \
            masks.context}
                                                         ^~~~~
            """),
        Mistake(
            "no value",
            "targets: 2}", "targets: }",
            """
            toy.yaml:4:68: error: 'targets' of stage 'masks' has no value; it is an integer in \
            1...8 (patches)
              masks: {use: toy_masker, patches: context_encoder.grid, targets: }
                                                                               ^
            """),
        Mistake(
            "yes for a switch",
            "size: [16, 24]", "flip: yes",
            """
            toy.yaml:3:31: error: 'flip' of stage 'data' is true or false, not 'yes'; write true
              data: {use: toy_data, flip: yes}
                                          ^~~
            """),
        Mistake(
            "a size of three",
            "size: [16, 24]", "size: [16, 24, 3]",
            """
            toy.yaml:3:31: error: 'size' of stage 'data' is an integer or [height, width], each \
            in 4...64 (pixels), not [16, 24, 3]
              data: {use: toy_data, size: [16, 24, 3]}
                                          ^~~~~~~~~~~
            """),
        Mistake(
            "a size too small",
            "size: [16, 24]", "size: 2",
            """
            toy.yaml:3:31: error: 'size' of stage 'data' is an integer or [height, width], each \
            in 4...64 (pixels), not 2
              data: {use: toy_data, size: 2}
                                          ^
            """),
        Mistake(
            "an interval upside down",
            "size: [16, 24]", "scale: [1.0, 0.5]",
            """
            toy.yaml:3:32: error: 'scale' of stage 'data' is a number or [low, high] in 0...1, in this order, \
            not [1.0, 0.5]
              data: {use: toy_data, scale: [1.0, 0.5]}
                                           ^~~~~~~~~~
            """),
        Mistake(
            "a choice that is misspelt",
            "targets: 2}", "order: colums}",
            """
            toy.yaml:4:66: error: 'order' of stage 'masks' is one of rows, columns, not 'colums'; \
            did you mean 'columns'?
              masks: {use: toy_masker, patches: context_encoder.grid, order: colums}
                                                                             ^~~~~~
            """),
        Mistake(
            "a number with a comma",
            "lr: 1e-3", "lr: \"0,001\"",
            """
            toy.yaml:18:73: error: 'lr' of stage 'optimizer' is a number in 0...1, not '0,001'; \
            write 0.001
              optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: 0.2}, lr: "0,001"}
                                                                                    ^~~~~~~
            """),
        Mistake(
            "a required parameter is missing",
            ", lr: 1e-3", "",
            """
            toy.yaml:18:3: error: stage 'optimizer' needs 'lr': a number in 0...1
              optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: 0.2}}
              ^~~~~~~~~
            lr: The learning rate.
            """),
        Mistake(
            "a group that is no mapping",
            "context: masks.context", "head: 3\n    context: masks.context",
            """
            toy.yaml:14:11: error: 'head' of stage 'predictor' is a mapping, not 3
                head: 3
                      ^
            """),
        Mistake(
            "a typo within a group",
            "context: masks.context", "head: {dept: 2}\n    context: masks.context",
            """
            toy.yaml:14:12: error: 'head' of stage 'predictor' has no parameter 'dept'; did you \
            mean 'depth'?
                head: {dept: 2}
                       ^~~~
            Known: depth.
            """),
        Mistake(
            "a linked value set by hand",
            "tokens: context_encoder.tokens\n",
            "tokens: context_encoder.tokens\n    input_width: 8\n",
            """
            toy.yaml:14:5: error: 'input_width' of stage 'predictor' follows from 'width' at \
            'tokens' and cannot be set
                input_width: 8
                ^~~~~~~~~~~
            Remove the key.
            """),
    ]
}
