import JepaCore

extension RidgeRegression {
    /// The regression whose penalty predicts best what it has not seen, by cross-validation.
    ///
    /// Image `i` belongs to the part that a fixed random order gives it; each part is predicted
    /// from the others. Of equal penalties the stronger one is taken.
    ///
    /// - Parameters:
    ///   - strengths: In rising order, at least one.
    ///   - folds: Parts; as many as images if there are fewer.
    /// - Throws: `data` for fewer than two images or a wrong number of values; `not-finite`.
    /// - Complexity: O(folds n D^2 + folds strengths D^3).
    public init(
        bestFor train: FeatureSet, _ values: [Double], among strengths: [Double], folds: Int = 5
    ) throws {
        try checkValues(values, for: train)
        guard train.count > 1 else {
            throw PipelineError(.data, "found 1 image; cross-validation needs 2 or more")
        }
        let parts = min(folds, train.count)
        var random = StageRandom(seed: 0, purpose: "cross-validation")
        let order = random.permutation(of: train.count)
        var squares = Array(repeating: 0.0, count: strengths.count)
        for part in 0..<parts {
            let kept = order.indices.filter { $0 % parts != part }.map { order[$0] }
            let held = order.indices.filter { $0 % parts == part }.map { order[$0] }
            let problem = RidgeProblem(
                try train.selecting(kept), kept.map { values[$0] }, standardise: true)
            let (asked, answers) = (try train.selecting(held), held.map { values[$0] })
            for (place, strength) in strengths.enumerated() {
                let found = try problem.solve(strength: strength)
                    .evaluate(asked, against: answers)
                squares[place] += found.rmse * found.rmse * Double(held.count)
            }
        }
        let best = squares.indices.reversed().min { squares[$0] < squares[$1] } ?? 0
        try self.init(strength: strengths[best])
    }
}
