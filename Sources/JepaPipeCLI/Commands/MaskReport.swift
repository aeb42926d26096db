package import JepaCore

/// The statistics of a masker as text.
package struct MaskReport {
    private let title: String
    private let statistics: MaskStatistics

    /// A report under a title.
    package init(title: String, _ statistics: MaskStatistics) {
        self.title = title
        self.statistics = statistics
    }

    /// The report, ready to print.
    package var lines: [String] {
        let grid = statistics.grid
        let batches =
            statistics.batches == 1 ? "1 batch" : "\(grouped(statistics.batches)) batches"
        let images = Quantities.count(statistics.images / max(1, statistics.batches), "image")
        return [
            title, "grid \(grid) = \(grid.count) patches; \(batches) of \(images)", "",
        ] + summary + [""] + rows + sizes
    }

    private var summary: [String] {
        var table = TextTable(
            [.left, .right, .right, .right], headings: ["", "mean", "std. error", "of the grid"])
        let patches = Double(statistics.grid.count)
        for (name, kept) in [
            ("patches of the context", statistics.contextKept),
            ("patches of a target block", statistics.targetKept),
        ] {
            table.add([
                name, decimal(kept.mean, 2), decimal(kept.standardError, 2),
                percent(kept.mean / patches, 1),
            ])
        }
        let coverage = statistics.targetCoverage
        table.add([
            "patches in any target block", decimal(coverage.mean * patches, 2),
            decimal(coverage.standardError * patches, 2), percent(coverage.mean, 1),
        ])
        for (name, share) in [
            ("context patches that are targets as well", statistics.overlap),
            ("target blocks equal to another of the image", statistics.repeatedTargets),
        ] {
            table.add([name, percent(share.mean, 1), percent(share.standardError, 1), ""])
        }
        return table.lines
    }

    private var rows: [String] {
        var table = TextTable(
            [.right, .right, .right, .right, .left],
            headings: ["row", "context", "a target", "any target", ""])
        for row in 0..<statistics.grid.height {
            let context = statistics.contextByRow[row].mean
            let any = statistics.anyTargetByRow[row].mean
            table.add([
                "\(row)", decimal(context, 3),
                decimal(statistics.targetByRow[row].mean, 3), decimal(any, 3),
                Self.bar(context, any),
            ])
        }
        return ["Probability of a patch to be in it, by row (c context, t any target):"]
            + table.lines
    }

    private var sizes: [String] {
        // Sizes mean something only if all target blocks are rectangles.
        let counted = statistics.targetSizes.values.reduce(0, +)
        guard counted > 0, counted == statistics.batches else { return [] }
        let sorted = statistics.targetSizes.sorted {
            ($0.key.height, $0.key.width) < ($1.key.height, $1.key.width)
        }
        let shares = sorted.map { size, count in
            "\(size) \(percent(Double(count) / Double(statistics.batches), 1))"
        }
        return ["", "Target blocks: " + shares.joined(separator: ", ")]
    }

    /// Two shares as letters on a line of forty; what neither covers stays empty.
    private static func bar(_ context: Double, _ target: Double) -> String {
        let cells = { (share: Double) in Int((share * 40).rounded()) }
        let first = min(cells(context), 40)
        let second = min(cells(target), 40 - first)
        return String(repeating: "c", count: first)
            + String(repeating: ".", count: 40 - first - second)
            + String(repeating: "t", count: second)
    }
}
