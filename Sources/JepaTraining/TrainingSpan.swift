/// A stretch of training, as people state it.
public enum TrainingSpan: Equatable, Sendable {
    /// So many steps.
    case steps(Int)
    /// So many times all images.
    case epochs(Double)

    /// The stretch in steps, rounded to the nearest.
    public func steps(perEpoch: Int) -> Int {
        switch self {
        case .steps(let count): count
        case .epochs(let count): Int((count * Double(perEpoch)).rounded())
        }
    }
}
