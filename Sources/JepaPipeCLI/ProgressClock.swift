/// Tells now and then how long something will still take.
struct ProgressClock {
    /// Seconds between two lines.
    private static let interval = 5.0

    private let start = ContinuousClock.now
    private var reported = 0.0

    /// The time that is left, if it is time to tell and there is something left.
    mutating func rest(_ done: Int, of count: Int) -> String? {
        let seconds = start.duration(to: .now) / .seconds(1)
        guard seconds - reported >= Self.interval, done > 0, done < count else { return nil }
        reported = seconds
        return Quantities.duration(seconds / Double(done) * Double(count - done))
    }
}
