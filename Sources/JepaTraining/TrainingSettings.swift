public import JepaCore
public import JepaTensor

/// The section `train` of a graph file, checked.
///
/// How long training goes on, in what portions, and what is kept and looked at on the way. What
/// the learning rate does is the optimizer's affair: it gets its place in the schedule as a
/// `StepInfo`.
public struct TrainingSettings: Equatable, Sendable {
    /// Images of one step.
    public let batchSize: Int
    /// Whether every epoch has an order of its own.
    public let shuffles: Bool
    /// How long training goes on.
    public let length: TrainingSpan
    /// The step to stop after, although the training that the schedules are made for is longer;
    /// nil to go to its end.
    public let stopAfter: Int?
    /// How long the learning rate rises.
    public let warmUp: TrainingSpan
    /// How much longer than the training the schedules are laid out; the official `ipe_scale`.
    public let scheduleScale: Double
    /// Images that are computed at a time; nil for the whole batch.
    public let microBatch: Int?
    /// The largest length of the gradient over all weights; nil for no limit.
    public let clipGradient: Double?
    /// How the operands of matrix products are rounded.
    public let precision: Precision
    /// Threads that load images; nil for one per core.
    public let workers: Int?
    /// Threads that compute; nil for one per core.
    public let threads: Int?
    /// When checkpoints are written, and which are kept.
    public let checkpoint: CheckpointSettings
    /// How learning is judged on the way.
    public let monitor: MonitorSettings
    /// Seconds between two lines of progress where the output is no terminal.
    public let logInterval: Double
    /// Whether curves for TensorBoard are written.
    public let writesTensorBoard: Bool
    /// The verdict that ends the training; nil to go on whatever it is.
    public let stopWhen: Verdict.Kind?
    /// The values with their places in the file.
    public let values: ParameterSet

    /// How each step is carried out.
    public var stepOptions: StepOptions {
        StepOptions(
            microBatch: microBatch, clipGradient: clipGradient, precision: precision)
    }

    /// Checks the section `train` of a graph.
    ///
    /// - Parameter registry: Tells the roles of the stages that `monitor` names.
    /// - Throws: `PipelineErrors` with every mistake in the section.
    public init(_ graph: Graph, registry: Registry) throws {
        var check = ParameterCheck(owner: "'train'")
        let values = check.check(
            graph.train.entries ?? [], against: Self.parameters, at: graph.train.location)
        var errors = check.errors
        if errors.isEmpty {
            errors = Self.contradictions(in: values, at: graph.train.location)
            errors += MonitorSettings.unknownStages(values.group("monitor"), graph, registry)
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
        self.init(values)
    }

    private init(_ values: ParameterSet) {
        self.values = values
        batchSize = values.integer("batch_size")
        shuffles = values.boolean("shuffle")
        let steps = values.optionalInteger("steps")
        if let epochs = values.optionalInteger("epochs") {
            (length, stopAfter) = (.epochs(Double(epochs)), steps)
        } else {
            // One of the two is set; the check has seen to that.
            (length, stopAfter) = (.steps(steps ?? 0), nil)
        }
        warmUp =
            values.optionalInteger("warmup_steps").map(TrainingSpan.steps)
            ?? .epochs(values.optionalReal("warmup_epochs") ?? 0)
        scheduleScale = values.real("schedule_scale")
        microBatch = values.optionalInteger("micro_batch")
        clipGradient = values.optionalReal("clip_gradient")
        precision = Self.precision(of: values)
        workers = values.optionalInteger("workers")
        threads = values.optionalInteger("threads")
        checkpoint = CheckpointSettings(values.group("checkpoint"))
        monitor = MonitorSettings(values.group("monitor"))
        logInterval = values.group("log").real("every_seconds")
        writesTensorBoard = values.group("log").boolean("tensorboard")
        stopWhen = Verdict.Kind(rawValue: values.text("stop_when"))
    }

    /// Values that are each allowed but do not go together.
    private static func contradictions(
        in values: ParameterSet, at place: SourceLocation?
    ) -> [PipelineError] {
        var errors: [PipelineError] = []
        func reject(_ message: String, at name: String) {
            let location = values.location(of: name) ?? place
            errors.append(PipelineError(.configuration, message, at: location))
        }
        if !values.isSet("epochs"), !values.isSet("steps") {
            errors.append(
                PipelineError(
                    .missing, "'train' needs 'epochs' or 'steps': how long to train", at: place))
        }
        if values.isSet("warmup_epochs"), values.isSet("warmup_steps") {
            reject(
                "'train' sets both 'warmup_epochs' and 'warmup_steps'; keep one", at: "warmup_steps"
            )
        }
        let batchSize = values.integer("batch_size")
        if let part = values.optionalInteger("micro_batch"), part > batchSize {
            reject(
                "'micro_batch' is \(part), more than the batch of \(batchSize)", at: "micro_batch")
        }
        errors += obstacle(
            to: precision(of: values), isAvailable: precision(of: values).isAvailable,
            at: values.location(of: "precision") ?? place)
        for name in ["checkpoint", "monitor"] {
            let group = values.group(name)
            guard group.isSet("every_epochs"), group.isSet("every_steps") else { continue }
            errors.append(
                PipelineError(
                    .configuration,
                    "'\(name)' sets both 'every_epochs' and 'every_steps'; keep one",
                    at: group.location(of: "every_steps") ?? place))
        }
        return errors
    }

    private static func precision(of values: ParameterSet) -> Precision {
        values.choice("precision", as: Precision.self)
    }

    /// What keeps this processor from computing with a precision.
    package static func obstacle(
        to precision: Precision, isAvailable: Bool, at place: SourceLocation?
    ) -> [PipelineError] {
        if isAvailable { return [] }
        return [
            PipelineError(
                .unavailable,
                "'precision' is '\(precision)', but this processor lacks the instructions for it: "
                    + "avx512_bf16", at: place,
                notes: ["Remove 'precision' to train in float32."])
        ]
    }
}
