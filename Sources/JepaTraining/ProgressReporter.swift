/// Is told how training goes, and shows it or not.
public protocol ProgressReporter: AnyObject {
    /// Training begins, or goes on.
    func begin(_ plan: TrainingPlan, from step: Int, in folder: String)
    /// A step is done.
    func advance(_ progress: TrainingProgress)
    /// Something happened that is worth a line.
    func say(_ message: String)
    /// Training has ended, well or not.
    func end()
}

/// Where training stands after a step.
public struct TrainingProgress: Equatable, Sendable {
    /// Steps taken.
    public let step: Int
    /// Steps to take.
    public let steps: Int
    /// The epoch of the step, counted from 1.
    public let epoch: Int
    /// The loss of the step.
    public let loss: Double
    /// Images per second, lately.
    public let imagesPerSecond: Double
    /// Seconds that training will still take at this pace.
    public let secondsLeft: Double
    /// The newest figures of the features beside those of the untrained network, as short as can
    /// be; empty if nothing was looked at.
    public let learning: String

    /// Where training stands.
    package init(
        step: Int, steps: Int, epoch: Int, loss: Double, imagesPerSecond: Double,
        secondsLeft: Double, learning: String = ""
    ) {
        self.step = step
        self.steps = steps
        self.epoch = epoch
        self.loss = loss
        self.imagesPerSecond = imagesPerSecond
        self.secondsLeft = secondsLeft
        self.learning = learning
    }

    /// The same without the figures of the features.
    var withoutLearning: TrainingProgress {
        TrainingProgress(
            step: step, steps: steps, epoch: epoch, loss: loss, imagesPerSecond: imagesPerSecond,
            secondsLeft: secondsLeft)
    }
}

/// Shows nothing.
public final class SilentReporter: ProgressReporter {
    /// A reporter.
    public init() {}
    public func begin(_ plan: TrainingPlan, from step: Int, in folder: String) {}
    public func advance(_ progress: TrainingProgress) {}
    public func say(_ message: String) {}
    public func end() {}
}
