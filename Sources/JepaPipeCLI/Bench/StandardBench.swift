/// What `bench` measures when no graph file is named: a ViT-S/16 on images of 224 pixels.
///
/// The text of `pipelines/bench/vit-s16.yaml`, so that a program without its source measures too.
package enum StandardBench {
    /// The name that messages give the text.
    package static let name = "vit-s16.yaml"

    /// The graph file.
    package static let text = """
        # yaml-language-server: $schema=../schema.json

        # ViT-S/16 on images of 224 pixels, with the official sampler's masks: what 'bench' measures
        # when no file is named. Random images are made where 'path' does not exist.
        #
        #   jepa-pipe bench pipelines/bench/vit-s16.yaml
        pipeline: vit-s16
        seed: 0

        stages:
          data:
            {use: image_folder, path: imagenette/train, size: 224, crop_scale: [0.3, 1.0]}
          masks:
            {use: multiblock, patches: context_encoder.grid, sampler: official}
          context_encoder:
            {use: vit, preset: small, patch_size: 16, images: data.images, keep: masks.context}
          target_encoder:
            {use: ema, of: context_encoder, momentum: [0.996, 1.0],
             images: data.images, gather: masks.targets}
          predictor:
            {use: vit_predictor, width: 384, depth: 6,
             tokens: context_encoder.tokens, context: masks.context, targets: masks.targets}
          loss:
            {use: smooth_l1, predictions: predictor.predictions, targets: target_encoder.tokens}
          optimizer:
            {use: adamw, minimize: loss, lr: 5.0e-4, weight_decay: [0.04, 0.4]}

        train:
          batch_size: 16
          epochs: 1

        """
}
