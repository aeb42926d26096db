import Foundation

/// The table of a verification.
package struct VerificationReport {
    private let verification: Verification

    package init(_ verification: Verification) { self.verification = verification }

    /// A heading per group, a row per quantity, and the verdict.
    package var lines: [String] {
        var table = TextTable(
            [.left, .right, .right, .left, .left, .left],
            headings: ["quantity", "absolute", "relative", "at", "allowed", ""])
        for group in verification.groups {
            table.add(["", "", "", "", "", ""])
            table.add(["# \(group.title)", "", "", "", "", ""])
            for row in group.rows {
                table.add([
                    row.quantity, Self.number(row.absolute), Self.number(row.relative),
                    row.place.isEmpty ? "" : "\(row.place)", Self.text(row.allowance),
                    Self.verdict(row),
                ])
            }
        }
        return table.lines + ["", verdict]
    }

    private var verdict: String {
        let rows = verification.groups.flatMap(\.rows)
        let wrong = rows.count { !$0.isRight }
        let run = "the \(verification.run.steps.count) steps of '\(verification.run.name)'"
        return wrong == 0
            ? "All \(rows.count) quantities agree: the stages reproduce \(run)."
            : "FAIL: \(wrong) of \(rows.count) quantities differ from \(run)."
    }

    private static func verdict(_ row: Comparison) -> String {
        guard row.isRight else { return "FAIL" }
        return row.noisyEntries == 0 ? "ok" : "ok but for noise: \(row.noisyEntries)"
    }

    private static func number(_ value: Double) -> String {
        value == 0 ? "0" : String(format: "%.1e", value)
    }

    private static func text(_ allowance: Allowance) -> String {
        switch allowance {
        case .absolute(let bound): "\(number(bound)) absolute"
        case .relative(let bound): "\(number(bound)) relative"
        case .exact: "exact"
        }
    }
}
