public import JepaCore

/// Stages so small that a whole pipeline of them trains in milliseconds, one for every role.
///
/// They take part in everything a real stage does (weights, moments, replicas, schedules, random
/// numbers), so the runtime can be tested without any real stage.
public enum ToyStages: StagePlugin {
    public static func register(into registry: inout Registry) throws {
        try registry.register(ToyImages.self)
        try registry.register(ToyMasker.self)
        try registry.register(ToyEncoder.self)
        try registry.register(ToyFollower.self)
        try registry.register(ToyPredictor.self)
        try registry.register(ToyLoss.self)
        try registry.register(ToyOptimizer.self)
    }

    /// A registry of these stages.
    public static func registry() throws -> Registry {
        var registry = Registry()
        try register(into: &registry)
        return registry
    }

    /// A joint-embedding predictive pipeline of toy stages.
    ///
    /// - Parameters:
    ///   - train: The section `train`.
    ///   - data: Parameters of `toy_images`, or another stage in its place.
    ///   - optimizer: Parameters of `toy_sgd`.
    ///   - stages: Further stages, such as held-out data.
    public static func graph(
        seed: Int = 0, train: Setting, data: Setting = [:], optimizer: Setting = [:],
        stages: Setting = [:]
    ) throws -> Graph {
        let standard: Setting = [
            "data": merged(["use": "toy_images"], data),
            "masks": ["use": "toy_masker", "patches": "context_encoder.grid"],
            "context_encoder": [
                "use": "toy_encoder", "images": "data.images", "keep": "masks.context",
            ],
            "target_encoder": [
                "use": "toy_follower", "of": "context_encoder", "images": "data.images",
                "gather": "masks.targets",
            ],
            "predictor": [
                "use": "toy_predictor", "tokens": "context_encoder.tokens",
                "context": "masks.context", "targets": "masks.targets",
            ],
            "loss": [
                "use": "toy_loss", "predictions": "predictor.predictions",
                "targets": "target_encoder.tokens",
            ],
            "optimizer": merged(["use": "toy_sgd", "minimize": "loss"], optimizer),
        ]
        return try Graph([
            "pipeline": "toy", "seed": Setting(.integer(seed)),
            "stages": merged(standard, stages), "train": train,
        ])
    }

    /// The entries of both mappings; where both have a key, the second counts.
    private static func merged(_ first: Setting, _ second: Setting) -> Setting {
        let entries = second.entries ?? []
        let kept = (first.entries ?? []).filter { entry in
            !entries.contains { $0.key == entry.key }
        }
        return Setting(.mapping(kept + entries))
    }
}
