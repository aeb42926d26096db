package import JepaCore
package import JepaFormats
import JepaGraph

/// A training run of another implementation, as a folder holds it: what it was made of, the
/// batches, what it computed on the way and what came of it.
///
/// `run.json` has sizes, schedules and the figures of each step; `initial`, `after_step0` and
/// `final` the weights of both encoders and the predictor under their official names; `batches`
/// images and masks of each step; `trace` activations and gradients of step 0. Every number has to
/// be understood: keys, tensors and steps that are missing or unknown are errors.
package struct RecordedRun {
    /// The folder as the user named it.
    package let path: String
    /// What `run.json` says besides the steps.
    package let settings: ParameterSet
    /// The schedules that `run.json` gives.
    package let schedule: ParameterSet
    /// The figures of each step; never empty.
    package let steps: [ParameterSet]
    /// The weights before the first step.
    package let initial: SafetensorsReader
    /// Images and masks.
    package let batches: SafetensorsReader
    /// Activations and gradients of the first step.
    package let trace: SafetensorsReader
    /// The weights after the first step.
    package let afterFirstStep: SafetensorsReader
    /// The weights after the last step.
    package let final: SafetensorsReader

    /// Reads the description and opens the tensors.
    ///
    /// - Throws: `PipelineErrors` with everything that is wrong with `run.json`; `PipelineError` for
    ///   a file that is missing or damaged.
    package init(path: String) throws {
        self.path = path
        let file = path + "/run.json"
        var limits = GraphReader.Limits()
        (limits.bytes, limits.nodes) = (1 << 26, 1 << 22)
        // JSON is YAML, and that reader knows where everything stands.
        let root = try GraphReader.read(path: file, limits: limits)
        (settings, steps) = try Self.check(root, of: file)
        guard case .group(let schedule)? = settings["schedule"] else {
            fatalError("'schedule' was checked to be a mapping")
        }
        self.schedule = schedule
        let open = { (file: String) in try SafetensorsReader(path: "\(path)/\(file).safetensors") }
        initial = try open("initial")
        batches = try open("batches")
        trace = try open("trace")
        afterFirstStep = try open("after_step0")
        final = try open("final")
        try checkBatches()
    }

    /// Images of a step, B.
    package var batchSize: Int { settings.integer("batch") }

    /// What the run is called.
    package var name: String { settings.optionalText("name") ?? path }

    /// The place of a step in the schedules.
    package func info(_ step: Int) -> StepInfo {
        let perEpoch = schedule.integer("iterations_per_epoch")
        let total = Double(perEpoch * schedule.integer("epochs")) * schedule.real("ipe_scale")
        return StepInfo(
            index: step, total: Int(total), exactTotal: total,
            warmUp: Int((schedule.real("warmup_epochs") * Double(perEpoch)).rounded()),
            batchSize: batchSize, seed: 0)
    }

    /// Every step has images and masks of the shapes that `run.json` tells, and nothing else is
    /// there.
    private func checkBatches() throws {
        let (height, width) = settings.size("image_size")
        let image = [batchSize, settings.integer("in_channels"), height, width]
        var shapes: [String: [Int]] = [:]
        for (step, figures) in steps.enumerated() {
            shapes["\(step).images"] = image
            shapes["\(step).context"] = [batchSize, figures.integer("context_patches")]
            shapes["\(step).targets"] = [
                settings.integer("target_blocks"), batchSize, figures.integer("target_patches"),
            ]
        }
        try batches.check(shapes)
    }
}

extension SafetensorsReader {
    /// Makes sure that the file holds exactly these tensors.
    ///
    /// - Parameters:
    ///   - shapes: The shape of every tensor that has to be there.
    ///   - optional: The shape of every tensor that may be there.
    /// - Throws: `data` with every missing, unexpected and mis-shaped tensor.
    func check(_ shapes: [String: [Int]], optional: [String: [Int]] = [:]) throws {
        var notes: [String] = []
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) where self[name] == nil {
            notes.append("missing: \(name) \(shape)")
        }
        for tensor in tensors {
            guard let shape = shapes[tensor.name] ?? optional[tensor.name] else {
                notes.append("unexpected: \(tensor.name) \(tensor.shape)")
                continue
            }
            if tensor.shape != shape {
                notes.append(
                    "different: \(tensor.name) has the shape \(tensor.shape), not \(shape)")
            }
        }
        guard !notes.isEmpty else { return }
        let shown = notes.count > 20 ? notes.prefix(20) + ["and \(notes.count - 20) more"] : notes
        throw PipelineError(
            .data, "the tensors of '\(path)' are not those of the run", notes: shown)
    }
}
