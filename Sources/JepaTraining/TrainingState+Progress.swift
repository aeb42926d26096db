import JepaCore

extension TrainingState {
    /// Counts a step.
    mutating func advance(loss: Double, seconds: Double) {
        step += 1
        self.seconds += seconds
        firstLoss = firstLoss ?? loss
        lastLoss = loss
        peakMemory = max(peakMemory ?? 0, Machine.peakMemory)
    }

    /// The features before any training.
    public var untrained: MonitorReading? { readings.first.flatMap { $0.step == 0 ? $0 : nil } }

    /// The features when they were last looked at.
    public var latest: MonitorReading? { readings.last }

    /// Takes in a look at the features, and the seconds it took; the one before any training is
    /// what others are compared with.
    mutating func see(_ reading: MonitorReading, seconds: Double) {
        monitorSeconds += seconds
        readings.append(reading)
        // A checkpoint does not grow without end, and every stretch of the run stays covered.
        if readings.count > 64 {
            readings = readings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        }
    }

    /// Whether the newest look shows a figure of the first encoder higher than ever before; the
    /// state remembers it then.
    mutating func isBest(by figure: CheckpointSettings.BestFigure?) -> Bool {
        guard let figure, let value = latest?.encoders.first?.figure(named: figure.rawValue),
            value > best?.value ?? -.infinity
        else { return false }
        best = BestValue(step: step, value: value)
        return true
    }

    /// The same state of a run that goes on with another origin.
    func moved(to origin: RunOrigin) -> TrainingState {
        var state = TrainingState(origin: origin)
        (state.step, state.seconds) = (step, seconds)
        (state.firstLoss, state.lastLoss) = (firstLoss, lastLoss)
        (state.readings, state.monitorSeconds) = (readings, monitorSeconds)
        (state.given, state.peakMemory, state.best) = (given, peakMemory, best)
        return state
    }

    /// Where training stands, for whoever watches.
    func progress(_ plan: TrainingPlan, _ pace: Pace) -> TrainingProgress {
        TrainingProgress(
            step: step, steps: plan.steps, epoch: plan.epoch(of: step - 1) + 1,
            loss: lastLoss ?? .nan,
            imagesPerSecond: Double(plan.batchSize) / max(pace.secondsPerStep, 1e-9),
            secondsLeft: pace.secondsPerStep * Double(plan.steps - step),
            learning: latest.map { MonitorTable.brief($0, untrained: untrained) } ?? "")
    }
}
