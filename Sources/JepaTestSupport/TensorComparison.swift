public import JepaTensor
public import Testing

/// How far two numbers may be apart.
public enum Tolerance: Sendable {
    /// In units of the numbers themselves.
    case absolute(Double)
    /// In units of the largest expected magnitude of the whole tensor: the error of a sum scales
    /// with its largest terms, not with the entry that is left of them.
    case ofLargest(Double)

    /// The distance allowed for these expected elements.
    func distance(for expected: [Float]) -> Double {
        switch self {
        case .absolute(let distance): distance
        case .ofLargest(let share): share * expected.reduce(0) { max($0, Double(abs($1))) }
        }
    }
}

/// Expects a tensor to have this shape and, within `tolerance`, these elements.
///
/// Records one issue at the caller: the shapes if they differ, otherwise the entry that is
/// farthest off, with its index and both numbers. Two NaN are equal, one is an infinite distance.
public func expectEqual(
    _ actual: Tensor, _ expected: Tensor, _ tolerance: Tolerance, _ name: String = "tensor",
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record(
            "\(name) has the shape \(actual.shape), expected \(expected.shape)",
            sourceLocation: sourceLocation)
        return
    }
    let (found, wanted) = (actual.elements, expected.elements)
    let allowed = tolerance.distance(for: wanted)
    var (worst, distance) = (0, -1.0)
    var exceeding = 0
    for index in 0..<found.count {
        let d = apart(found[index], wanted[index])
        if d > allowed { exceeding += 1 }
        if d > distance { (worst, distance) = (index, d) }
    }
    guard exceeding > 0 else { return }
    Issue.record(
        """
        \(name) differs in \(exceeding) of \(found.count) entries by more than \(allowed); the \
        farthest is \(position(worst, in: actual.shape)): \(found[worst]), expected \(wanted[worst])
        """, sourceLocation: sourceLocation)
}

/// The same for elements given as an array in row-major order.
public func expectEqual(
    _ actual: Tensor, _ expected: [Double], shape: [Int], _ tolerance: Tolerance,
    _ name: String = "tensor", sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    expectEqual(
        actual, Tensor(expected.map { Float($0) }, shape: shape), tolerance, name,
        sourceLocation: sourceLocation)
}

private func apart(_ a: Float, _ b: Float) -> Double {
    if a == b || (a.isNaN && b.isNaN) { return 0 }
    let distance = abs(Double(a) - Double(b))
    return distance.isNaN ? .infinity : distance
}

/// The index of a row-major position along every axis, as `[1, 0, 3]`.
func position(_ offset: Int, in shape: [Int]) -> [Int] {
    var (rest, index) = (offset, [Int]())
    for length in shape.reversed() {
        index.append(rest % max(length, 1))
        rest /= max(length, 1)
    }
    return index.reversed()
}
