package import JepaCore
import JepaFormats

extension RecordedRun {
    /// The pipeline that trained, from the ordinary stages: what a graph file would say.
    ///
    /// `mse` is computed and not minimised.
    package var graph: Setting {
        let (height, width) = settings.size("image_size")
        let path = Setting(.text(path))
        let (firstMomentum, lastMomentum) = schedule.pair("ema")
        return [
            "pipeline": "recorded_run",
            "stages": [
                "data": [
                    "use": "recorded", "path": path,
                    "size": [Setting(.integer(height)), Setting(.integer(width))],
                    "channels": integer("in_channels"),
                ],
                "masks": [
                    "use": "recorded_masks", "path": path, "patches": "context_encoder.grid",
                ],
                "context_encoder": [
                    "use": "vit", "patch_size": integer("patch_size"),
                    "width": integer("embed_dim"), "depth": integer("depth"),
                    "heads": integer("num_heads"), "mlp_ratio": real("mlp_ratio"),
                    "images": "data.images", "keep": "masks.context",
                ],
                "target_encoder": [
                    "use": "ema", "of": "context_encoder",
                    "momentum": [Setting(.real(firstMomentum)), Setting(.real(lastMomentum))],
                    "images": "data.images", "gather": "masks.targets",
                ],
                "predictor": [
                    "use": "vit_predictor", "width": integer("predictor_embed_dim"),
                    "depth": integer("predictor_depth"), "heads": integer("predictor_num_heads"),
                    "mlp_ratio": Setting(.real(predictorRatio)),
                    "tokens": "context_encoder.tokens", "context": "masks.context",
                    "targets": "masks.targets",
                ],
                "smooth_l1": [
                    "use": "smooth_l1", "predictions": "predictor.predictions",
                    "targets": "target_encoder.tokens",
                ],
                "mse": [
                    "use": "l2", "predictions": "predictor.predictions",
                    "targets": "target_encoder.tokens",
                ],
                "optimizer": [
                    "use": "adamw", "minimize": "smooth_l1", "start_lr": scheduled("start_lr"),
                    "lr": scheduled("lr"), "final_lr": scheduled("final_lr"),
                    "weight_decay": [scheduled("weight_decay"), scheduled("final_weight_decay")],
                ],
            ],
        ]
    }

    /// The official code passes the encoders' ratio on or leaves the predictor at its own 4; which
    /// of them it was can be seen from the weights.
    private var predictorRatio: Double {
        let width = Double(settings.integer("predictor_embed_dim"))
        let ratio = settings.real("mlp_ratio")
        let hidden = initial["predictor.predictor_blocks.0.mlp.fc1.weight"]?.shape.first
        return hidden == Int(width * ratio) ? ratio : 4
    }

    private func integer(_ name: String) -> Setting { Setting(.integer(settings.integer(name))) }
    private func real(_ name: String) -> Setting { Setting(.real(settings.real(name))) }
    private func scheduled(_ name: String) -> Setting { Setting(.real(schedule.real(name))) }
}
