import JepaCore

/// A measurement as text.
struct BenchReport {
    private let result: BenchResult

    init(_ result: BenchResult) { self.result = result }

    /// The lines of the report.
    var lines: [String] {
        [heading, imagesLine, workLine] + [""] + stepLines + [""] + speedLines + memoryLines
            + comparisonLines
    }

    private var heading: String {
        let parts = result.microBatch.map { ", \($0) at a time" } ?? ""
        return "Pipeline '\(result.pipeline)': "
            + "\(Quantities.count(result.batchSize, "image")) a step\(parts), "
            + "\(Quantities.count(result.threads, "thread")) with \(result.instructions)"
    }

    private var imagesLine: String {
        guard let reason = result.randomImages else { return row("images", "those of the graph") }
        return row("images", "random numbers of the same shape: \(reason)")
    }

    private var workLine: String {
        row(
            "work",
            "\(Quantities.billions(result.operationsPerImage)) GFLOP an image by the plain "
                + "arithmetic; \(tenths(result.contextPatches)) patches of context and "
                + "\(tenths(result.targetPatches)) of each target on average")
    }

    private var stepLines: [String] {
        var table = TextTable(
            [.left, .right, .right, .right, .right],
            headings: ["ms, of \(result.steps) steps", "median", "min", "max", "share"])
        let whole = result.stepSeconds.median
        for phase in result.phases {
            table.add(cells(phase.name, phase.seconds, of: whole))
        }
        table.add(cells("step", result.stepSeconds, of: whole))
        return table.lines
    }

    private func cells(_ name: String, _ seconds: Spread, of whole: Double) -> [String] {
        [name] + [seconds.median, seconds.lowest, seconds.highest].map { tenths($0 * 1000) }
            + [percent(seconds.median / whole)]
    }

    private var speedLines: [String] {
        let speed = result.imagesPerSecond
        let ceiling = max(result.ceiling.own ?? 0, result.ceiling.openblas)
        let own = result.ceiling.own.map { "own kernel \(Quantities.billions($0)), " } ?? ""
        return [
            row("speed", "\(digits(speed.median)) images/s (\(range(speed, digits)))"),
            row(
                "rate",
                "\(Quantities.billions(result.operationsPerSecond.median)) GFLOP/s, "
                    + "\(percent(result.shareOfCeiling.median)) of the "
                    + "\(Quantities.billions(ceiling)) GFLOP/s that matrix products reach "
                    + "(\(own)OpenBLAS \(Quantities.billions(result.ceiling.openblas)))"),
        ]
            + (result.startUpSeconds.map { [row("start-up", seconds($0) + " to the first step")] }
                ?? [])
            + (result.loading.map { loading in
                [
                    row(
                        "loading",
                        "\(decimal(loading.secondsPerImage * 1000, 2)) ms of a core for an image, "
                            + "\(percent(loading.share, 1)) of all cores' time")
                ]
            } ?? [])
    }

    private var memoryLines: [String] {
        let ratio = Double(result.peakBytes) / Double(max(result.stateBytes, 1))
        return [
            row(
                "memory",
                "\(Quantities.bytes(result.peakBytes)) at the peak, "
                    + "\(decimal(ratio, 2)) times the \(Quantities.bytes(result.stateBytes)) of "
                    + "weights, gradients and moments"),
            row(
                "requests",
                "\(Int(result.pageFaults.median)) page faults a step "
                    + "(\(range(result.pageFaults) { "\(Int($0))" })), "
                    + "\(result.allocationsAfterSecondStep) blocks from the system after step 2"),
        ]
            + (result.othersShare.map { others in
                [row("disturbance", "other programs used \(percent(others)) of the cores")]
            } ?? [])
    }

    private var comparisonLines: [String] {
        guard let peer = result.peer else { return [] }
        var table = TextTable(
            [.left, .right, .right, .right], headings: ["run, images/s", "own", "peer", "ratio"])
        for (index, ratio) in peer.ratios.enumerated() {
            table.add([
                "\(index + 1)", digits(peer.own[index]), digits(peer.peers[index]),
                decimal(ratio, 2),
            ])
        }
        table.add(["medians of all steps", "", "", decimal(peer.ratio, 2)])
        return ["", "peer: \(peer.program)"] + table.lines + [
            row("peer's start", seconds(peer.startUpSeconds) + " to its first line"),
            row("its memory", Quantities.bytes(peer.peakBytes) + " at the peak"),
        ]
    }

    private func row(_ title: String, _ text: String) -> String {
        title + String(repeating: " ", count: max(1, 13 - title.count)) + text
    }

    private func tenths(_ value: Double) -> String { decimal(value, 1) }
    private func seconds(_ value: Double) -> String { decimal(value, 2) + " s" }

    private func range(_ spread: Spread, _ text: (Double) -> String) -> String {
        "\(text(spread.lowest)) to \(text(spread.highest))"
    }

    /// Three digits that count.
    private func digits(_ value: Double) -> String {
        decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)
    }
}
