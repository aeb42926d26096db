/// I-JEPA on rendered images, small enough for commands in tests: 16 patches, two blocks of width 16.
enum TinyPipeline {
    static let text = """
        pipeline: tiny
        seed: 5
        stages:
          data: {use: scenes, count: 16, size: 16, samples: 1}
          masks: {use: multiblock, patches: context_encoder.grid, min_keep: 2}
          context_encoder: {use: vit, patch_size: 4, width: 16, depth: 2, heads: 2,
            images: data.images, keep: masks.context}
          target_encoder: {use: ema, of: context_encoder, momentum: [0.5, 0.5],
            images: data.images, gather: masks.targets}
          predictor: {use: vit_predictor, width: 8, depth: 2, tokens: context_encoder.tokens,
            context: masks.context, targets: masks.targets}
          loss: {use: smooth_l1, predictions: predictor.predictions, targets: target_encoder.tokens}
          optimizer: {use: adamw, minimize: loss}
        train: {batch_size: 8, epochs: 1, monitor: {images: 8, queries: 8}}
        """
}
