import Foundation
import JepaCore
import JepaFormats

/// The columns of a table of numbers that a run has written, such as `metrics.csv`.
package struct CurveTable: Sendable {
    /// One figure at one step.
    package struct Point: Equatable, Sendable {
        /// Steps taken.
        package let step: Double
        /// The figure.
        package let value: Double

        /// A point.
        package init(step: Double, value: Double) { (self.step, self.value) = (step, value) }
    }

    /// The names of the figures, in the order of the file.
    package let names: [String]
    private let columns: [String: [Point]]

    /// A table without a row.
    package init() { (names, columns) = ([], [:]) }

    /// Reads a file whose first column is the step; a cell that is empty or no finite number is
    /// left out, and so is a last row without its line break, which was not written to its end.
    ///
    /// - Throws: `file` if there is no such file or its first line does not begin with `step`.
    package init(csv path: String) throws {
        guard let bytes = try File.contents(of: path) else {
            throw PipelineError(.file, "there is no '\(path)'")
        }
        try self.init(text: bytes, path: path)
    }

    /// Reads the contents of such a file.
    init(text bytes: Data, path: String) throws {
        var columns: [[Point]] = []
        var header: [String] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.dropLast().enumerated() {
            let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            if number == 0 {
                header = cells.map { String(decoding: $0, as: UTF8.self) }
                columns = Array(repeating: [], count: header.count)
                continue
            }
            let values = cells.map(Self.number)
            guard let step = values.first ?? nil else { continue }
            for (column, value) in values.enumerated().dropFirst() where column < columns.count {
                if let value, value.isFinite {
                    columns[column].append(Point(step: step, value: value))
                }
            }
        }
        guard header.isEmpty || header[0] == "step" else {
            throw PipelineError(.file, "'\(path)' has no column 'step' in front")
        }
        names = Array(header.dropFirst())
        self.columns = Dictionary(
            zip(names, columns.dropFirst()), uniquingKeysWith: { first, _ in first })
    }

    /// The points of a figure, in the order of the steps; none if there is no such column.
    package subscript(name: String) -> [Point] { columns[name] ?? [] }

    private static func number(_ cell: Data) -> Double? {
        cell.isEmpty ? nil : Double(String(decoding: cell, as: UTF8.self))
    }
}

extension [CurveTable.Point] {
    /// At most so many points, each the mean of the neighbours it stands for.
    func thinned(to limit: Int) -> [CurveTable.Point] {
        guard count > limit else { return self }
        return (0..<limit).map { part in
            let own = self[part * count / limit..<(part + 1) * count / limit]
            let size = Double(own.count)
            return CurveTable.Point(
                step: own.reduce(0) { $0 + $1.step } / size,
                value: own.reduce(0) { $0 + $1.value } / size)
        }
    }
}
