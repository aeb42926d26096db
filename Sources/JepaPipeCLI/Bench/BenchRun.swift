import JepaTensor

/// Some steps one after the other, and what the machine could do at that time.
struct BenchRun {
    /// The steps that count, in their order.
    let steps: [BenchStep]
    /// Operations per second of matrix products with this package's kernel; nil where it has none.
    let ownCeiling: Double?
    /// The same with OpenBLAS.
    let blasCeiling: Double

    /// Takes steps and measures products once they are done.
    ///
    /// - Parameter watch: Gets every step, and whether it only warms up.
    init(
        _ session: BenchSession, _ work: [BenchWork], warmUp: Int,
        watch: (BenchStep, _ warmsUp: Bool) -> Void
    ) throws {
        var steps: [BenchStep] = []
        for (index, item) in work.enumerated() {
            let step = try session.take(item)
            watch(step, index < warmUp)
            if index >= warmUp { steps.append(step) }
        }
        self.steps = steps
        ownCeiling =
            MatrixProduct.Kernel.ownIsBuilt ? ProductRate.measured(with: .own) : nil
        blasCeiling = ProductRate.measured(with: .openBLAS)
    }

    /// Operations per second of the faster matrix products.
    var ceiling: Double { max(ownCeiling ?? 0, blasCeiling) }

    /// The seconds of the steps.
    var seconds: Spread { Spread(steps.map(\.seconds)) }

    /// Operations per second of all steps together.
    var rate: Double {
        steps.reduce(0) { $0 + $1.operations } / steps.reduce(0) { $0 + $1.seconds }
    }
}
