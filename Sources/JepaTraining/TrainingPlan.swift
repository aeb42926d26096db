public import JepaCore

/// Training in numbers of steps, once it is known how many images there are.
public struct TrainingPlan: Equatable, Sendable {
    /// Images of the data set.
    public let images: Int
    /// Images of one step.
    public let batchSize: Int
    /// Steps in which every image is used at most once.
    public let stepsPerEpoch: Int
    /// Steps to take.
    public let steps: Int
    /// Steps in which the learning rate rises.
    public let warmUpSteps: Int
    /// Steps that the schedules are laid out over.
    public let scheduleSteps: Int
    /// The same before it is rounded down.
    public let exactScheduleSteps: Double
    /// Steps between two checkpoints; nil for none by count.
    public let checkpointInterval: Int?
    /// Steps between two looks at the features; nil for none.
    public let monitorInterval: Int?
    private let isAlwaysThorough: Bool

    /// Lays the training out.
    ///
    /// - Parameter images: How many images there are.
    /// - Throws: `configuration` if they do not fill one batch, warm-up takes longer than the
    ///   schedule, or training is to stop after its end.
    public init(_ settings: TrainingSettings, images: Int) throws {
        let values = settings.values
        self.images = images
        batchSize = settings.batchSize
        guard images >= batchSize else {
            throw PipelineError(
                .configuration,
                "'batch_size' is \(batchSize), but the data set has only \(images) "
                    + "image\(images == 1 ? "" : "s")", at: values.location(of: "batch_size"))
        }
        stepsPerEpoch = images / batchSize
        let whole = settings.length.steps(perEpoch: stepsPerEpoch)
        steps = settings.stopAfter ?? whole
        guard steps <= whole else {
            throw PipelineError(
                .configuration,
                "'steps' is \(steps), but the epochs end after \(whole)",
                at: values.location(of: "steps"),
                notes: ["Raise 'train.epochs', or leave one of the two out."])
        }
        exactScheduleSteps = Double(whole) * settings.scheduleScale
        scheduleSteps = Int(exactScheduleSteps)
        warmUpSteps = settings.warmUp.steps(perEpoch: stepsPerEpoch)
        guard warmUpSteps <= scheduleSteps else {
            throw PipelineError(
                .configuration,
                "warm-up takes \(warmUpSteps) steps, but the schedule has only \(scheduleSteps)",
                at: values.location(of: "warmup_epochs") ?? values.location(of: "warmup_steps"),
                notes: ["Lower 'train.warmup_epochs' or 'train.warmup_steps', or train longer."])
        }
        checkpointInterval = settings.checkpoint.interval?.steps(perEpoch: stepsPerEpoch)
        monitorInterval =
            settings.monitor.isEnabled
            ? settings.monitor.interval?.steps(perEpoch: stepsPerEpoch)
                ?? Self.cheapInterval(settings.monitor, steps, stepsPerEpoch, batchSize) : nil
        isAlwaysThorough = settings.monitor.isAlwaysThorough
    }

    /// The epochs the training amounts to.
    public var epochs: Double { Double(steps) / Double(stepsPerEpoch) }

    /// The epoch that a step belongs to, counted from 0.
    public func epoch(of step: Int) -> Int { step / stepsPerEpoch }

    /// The place of a step for the stages.
    public func info(_ step: Int, seed: UInt64) -> StepInfo {
        StepInfo(
            index: step, total: scheduleSteps, exactTotal: exactScheduleSteps, warmUp: warmUpSteps,
            batchSize: batchSize, seed: seed)
    }

    /// Whether the step count says to save once `done` steps are taken.
    public func saves(after done: Int) -> Bool {
        done == steps || checkpointInterval.map { done > 0 && done % $0 == 0 } == true
    }

    /// Whether the features are looked at once `done` steps are taken: before the first, after
    /// the last, and every so often between.
    public func monitors(after done: Int) -> Bool {
        guard let monitorInterval else { return false }
        return done % monitorInterval == 0 || done == steps
    }

    /// Whether a look takes in all encoders and LiDAR: the first, the last, or every one.
    public func looksThoroughly(after done: Int) -> Bool {
        isAlwaysThorough || done == 0 || done == steps
    }

    /// As often as keeps the looks below 3 % of the time.
    ///
    /// To embed an image costs a quarter to two fifths of a training step's share of one, so
    /// training has to use fourteen images for each one that is embedded. The first and the last
    /// look are always made, thorough; before the first step the two encoders are one. Where these
    /// take more than half of what there is, half of it is there for those between, so that short
    /// runs have curves, too.
    private static func cheapInterval(
        _ settings: MonitorSettings, _ steps: Int, _ stepsPerEpoch: Int, _ batchSize: Int
    ) -> Int {
        let labelled = settings.images + settings.queries
        let thorough = labelled + settings.augmented * settings.views
        let first = thorough + settings.augmented
        let last = 2 * thorough + settings.augmented
        let between = settings.isAlwaysThorough ? last : labelled + settings.augmented
        let affordable = steps * batchSize / 14
        let looks = max(affordable - first - last, affordable / 2) / between
        // Short of an epoch twenty looks are enough, however cheap they are.
        let shortest = min(stepsPerEpoch, max(1, steps / 20))
        let interval = max(shortest, (steps + looks) / (looks + 1))
        guard interval > stepsPerEpoch else { return interval }
        return (interval + stepsPerEpoch - 1) / stepsPerEpoch * stepsPerEpoch
    }
}
