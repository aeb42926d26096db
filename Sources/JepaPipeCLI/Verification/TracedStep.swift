import JepaCore
import JepaFormats
import JepaTensor

/// The activations and gradients of one step, under the names of the record.
struct TracedStep {
    /// Activations of all patches: `encoder.patch_embed` and all of `target_encoder`.
    let full: [String: Tensor]
    /// Activations as training computes them: of the patches that are needed.
    var activations: [String: Tensor] = [:]
    /// Gradients of the trained weights.
    var gradients: [String: Tensor] = [:]

    /// What is there before the step is taken.
    init(full: [String: Tensor]) { self.full = full }

    /// Compares everything with the record.
    ///
    /// - Parameters:
    ///   - trained: The official names of all weights that have a gradient.
    /// - Throws: `data` with every tensor that is missing, unexpected or of another shape.
    func compare(
        with trace: SafetensorsReader, masks: MaskSet, depth: Int, predictorDepth: Int,
        trained: [String]
    ) throws -> (activations: [Comparison], gradients: [Comparison]) {
        let computed = complete(masks)
        var required: [String: [Int]] = [:]
        for name in Self.required(depth: depth, predictorDepth: predictorDepth) {
            required[name] = computed[name]?.shape ?? []
        }
        for name in trained { required["grad.\(name)"] = gradients[name]?.shape ?? [] }
        try trace.check(required, optional: computed.mapValues(\.shape))

        var rows: [Comparison] = []
        for name in trace.names.sorted(by: Self.precedes) {
            guard let value = computed[name] else { continue }
            let recorded = try trace.tensor(name).floats()
            rows.append(Comparison(name, value, recorded: recorded, .activations))
            rows += savings(of: name, recorded, masks)
        }
        let gradientRows = try trained.compactMap { name in
            try gradients[name].map {
                Comparison(
                    "grad.\(name)", $0, recorded: try trace.tensor("grad.\(name)").floats(),
                    .activations)
            }
        }
        return (rows, gradientRows)
    }

    /// Every activation of the record, none of them shortened.
    private func complete(_ masks: MaskSet) -> [String: Tensor] {
        var values = activations.merging(full) { _, full in full }
        values["predictions"] = activations["predictor.output"]
        if let output = full["target_encoder.output"] {
            let tape = Tape(recording: false)
            let normalised = Self.layerNorm(output)
            values["targets.layernorm"] = normalised
            values["targets.gathered"] = tape.gather(Variable(normalised), masks.targets).value
        }
        return values
    }

    /// The same quantity as training computes it, where that is another way.
    private func savings(
        of name: String, _ recorded: Tensor, _ masks: MaskSet
    ) -> [Comparison] {
        func gathered(_ indices: PatchIndices) -> Tensor {
            Tape(recording: false).gather(Variable(recorded), indices).value
        }
        if name == "targets.gathered" {
            return activations["target_encoder.output"].map { output in
                [
                    Comparison(
                        "\(name) as trained", Self.layerNorm(output), recorded: recorded,
                        .activations)
                ]
            } ?? []
        }
        guard full[name] != nil, let value = activations[name] else { return [] }
        let expected =
            value.shape == recorded.shape
            ? recorded
            : gathered(name.hasPrefix("target_encoder.") ? masks.targets : masks.context)
        return [Comparison("\(name) as trained", value, recorded: expected, .activations)]
    }

    /// The targets go through a LayerNorm without weights, with the epsilon of
    /// `torch.nn.functional.layer_norm`.
    private static func layerNorm(_ tokens: Tensor) -> Tensor {
        Tape(recording: false)
            .layerNorm(Variable(tokens), weight: nil, bias: nil, epsilon: 1e-5).value
    }

    /// The activations that a record has at least.
    private static func required(depth: Int, predictorDepth: Int) -> [String] {
        ["encoder.patch_embed", "encoder.block0.attention"]
            + (0..<depth).flatMap { ["encoder.block\($0)", "target_encoder.block\($0)"] }
            + (0..<predictorDepth).map { "predictor.block\($0)" }
            + [
                "encoder.output", "target_encoder.output", "targets.layernorm", "targets.gathered",
                "predictor.output", "predictions",
            ]
    }

    /// In the order of a step: encoders, targets, predictor; within a network its layers.
    private static func precedes(_ a: String, _ b: String) -> Bool { key(a) < key(b) }

    private static func key(_ name: String) -> (Int, Int, Int, String) {
        let networks = ["encoder", "target_encoder", "targets", "predictor", "predictions"]
        let parts = name.split(separator: ".")
        let layer = parts.count > 1 ? parts[1] : ""
        let block = layer.hasPrefix("block") ? Int(layer.dropFirst("block".count)) : nil
        let place = block ?? (layer == "patch_embed" || layer == "layernorm" ? -1 : .max)
        // What attention adds comes before the output of its block.
        return (
            networks.firstIndex { $0 == parts[0] } ?? networks.count, place,
            parts.count > 2 ? 0 : 1, name
        )
    }
}
