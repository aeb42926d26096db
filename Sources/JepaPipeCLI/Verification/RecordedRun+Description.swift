import JepaCore

extension RecordedRun {
    /// Checks the description of a run.
    ///
    /// - Throws: `PipelineErrors` with every mistake.
    static func check(
        _ root: Setting, of file: String
    ) throws -> (settings: ParameterSet, steps: [ParameterSet]) {
        var check = ParameterCheck(owner: "'\(file)'")
        // Texts are remarks of whoever recorded the run; a number that nothing uses is not.
        let known = Set(descriptors.map(\.name) + ["steps"])
        let entries = (root.entries ?? []).filter { entry in
            if case .text = entry.value.content { return known.contains(entry.key) }
            return true
        }
        let settings = check.check(
            entries, against: descriptors, at: root.location, otherKeys: ["steps"])
        var errors = check.errors
        let steps = self.steps(root["steps"], of: file, &errors)
        if errors.isEmpty { errors = contradictions(settings) }
        if !errors.isEmpty { throw PipelineErrors(errors) }
        return (settings, steps)
    }

    private static func steps(
        _ setting: Setting?, of file: String, _ errors: inout [PipelineError]
    ) -> [ParameterSet] {
        guard case .list(let items)? = setting?.content, !items.isEmpty else {
            errors.append(
                PipelineError(
                    .missing, "'\(file)' needs 'steps': a list with the figures of each step",
                    at: setting?.location))
            return []
        }
        return items.enumerated().map { index, item in
            var check = ParameterCheck(owner: "step \(index) of '\(file)'")
            let step = check.check(
                item.entries ?? [], against: stepDescriptors, at: item.location)
            errors += check.errors
            if check.errors.isEmpty, step.integer("step") != index {
                errors.append(
                    PipelineError(
                        .value, "'step' is \(step.integer("step")) where step \(index) should be",
                        at: step.location(of: "step")))
            }
            return step
        }
    }

    /// Values that the stages cannot follow.
    private static func contradictions(_ settings: ParameterSet) -> [PipelineError] {
        guard case .group(let schedule)? = settings["schedule"] else { return [] }
        var errors: [PipelineError] = []
        func demand(
            _ isRight: Bool, _ name: String, _ set: ParameterSet, _ message: String
        ) {
            if isRight { return }
            let found = set[name]?.description ?? ""
            errors.append(
                PipelineError(
                    .value, "'\(name)' is \(found); \(message)", at: set.location(of: name)))
        }
        let official = "the official networks and their trainer use"
        demand(
            settings.real("layer_norm_eps") == 1e-6, "layer_norm_eps", settings,
            "\(official) 1e-06")
        demand(
            schedule.pair("betas") == (0.9, 0.999), "betas", schedule, "\(official) [0.9, 0.999]")
        demand(schedule.real("eps") == 1e-8, "eps", schedule, "\(official) 1e-08")
        let hidden = Double(settings.integer("embed_dim")) * settings.real("mlp_ratio")
        demand(
            abs(hidden - hidden.rounded()) < 1e-6, "mlp_ratio", settings,
            "times 'embed_dim' it is \(hidden), no whole number")
        let warmUp =
            schedule.real("warmup_epochs") * Double(schedule.integer("iterations_per_epoch"))
        demand(
            abs(warmUp - warmUp.rounded()) < 1e-6, "warmup_epochs", schedule,
            "times 'iterations_per_epoch' it is \(warmUp), no whole number of steps")
        return errors
    }

    private static let positive = Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude
    private static let nonNegative = 0...Double.greatestFiniteMagnitude

    private static let descriptors: [ParameterDescriptor] = [
        text("name", "What the run is called."),
        text("precision", "What the run was computed in."),
        text("torch", "The version of PyTorch."),
        .size("image_size", in: 1...8192, help: "Height and width of the images."),
        .integer("patch_size", in: 1...1024, help: "The side of a patch.", unit: .pixels),
        .integer("in_channels", in: 1...64, help: "The channels of the images."),
        .integer("embed_dim", in: 4...65536, help: "The width of the encoders."),
        .integer("depth", in: 1...1000, help: "The blocks of the encoders."),
        .integer("num_heads", in: 1...1024, help: "The heads of the encoders."),
        .real("mlp_ratio", in: 0.01...64, help: "The hidden width over the width."),
        .integer("predictor_embed_dim", in: 4...65536, help: "The width of the predictor."),
        .integer("predictor_depth", in: 1...1000, help: "The blocks of the predictor."),
        .integer("predictor_num_heads", in: 1...1024, help: "The heads of the predictor."),
        .real("layer_norm_eps", in: positive, help: "What LayerNorm adds to the variance."),
        .choice("gelu", of: ["erf"], help: "How GELU is computed."),
        .integer("batch", in: 1...1_000_000, help: "Images of a step."),
        .integer("target_blocks", in: 1...1000, help: "Target blocks of an image."),
        .choice("optimiser", of: ["AdamW"], help: "What changes the weights."),
        ParameterDescriptor(
            "schedule", .group(scheduleDescriptors), required: true,
            help: "What changes from step to step."),
    ]

    private static let scheduleDescriptors: [ParameterDescriptor] = [
        .real("start_lr", in: nonNegative, help: "The learning rate that warm-up begins with."),
        .real("lr", in: nonNegative, help: "The learning rate after warm-up."),
        .real("final_lr", in: nonNegative, help: "The learning rate at the end."),
        .real("weight_decay", in: nonNegative, help: "The weight decay at the beginning."),
        .real("final_weight_decay", in: nonNegative, help: "The weight decay at the end."),
        .pair("ema", in: 0...1, help: "The momentum at the beginning and at the end."),
        .integer("iterations_per_epoch", in: 1...1_000_000_000, help: "Steps of an epoch."),
        .integer("epochs", in: 1...1_000_000, help: "Epochs of the schedules."),
        .real("warmup_epochs", in: nonNegative, help: "Epochs of warm-up."),
        .real("ipe_scale", in: positive, help: "How much longer than the epochs schedules are."),
        .pair("betas", in: 0...1, help: "The decay of the moments."),
        .real("eps", in: positive, help: "What AdamW adds to the root of the second moment."),
    ]

    private static let stepDescriptors: [ParameterDescriptor] = [
        .integer("step", in: 0...1_000_000_000, help: "Its place, from 0."),
        .real("lr", in: nonNegative, help: "The learning rate."),
        .real("weight_decay", in: nonNegative, help: "The weight decay."),
        .real("momentum", in: 0...1, help: "The momentum of the target encoder."),
        .real("smooth_l1", in: nonNegative, help: "The loss that was minimised."),
        .real("mse", in: nonNegative, help: "The mean squared error."),
        .integer("context_patches", in: 1...1_000_000, help: "Patches of a context block."),
        .integer("target_patches", in: 1...1_000_000, help: "Patches of a target block."),
    ]

    private static func text(_ name: String, _ help: String) -> ParameterDescriptor {
        ParameterDescriptor(name, .text, required: false, help: help)
    }
}
