package import JepaCore
import JepaFormats
import JepaNN
import JepaTensor

/// Replays a recorded run through the stages and compares every number on the way.
///
/// Before the first step the target encoder and the patch embedding are computed once more for all
/// patches: training leaves out what no result needs, the record does not.
package struct Verification {
    /// Comparisons that belong together.
    package struct Group {
        /// What they are.
        package let title: String
        /// One per quantity.
        package let rows: [Comparison]
    }

    /// The run.
    package let run: RecordedRun
    /// All comparisons.
    package private(set) var groups: [Group] = []
    private let pipeline: Pipeline
    private let source: any DataSource
    private let contextEncoder: any Encoder
    private let targetEncoder: any Encoder
    private var noise = RoundingNoise()

    /// Assembles the stages and gives them the recorded weights.
    ///
    /// - Throws: `PipelineErrors` if the sizes of the run do not go together; `data` if its tensors
    ///   are not those of networks of these sizes.
    package init(_ run: RecordedRun, registry: Registry) throws {
        self.run = run
        pipeline = try Pipeline(try Graph(run.graph), registry: registry)
        guard let contextEncoder = pipeline.node("context_encoder")?.stage as? any Encoder,
            let targetEncoder = pipeline.node("target_encoder")?.stage as? any Encoder
        else { fatalError("the pipeline of a recorded run has two encoders") }
        (self.contextEncoder, self.targetEncoder) = (contextEncoder, targetEncoder)
        source = pipeline.dataSource.source
        let shapes = Dictionary(
            uniqueKeysWithValues: networkWeights.map { ($0.name, $0.weight.shape) })
        let positions = positions.mapValues(\.shape)
        for file in [run.initial, run.afterFirstStep, run.final] {
            try file.check(shapes, optional: positions)
        }
        try pipeline.openData()
        try pipeline.materialise()
        for (name, weight) in networkWeights.map({ ($0.name, $0.weight) }) {
            weight.value = try run.initial.tensor(name).floats()
        }
    }

    /// Whether everything is reproduced.
    package var isRight: Bool { groups.allSatisfy { $0.rows.allSatisfy(\.isRight) } }

    /// Replays all steps.
    ///
    /// - Throws: `notFinite` if the run leads to numbers that are none; whatever a stage throws.
    package mutating func replay() throws {
        groups = []
        try comparePositions(of: run.initial, "before step 0")
        noise = RoundingNoise()
        var traced = TracedStep(full: try fullActivations())
        for step in run.steps.indices {
            var noise = noise
            var observer = StepObserver()
            if step == 0 {
                observer.value = { traced.activations["\(Self.network($0)).\($1)"] = $2 }
            }
            observer.gradients = { trained in
                for item in trained {
                    let name = Self.official(item.name)
                    noise.see(gradient: item.weight.gradient, of: name)
                    if step == 0 { traced.gradients[name] = item.weight.gradient?.copy() }
                }
            }
            let result = try pipeline.step(
                try batch(step), at: run.info(step), observer: observer)
            self.noise = noise
            spreadNoise(of: result, after: step + 1)
            if step == 0 {
                try compare(traced)
                try compareWeights(run.afterFirstStep, "after step 0")
            }
            compare(result, run.steps[step])
        }
        try compareWeights(run.final, "after step \(run.steps.count - 1), the last")
    }

    // MARK: - Step 0

    /// What training does not compute: tokens of patches that nobody looks at.
    private func fullActivations() throws -> [String: Tensor] {
        var values: [String: Tensor] = [:]
        let images = StageInputs.Value.variable(Variable(try batch(0).views[0]))
        let tape = Tape(recording: false)
        _ = try contextEncoder.encode(
            StageInputs(
                ["images": images],
                trace: { if $0 == "patch_embed" { values["encoder.patch_embed"] = $1 } }),
            on: tape)
        _ = try targetEncoder.encode(
            StageInputs(["images": images], trace: { values["target_encoder.\($0)"] = $1 }),
            on: tape)
        return values
    }

    private mutating func compare(_ traced: TracedStep) throws {
        guard let masks = try pipeline.sampleMasks(batchSize: run.batchSize)["masks"] else {
            fatalError("the pipeline of a recorded run has a masker")
        }
        let rows = try traced.compare(
            with: run.trace, masks: masks, depth: run.settings.integer("depth"),
            predictorDepth: run.settings.integer("predictor_depth"),
            trained: networkWeights.filter(\.weight.isTrainable).map(\.name))
        groups.append(Group(title: "activations of step 0", rows: rows.activations))
        groups.append(Group(title: "gradients of step 0", rows: rows.gradients))
    }

    // MARK: - Every step

    private mutating func compare(_ result: StepResult, _ recorded: ParameterSet) {
        let losses = ["smooth_l1", "mse"].map {
            Comparison($0, result.figure($0), recorded: recorded.real($0), .losses)
        }
        let schedules = ["lr", "weight_decay", "momentum"].map {
            Comparison($0, result.figure($0), recorded: recorded.real($0), .schedules)
        }
        let patches = [
            ("context_patches", result.contextPatches), ("target_patches", result.targetPatches),
        ].map {
            Comparison($0, Double($1), recorded: Double(recorded.integer($0)), .exact)
        }
        groups.append(
            Group(
                title: "figures of step \(recorded.integer("step"))",
                rows: losses + schedules + patches))
    }

    /// Adds what a step made of the rounding of its gradients.
    private mutating func spreadNoise(of result: StepResult, after steps: Int) {
        let prefix = "second_moment."
        for moment in pipeline.node("optimizer")?.stage.weights ?? []
        where moment.name.hasPrefix(prefix) {
            let name = Self.official(String(moment.name.dropFirst(prefix.count)))
            noise.add(
                to: name, secondMoment: moment.value, learningRate: result.figure("lr"),
                steps: steps)
        }
        for weight in targetEncoder.weights {
            noise.follow(
                "target_encoder.\(weight.name)", "encoder.\(weight.name)",
                momentum: result.figure("momentum"))
        }
    }

    private func batch(_ step: Int) throws -> Batch {
        let shape = source.imageShape
        let images = Tensor(
            uninitialized: [run.batchSize, shape.channels, shape.height, shape.width])
        for place in 0..<run.batchSize {
            let request = SampleRequest(
                index: step * run.batchSize + place, isAugmented: false,
                random: StageRandom(seed: 0, purpose: "data", step: step))
            let view = UnsafeMutableBufferPointer(
                start: images.mutablePointer + place * shape.count, count: shape.count)
            _ = try source.load(request, into: [view])
        }
        return Batch(views: [images], labels: Array(repeating: -1, count: run.batchSize))
    }

    // MARK: - Weights

    private mutating func compareWeights(_ file: SafetensorsReader, _ when: String) throws {
        var rows: [Comparison] = []
        for (name, weight) in networkWeights.map({ ($0.name, $0.weight) }) {
            let recorded = try file.tensor(name).floats()
            let noise = noise.distances(of: name, count: weight.count)
            func compare(_ part: String, _ elements: Range<Int>, _ allowance: Allowance) {
                rows.append(
                    Comparison(
                        name + part, weight.value, recorded: recorded, elements: elements,
                        allowance, noise: noise))
            }
            if name.hasSuffix(".attn.qkv.bias") {
                let width = weight.count / 3
                compare(" (queries)", 0..<width, .weights)
                compare(" (keys)", width..<2 * width, .keyBiases)
                compare(" (values)", 2 * width..<3 * width, .weights)
            } else {
                compare("", 0..<weight.count, .weights)
            }
        }
        groups.append(Group(title: "weights \(when)", rows: rows))
        try comparePositions(of: file, when)
    }

    /// Positions are fixed, so no stage keeps them among its weights.
    private mutating func comparePositions(of file: SafetensorsReader, _ when: String) throws {
        let rows = try positions.sorted { $0.key < $1.key }.compactMap { name, computed in
            try file[name].map {
                Comparison(name, computed, recorded: try $0.floats(), .activations)
            }
        }
        if !rows.isEmpty { groups.append(Group(title: "positions \(when)", rows: rows)) }
    }

    private var positions: [String: Tensor] {
        guard case .grid(let grid)? = pipeline.node("context_encoder")?.properties["grid"] else {
            fatalError("a vision transformer has a grid")
        }
        func table(_ width: String) -> Tensor {
            let width = run.settings.integer(width)
            return SinCosPositions.table(rows: grid.height, columns: grid.width, width: width)
                .reshaped([1, grid.count, width])
        }
        let encoder = table("embed_dim")
        return [
            "encoder.pos_embed": encoder, "target_encoder.pos_embed": encoder,
            "predictor.predictor_pos_embed": table("predictor_embed_dim"),
        ]
    }

    /// The weights of the three networks under their official names.
    private var networkWeights: [(name: String, weight: Weight)] {
        pipeline.allWeights.filter { !$0.name.hasPrefix("optimizer.") }
            .map { (Self.official($0.name), $0.weight) }
    }

    /// `context_encoder.norm.bias` as the official code calls it.
    private static func official(_ name: String) -> String {
        let parts = name.split(separator: ".", maxSplits: 1)
        return "\(network(String(parts[0]))).\(parts[1])"
    }

    /// What the official code calls the network of a stage.
    private static func network(_ stage: String) -> String {
        stage == "context_encoder" ? "encoder" : stage
    }
}

extension StepResult {
    /// A figure of the step; a number that agrees with nothing if there is none of the name.
    fileprivate func figure(_ name: String) -> Double {
        (losses + figures).first { $0.name == name }?.value ?? .nan
    }
}
