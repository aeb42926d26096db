import JepaCore

/// The row of one step in `metrics.jsonl`.
struct StepRow {
    /// Steps taken, this one included.
    let step: Int
    /// Everything else, in the order of the columns.
    let figures: [Figure]

    /// The row of a step.
    ///
    /// - Parameters:
    ///   - step: Steps taken, this one included.
    ///   - loading: Seconds spent waiting for the batch.
    ///   - seconds: Seconds of the whole step.
    init(_ result: StepResult, step: Int, _ plan: TrainingPlan, loading: Double, seconds: Double) {
        self.step = step
        var row = [
            Figure("epoch", Double(plan.epoch(of: step - 1) + 1)), Figure("loss", result.loss),
        ]
        row += result.losses.map { Figure("loss.\($0.name)", $0.value) }
        row += Self.unique(result.figures)
        row += [
            Figure("gradient_norm", result.gradientNorm),
            Figure("context_patches", Double(result.contextPatches)),
            Figure("target_patches", Double(result.targetPatches)),
            Figure("images_per_second", Self.rounded(Double(plan.batchSize) / seconds)),
            Figure("step_ms", Self.rounded(seconds * 1000)),
            Figure("loading_ms", Self.rounded(loading * 1000)),
        ]
        row += result.phases.map { Figure("\($0.name)_ms", Self.rounded($0.value * 1000)) }
        row.append(Figure("peak_mib", Machine.peakMemory.rounded()))
        figures = row
    }

    /// The figures, with a number behind a name that several stages use.
    private static func unique(_ figures: [Figure]) -> [Figure] {
        var seen: [String: Int] = [:]
        return figures.map { figure in
            let count = seen[figure.name, default: 0] + 1
            seen[figure.name] = count
            return count == 1 ? figure : Figure("\(figure.name)_\(count)", figure.value)
        }
    }

    /// Three digits behind the point: times are not known better.
    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
