import Foundation
import JepaCore

/// Shows progress as text: on a terminal a bar in one line that is drawn over and over, elsewhere
/// a line now and then.
public final class ConsoleReporter: ProgressReporter {
    private let isTerminal: Bool
    private let interval: Double
    private let width: () -> Int
    private let now: () -> Double
    private let write: (String) -> Void
    private var lastShown = -Double.infinity
    private var bar: String?
    /// What stands before and behind every line of progress, for one run of several.
    package var surroundings = (before: "", after: "")

    /// Seconds between two drawings of the bar.
    private static let refresh = 0.1

    /// A reporter for the standard error of this process.
    ///
    /// - Parameter interval: Seconds between two lines where that is no terminal.
    public convenience init(interval: Double) {
        let start = ContinuousClock.now
        self.init(
            isTerminal: isatty(STDERR_FILENO) == 1, interval: interval,
            width: Self.terminalWidth,
            now: { start.duration(to: .now) / .seconds(1) },
            // A terminal that has been closed is no reason to lose what has been learnt.
            write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })
    }

    /// A reporter with its surroundings handed in.
    package init(
        isTerminal: Bool, interval: Double, width: @escaping () -> Int = { 80 },
        now: @escaping () -> Double, write: @escaping (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.interval = interval
        self.width = width
        self.now = now
        self.write = write
    }

    public func begin(_ plan: TrainingPlan, from step: Int, in folder: String) {
        let span = "\(plan.steps) steps of \(plan.batchSize) images"
        let epochs = shortest((plan.epochs * 100).rounded() / 100)
        say(
            step == 0
                ? "training for \(span) (epochs of \(plan.images) images: \(epochs)) into \(folder)"
                : "going on after step \(step) of \(span) in \(folder)")
    }

    public func advance(_ progress: TrainingProgress) {
        let time = now()
        let isLast = progress.step == progress.steps
        guard isLast || time - lastShown >= (isTerminal ? Self.refresh : interval) else { return }
        lastShown = time
        guard isTerminal else {
            write(surroundings.before + Self.line(progress) + surroundings.after + "\n")
            return
        }
        let bar = Self.bar(progress, width: width(), surroundings)
        self.bar = bar
        write("\r\(bar)\u{1B}[K")
    }

    public func say(_ message: String) {
        if bar != nil { write("\r\u{1B}[K") }
        write(message + "\n")
        if let bar { write(bar) }
    }

    public func end() {
        if bar != nil { write("\n") }
        bar = nil
    }

    /// `step 120/400  epoch 3  loss 0.3124  118 images/s  2:10 left  k-NN .441 (untrained .312)`
    ///
    /// - Parameter digits: Columns to set the step in.
    static func line(_ progress: TrainingProgress, digits: Int = 0) -> String {
        let step = String(progress.step)
        let padding = String(repeating: " ", count: max(0, digits - step.count))
        return "step \(padding)\(step)/\(progress.steps)  epoch \(progress.epoch)  "
            + "loss \(decimal(progress.loss, 4))  \(rate(progress.imagesPerSecond)) images/s  "
            + "\(clock(progress.secondsLeft)) left"
            + (progress.learning.isEmpty ? "" : "  \(progress.learning)")
    }

    /// The line with a bar before it, as far as both fit in so many columns. What was learnt comes
    /// before the bar: the bar only repeats the step.
    package static func bar(
        _ progress: TrainingProgress, width: Int,
        _ surroundings: (before: String, after: String) = ("", "")
    ) -> String {
        // A bar that does not jump when the step gets another digit.
        let digits = String(progress.steps).count
        let full = surroundings.before + line(progress, digits: digits) + surroundings.after
        let short =
            surroundings.before + line(progress.withoutLearning, digits: digits)
            + surroundings.after
        let text = full.count < width ? full : short
        let room = min(30, width - text.count - 4)
        guard room >= 5 else { return String(text.prefix(max(0, width - 1))) }
        let filled = room * progress.step / max(progress.steps, 1)
        return "[" + String(repeating: "=", count: filled)
            + String(repeating: " ", count: room - filled) + "] " + text
    }

    /// `2:05`, or `3:02:05` from an hour on.
    package static func clock(_ seconds: Double) -> String {
        let total = seconds.isFinite ? Int(min(seconds, 3.6e9).rounded()) : 0
        let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    private static func rate(_ value: Double) -> String { decimal(value, value < 10 ? 1 : 0) }

    private static func terminalWidth() -> Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }
}
