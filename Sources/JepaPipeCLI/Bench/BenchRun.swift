import JepaTensor
import JepaTraining

/// Some steps one after the other, and what the machine could do between them.
struct BenchRun {
    /// The steps that count, in their order.
    let steps: [BenchStep]
    /// Operations per second of matrix products with this package's kernel; nil where it has none.
    let ownCeiling: Double?
    /// The same with OpenBLAS.
    let blasCeiling: Double
    /// The share of all cores that other programs used during the steps; nil if unknown.
    let othersShare: Double?

    /// Takes steps, and measures matrix products after each that counts.
    ///
    /// - Parameter watch: Gets every step, and whether it only warms up.
    init(
        _ session: BenchSession, _ work: [BenchWork], warmUp: Int,
        watch: (BenchStep, _ warmsUp: Bool) -> Void
    ) throws {
        var steps: [BenchStep] = []
        var own = MatrixProduct.Kernel.ownIsBuilt ? ProductRate(.own) : nil
        var blas = ProductRate(.openBLAS)
        let (start, before) = (ContinuousClock.now, ProcessFigures.busySeconds)
        for (index, item) in work.enumerated() {
            let step = try session.take(item)
            watch(step, index < warmUp)
            guard index >= warmUp else { continue }
            steps.append(step)
            own?.measure()
            blas.measure()
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        if let before, let after = ProcessFigures.busySeconds {
            let others = (after.all - before.all) - (after.own - before.own)
            othersShare = max(0, others) / seconds / Double(Machine.current.cores)
        } else {
            othersShare = nil
        }
        self.steps = steps
        ownCeiling = own?.operationsPerSecond
        blasCeiling = blas.operationsPerSecond
    }

    /// Operations per second of the faster matrix products.
    var ceiling: Double { max(ownCeiling ?? 0, blasCeiling) }

    /// The seconds of the steps.
    var seconds: Spread { Spread(steps.map(\.seconds)) }

    /// Operations per second of the median step.
    var rate: Double { Spread(steps.map(\.rate)).median }
}
