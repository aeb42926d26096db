import JepaTensor

extension Pipeline {
    /// Runs one training step: forward, backward, optimizer, and whatever follows an update.
    ///
    /// With `microBatch` the batch is computed in parts whose gradients add up; the masks are
    /// drawn for the whole batch, so the mathematics is the same.
    ///
    /// - Throws: `PipelineError` with the code `notFinite`, naming the step and the stage, before
    ///   any weight has changed; whatever a stage throws.
    public func step(
        _ batch: Batch, at step: StepInfo, options: StepOptions = StepOptions(),
        observer: StepObserver? = nil
    ) throws -> StepResult {
        try check(options, batchSize: batch.count)
        var phases = PhaseTimes()
        let maskSets = try phases.measure("masks") {
            try masks(batchSize: batch.count, seed: step.seed, step: step.index)
        }
        let part = options.microBatch ?? batch.count
        var losses: [String: Double] = [:]
        for start in stride(from: 0, to: batch.count, by: part) {
            let range = start..<min(start + part, batch.count)
            let share = Double(range.count) / Double(batch.count)
            let tape = Tape(precision: options.precision)
            let results = try forward(
                batch.images(range), maskSets.mapValues { $0.images(range) },
                firstImage: start, at: step, on: tape, &phases, observer)
            for (name, loss) in results {
                losses[name, default: 0] += share * Double(loss.value.scalar)
            }
            phases.measure("backward") {
                tape.backward(
                    from: minimised.compactMap { term in
                        results[term.stage].map { ($0, Float(term.weight * share)) }
                    })
            }
        }
        observer?.gradients?(trainedWeights)
        let norm = try phases.measure("gradient_norm") {
            try gradientNorm(at: step, clippedTo: options.clipGradient)
        }
        let figures = try phases.measure("optimizer") { try update(at: step) }
        let first = nodes.lazy.compactMap { maskSets[$0.name] }.first
        return StepResult(
            loss: minimised.reduce(0) { $0 + $1.weight * (losses[$1.stage] ?? 0) },
            losses: nodes.compactMap { node in losses[node.name].map { Figure(node.name, $0) } },
            figures: figures, phases: phases.figures, gradientNorm: norm,
            contextPatches: first?.context.kept ?? 0, targetPatches: first?.targets.kept ?? 0)
    }

    /// Refuses options that would change the mathematics of this pipeline.
    public func check(_ options: StepOptions, batchSize: Int) throws {
        guard let node = nodes.first(where: { $0.stage.couplesImages }) else { return }
        let stage = "\(node.role.rawValue) '\(node.name)'"
        if let part = options.microBatch, part < batchSize {
            throw PipelineError(
                .configuration,
                "'micro_batch' is \(part), but \(stage) compares the images of a whole batch of "
                    + "\(batchSize) with each other",
                notes: [
                    "Remove 'micro_batch', lower 'batch_size', or remove the \(node.role.rawValue)."
                ]
            )
        }
        if batchSize < 2 {
            throw PipelineError(
                .configuration,
                "'batch_size' is \(batchSize), but \(stage) compares the images of a batch with "
                    + "each other", notes: ["Raise 'batch_size' to 2 or more."])
        }
    }

    /// Computes all stages in order.
    ///
    /// - Returns: The losses by the name of their stage.
    private func forward(
        _ batch: Batch, _ masks: [String: MaskSet], firstImage: Int, at step: StepInfo,
        on tape: Tape, _ phases: inout PhaseTimes, _ observer: StepObserver?
    ) throws -> [String: Variable] {
        var losses: [String: Variable] = [:]
        let inputs = { (node: Node, arrived: [String: StageInputs.Value]) in
            StageInputs(
                arrived, step: step,
                random: StageRandom(seed: step.seed, purpose: node.name, step: step.index),
                firstImage: firstImage,
                trace: observer?.value.map { look in { look(node.name, $0, $1) } })
        }
        try forward(nodes, from: startValues(batch, masks), on: tape, inputs: inputs) { computed in
            let (node, output) = (computed.node, computed.output)
            phases.add(computed.seconds, to: node.name)
            guard output.value.isFinite else {
                throw PipelineError(
                    .notFinite,
                    "stage '\(node.name)' produced a number that is not finite in step "
                        + "\(step.index + 1)",
                    notes: [
                        "No weight was changed by this step. Lower the learning rate, lengthen "
                            + "the warm-up, or set 'train.clip_gradient'."
                    ])
            }
            if node.role == .loss { losses[node.name] = output }
        }
        return losses
    }

    /// The norm of all gradients together; they are scaled down to `limit` if it is larger.
    private func gradientNorm(at step: StepInfo, clippedTo limit: Double?) throws -> Double {
        let gradients = trainedWeights.compactMap(\.weight.gradient)
        let norm = globalNorm(gradients)
        guard norm.isFinite else {
            let culprit = trainedWeights.first { $0.weight.gradient?.isFinite == false }
            throw PipelineError(
                .notFinite,
                "the gradient of '\(culprit?.name ?? "all weights together")' is not finite in "
                    + "step \(step.index + 1)",
                notes: ["No weight was changed by this step. Lower the learning rate."])
        }
        if let limit, norm > limit {
            for gradient in gradients { scaleInPlace(gradient, by: Float(limit / norm)) }
        }
        return norm
    }

    /// Changes the weights and lets every stage follow.
    private func update(at step: StepInfo) throws -> [Figure] {
        var figures = try optimizer.update(trainedWeights, at: step)
        for trained in trainedWeights { trained.weight.clearGradient() }
        for node in nodes { figures += try node.stage.afterUpdate(step) }
        return figures
    }
}

/// Seconds spent per phase, in the order the phases first appeared.
private struct PhaseTimes {
    private(set) var figures: [Figure] = []

    mutating func measure<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        let result = try body()
        add(start.duration(to: .now) / .seconds(1), to: name)
        return result
    }

    mutating func add(_ elapsed: Double, to name: String) {
        if let index = figures.firstIndex(where: { $0.name == name }) {
            figures[index] = Figure(name, figures[index].value + elapsed)
        } else {
            figures.append(Figure(name, elapsed))
        }
    }
}
