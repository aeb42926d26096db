public import JepaCore

/// What a run came to.
public struct TrainingOutcome: Sendable {
    /// The signal that interrupted it; nil if it went to its end.
    public let signal: Int32?
    /// Whether anything was left to do; nothing is if a run goes on that went to its end.
    public let isNew: Bool
    /// Steps taken.
    public let step: Int
    /// The features before any training, if they were looked at.
    public let untrained: MonitorReading?
    /// The features at the newest look, which is the one after the last step if the run went to
    /// its end.
    public let latest: MonitorReading?
    /// What the figures say; nil if nothing was looked at.
    public let verdict: Verdict?
    /// What of the data could not be used.
    public let rejected: [RejectedSample]
    /// What of the data is damaged and was used as far as it could be read.
    public let repaired: [RejectedSample]
    /// What `summary.json` holds.
    let summary: RunSummary
    /// The last lines of the run: what was learnt, and where everything is.
    public let text: String

    /// The status the program ends with: 0, or 128 + signal.
    public var exitStatus: Int32 { signal.map { 128 + $0 } ?? 0 }

    init(
        _ state: TrainingState, _ plan: TrainingPlan, _ verdict: Verdict?, folder: String,
        signal: Int32?, isNew: Bool, resumeCommand: String, rejected: [RejectedSample],
        repaired: [RejectedSample]
    ) {
        (self.signal, self.isNew, self.verdict) = (signal, isNew, verdict)
        (self.rejected, self.repaired) = (rejected, repaired)
        step = state.step
        (untrained, latest) = (state.untrained, state.latest)
        summary = RunSummary(
            steps: state.step, epochs: Double(state.step) / Double(plan.stepsPerEpoch),
            seconds: state.seconds,
            imagesPerSecond: Double(state.step * plan.batchSize) / max(state.seconds, 1e-9),
            firstLoss: state.firstLoss, lastLoss: state.lastLoss, untrained: state.untrained,
            trained: state.latest, best: state.best, verdict: verdict,
            monitorSeconds: state.monitorSeconds,
            peakMemory: state.peakMemory ?? Machine.peakMemory,
            rejected: rejected.map { [$0.name, $0.reason] },
            repaired: repaired.map { [$0.name, $0.reason] })
        text = Self.lines(
            state, plan, summary, folder: folder, signal: signal, resumeCommand: resumeCommand
        ).joined(separator: "\n")
    }

    private static func images(_ count: Int) -> String { "\(count) image\(count == 1 ? "" : "s")" }

    private static func lines(
        _ state: TrainingState, _ plan: TrainingPlan, _ summary: RunSummary, folder: String,
        signal: Int32?, resumeCommand: String
    ) -> [String] {
        var lines: [String] = []
        // A run that was stopped before the second look has nothing to compare.
        if let latest = state.latest, signal == nil || latest.step > 0 {
            lines.append(MonitorTable.text(untrained: state.untrained, now: latest))
        }
        if let first = state.firstLoss, let last = state.lastLoss {
            lines.append("loss \(decimal(first, 4)) -> \(decimal(last, 4)) (first -> last step)")
        }
        if !summary.rejected.isEmpty {
            lines.append("\(images(summary.rejected.count)) could not be used.")
        }
        if let repaired = summary.repaired, let first = repaired.first {
            lines.append(
                "\(images(repaired.count)) damaged and used as far as readable, such as "
                    + "'\(first[0])': \(first[1])")
        }
        let time = ConsoleReporter.clock(state.seconds)
        if signal == nil {
            lines.append(
                "\(state.step) steps in \(time), \(decimal(summary.imagesPerSecond, 0)) images/s, "
                    + "peak memory \(decimal(summary.peakMemory, 0)) MiB")
            if let seconds = summary.monitorSeconds, seconds > 0 {
                lines.append(
                    "Looking at the features took \(ConsoleReporter.clock(seconds)), "
                        + "\(percent(seconds / (seconds + state.seconds), 1)) of the time.")
            }
            lines += summary.verdict?.lines ?? []
            lines.append("Everything is in \(folder)")
        } else {
            lines.append("Stopped after step \(state.step) of \(plan.steps), and saved. To go on:")
            lines.append("  " + resumeCommand)
        }
        return lines
    }
}

/// What came out of a run: what `summary.json` holds.
package struct RunSummary: Codable, Equatable, Sendable {
    /// Steps taken.
    package let steps: Int
    /// The same in epochs.
    package let epochs: Double
    /// Seconds spent in steps, over all sessions.
    package let seconds: Double
    package let imagesPerSecond: Double
    let firstLoss: Double?
    let lastLoss: Double?
    /// The features before any training.
    package let untrained: MonitorReading?
    /// The features at the newest look.
    package let trained: MonitorReading?
    let best: TrainingState.BestValue?
    /// What the figures say; nil if nothing was looked at.
    package let verdict: Verdict?
    /// Seconds spent looking at the features, over all sessions.
    package let monitorSeconds: Double?
    /// In MiB.
    package let peakMemory: Double
    /// Name and reason of each image that could not be used.
    package let rejected: [[String]]
    /// Name and reason of each that is damaged; nil in summaries written before they were counted.
    package let repaired: [[String]]?
}
