/// Says now and then how far the training of a probe is.
struct StepProgress {
    private let words: String
    private let total: Int
    private let start = ContinuousClock.now
    private var done = 0
    private var reported = 0.0

    /// Seconds between two lines.
    private static let interval = 5.0

    /// A training of so many steps.
    ///
    /// - Parameter words: What lines begin with.
    init(_ words: String, total: Int) {
        self.words = words
        self.total = total
    }

    /// Counts a step.
    mutating func advance(loss: Float) {
        done += 1
        let seconds = start.duration(to: .now) / .seconds(1)
        guard seconds - reported >= Self.interval, done < total else { return }
        reported = seconds
        let rest = seconds / Double(done) * Double(total - done)
        JepaPipe.report(
            "\(words): step \(Quantities.count(done)) of \(Quantities.count(total)), loss "
                + "\((loss * 1000).rounded() / 1000), \(Quantities.duration(rest)) left")
    }
}
