/// A commented graph file: I-JEPA on the built-in images, with one stage changed if wanted.
enum PipelineTemplate {
    /// What stands in the places of the template unless a new stage takes one of them.
    private static let standard = [
        "data": "{use: scenes, count: 1024, size: 48, crop_scale: [0.5, 1.0]}",
        "masker": "{use: multiblock, patches: context_encoder.grid, min_keep: 4}",
        "encoder": "{use: vit, patch_size: 8, width: 64, depth: 2, heads: 4,",
        "predictor": "{use: vit_predictor, width: 32, depth: 2,",
        "loss":
            "{use: smooth_l1, predictions: predictor.predictions, targets: target_encoder.tokens}",
        "optimizer":
            "{use: adamw, minimize: {loss: 1, regulariser: 0.2}, lr: 5.0e-4, "
            + "weight_decay: [0.04, 0.4]}",
    ]

    /// The text of a graph file.
    ///
    /// - Parameters:
    ///   - name: The name of the pipeline.
    ///   - file: The file it goes to, for the commands in its comments.
    ///   - program: What runs it, for the same.
    ///   - changed: A place of the template with what goes there.
    static func text(
        name: String, title: String, file: String, program: String,
        changed: [String: String] = [:]
    ) -> String {
        let values = standard.merging(changed) { $1 }.merging([
            "pipeline": name, "title": title, "file": file, "program": program,
        ]) { $1 }
        return Template(PackageResources.graph_txt).filled(values)
    }
}
