/// How a curve is told from others: a colour of the style sheet and a pattern of dashes.
package struct CurveLook: Equatable, Sendable {
    /// Colours that the style sheet has, as `c0` and so on.
    package static let colours = 6
    /// Patterns that it has: the plain line, then `dash1` and so on.
    package static let patterns = 4

    /// The number of the colour.
    package let colour: Int
    /// The number of the pattern; 0 is a plain line.
    package let dashes: Int

    /// The look of a curve: the colour belongs to the run, the dashes to the curve of the run. Runs
    /// behind the sixth have the colours again, with dashes of their own.
    ///
    /// - Parameters:
    ///   - run: The place of the run among `runs`.
    ///   - curve: The place among the curves of the run in the same chart.
    package init(run: Int, of runs: Int, curve: Int = 0) {
        let rounds = max(1, (runs + Self.colours - 1) / Self.colours)
        colour = run % Self.colours
        dashes = (curve * rounds + run / Self.colours) % Self.patterns
    }

    /// The classes of the style sheet.
    var classes: String { dashes == 0 ? "c\(colour)" : "c\(colour) dash\(dashes)" }

    /// What a page of so many runs says of its curves.
    package static func words(runs: Int) -> String {
        let own = "each curve has the colour of its run"
        if runs <= colours { return own }
        let rest =
            runs <= colours * patterns
            ? "" : ", until after \(colours * patterns) runs these, too, come again"
        return "\(own); after \(colours) runs the colours come again with other dashes\(rest)"
    }
}
