/// How fast training goes lately: a mean over the steps in which the last ones weigh most.
struct Pace {
    private var total = 0.0
    private var weight = 0.0

    /// Takes in the duration of a step, in seconds.
    mutating func add(_ seconds: Double) {
        // The first steps count fully, and later ones fade with a half-life of some 14 steps.
        let memory = 0.95
        total = total * memory + seconds
        weight = weight * memory + 1
    }

    /// Seconds per step; 0 before the first.
    var secondsPerStep: Double { weight > 0 ? total / weight : 0 }
}
