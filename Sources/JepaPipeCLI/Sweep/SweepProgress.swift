import JepaTraining

/// Shows a run of a sweep like any other, with its number and the time that all runs will take.
final class SweepProgress: ProgressReporter {
    private let console: ConsoleReporter
    private let count: Int
    private var number = 0
    /// Steps of the runs after this one.
    private var laterSteps = 0
    private var stepsDone = 0
    private var secondsDone = 0.0
    /// Seconds per step of the run that is going on.
    private var pace = 0.0

    /// A reporter for so many runs.
    init(_ console: ConsoleReporter, runs count: Int) {
        self.console = console
        self.count = count
    }

    /// Tells which run comes next.
    ///
    /// - Parameters:
    ///   - number: Its place, from 1.
    ///   - laterSteps: Steps of the runs after it.
    func next(_ number: Int, _ run: Sweep.Run, laterSteps: Int) {
        (self.number, self.laterSteps) = (number, laterSteps)
        console.say("run \(number) of \(count): row '\(run.name)', seed \(run.seed)")
    }

    /// Takes in what a run took, to tell how long the others will.
    func finished(steps: Int, seconds: Double) {
        stepsDone += steps
        secondsDone += seconds
    }

    func begin(_ plan: TrainingPlan, from step: Int, in folder: String) {
        console.begin(plan, from: step, in: folder)
    }

    func advance(_ progress: TrainingProgress) {
        let left = progress.steps - progress.step
        if left > 0 { pace = progress.secondsLeft / Double(left) }
        let perStep = stepsDone > 0 ? secondsDone / Double(stepsDone) : pace
        let all = progress.secondsLeft + perStep * Double(laterSteps)
        console.surroundings = (
            before: "run \(number)/\(count)  ", after: ", \(ConsoleReporter.clock(all)) in all"
        )
        console.advance(progress)
    }

    func say(_ message: String) { console.say(message) }

    func end() { console.end() }
}
