/// Rows of text in columns, for a terminal.
struct TextTable {
    /// Where the text of a column stands.
    enum Alignment { case left, right }

    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table with one alignment per column and, if given, a first row of headings.
    init(_ alignments: [Alignment], headings: [String]? = nil) {
        self.alignments = alignments
        if let headings { rows.append(headings) }
    }

    /// Adds a row; it has as many cells as there are columns.
    mutating func add(_ cells: [String]) {
        precondition(
            cells.count == alignments.count,
            "a row of \(cells.count) cells in a table of \(alignments.count) columns")
        rows.append(cells)
    }

    /// The lines, columns two spaces apart, without spaces at the ends.
    var lines: [String] {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return alignments[column] == .left ? row[column] + padding : padding + row[column]
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
