import CKernels

extension Tape {
    /// The mean over all rows of the cosine of the angle between `a` and `b`.
    ///
    /// Rows are those of the last axis; a norm below 1e-8 counts as 1e-8, so the cosine with a row
    /// of zeros is 0. Summed in float64.
    ///
    /// - Parameters:
    ///   - a: `[..., D]`
    ///   - b: The same shape.
    /// - Returns: A scalar.
    public func cosineSimilarity(_ a: Variable, _ b: Variable) -> Variable {
        precondition(
            a.shape == b.shape && a.value.count > 0, "\(a.shape) has no angles with \(b.shape)")
        let width = a.shape.last ?? 1
        let rows = a.value.count / width
        let (first, second) = (a.value, b.value)
        var angles = [RowAngle](repeating: RowAngle(), count: rows)
        for row in 0..<rows {
            angles[row] = RowAngle(
                first.pointer + row * width, second.pointer + row * width, count: width)
        }
        let total = angles.reduce(0) { $0 + $1.cosine }
        let slots = [a.slot, b.slot]
        let (recallA, recallB, kept) = (a.recall, b.recall, angles)
        let value = Tensor(scalar: Float(total / Double(rows)))
        return record(value, keeps: keeps(a, b)) { gradient in
            let (first, second) = (recallA(), recallB())
            let factor = Double(gradient.scalar) / Double(rows)
            for (slot, isFirst) in zip(slots, [true, false]) {
                guard let slot else { continue }
                let (own, other) = isFirst ? (first, second) : (second, first)
                let passed = Tensor(uninitialized: own.shape)
                for (row, angle) in kept.enumerated() {
                    let place = row * width
                    jk_combine(
                        passed.mutablePointer + place, own.pointer + place, other.pointer + place,
                        -factor * angle.pull(ofFirst: isFirst),
                        factor / (angle.norms.first * angle.norms.second), width)
                }
                slot.accumulate(passed)
            }
        }
    }
}

/// The angle between two vectors.
private struct RowAngle {
    private(set) var cosine = 0.0
    private(set) var norms = (first: 1.0, second: 1.0)
    private static let least = 1e-8

    init() {}

    init(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) {
        var products = [0.0, 0.0, 0.0]
        jk_pair_products(&products, a, b, count)
        norms = (
            max(products[1].squareRoot(), Self.least), max(products[2].squareRoot(), Self.least)
        )
        cosine = products[0] / (norms.first * norms.second)
    }

    /// The factor of a vector in its own derivative, with the sign turned: `cosine / norm^2`; 0
    /// where the norm is held at its least.
    func pull(ofFirst isFirst: Bool) -> Double {
        let norm = isFirst ? norms.first : norms.second
        return norm > Self.least ? cosine / (norm * norm) : 0
    }
}
