import JepaCore

/// Says now and then how far the training of a probe is.
struct StepProgress {
    private let words: String
    private let total: Int
    private var clock = ProgressClock()
    private var done = 0

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
        guard let rest = clock.rest(done, of: total) else { return }
        JepaPipe.report(
            "\(words): step \(grouped(done)) of \(grouped(total)), loss "
                + "\(decimal(Double(loss), 3)), \(rest) left")
    }
}
