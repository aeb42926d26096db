import Foundation
package import JepaCore
import JepaFormats

/// Rows of numbers that grow at the end, as JSON lines and as CSV beside each other.
///
/// The first column is `step`, the number of steps taken. A figure that appears later than the
/// first row gets a column at the right end; rows without it are shorter.
package final class MetricsTable {
    private let jsonFile: String
    private let tableFile: String
    private var columns: [String] = []
    private var json: CInt = -1
    private var table: CInt = -1

    /// Opens a table.
    ///
    /// - Parameters:
    ///   - path: The two files without their endings.
    ///   - steps: The rows to keep: those of no more steps than this. A row that a killed process
    ///     left incomplete goes, too.
    package init(_ path: String, keeping steps: Int) throws {
        (jsonFile, tableFile) = (path + ".jsonl", path + ".csv")
        try Self.cut(jsonFile) { Self.number(in: $0.dropFirst(#"{"step":"#.count)) <= steps }
        try Self.cut(tableFile) { $0.hasPrefix("step") || Self.number(in: $0) <= steps }
        let header = try File.text(of: tableFile)?.prefix { $0 != "\n" }
        columns = header?.split(separator: ",").map(String.init) ?? []
        try open()
    }

    deinit { close() }

    /// Adds a row.
    package func append(step: Int, _ figures: [Figure]) throws {
        let row = [Figure("step", Double(step))] + figures
        let missing = row.map(\.name).filter { !columns.contains($0) }
        if !missing.isEmpty { try addColumns(missing) }
        let pairs = row.map { "\"\($0.name)\":\($0.value.isFinite ? shortest($0.value) : "null")" }
        try write("{\(pairs.joined(separator: ","))}\n", to: json, jsonFile)
        let values = Dictionary(
            row.map { ($0.name, shortest($0.value)) }, uniquingKeysWith: { _, last in last })
        let cells = columns.map { values[$0] ?? "" }
        try write(cells.joined(separator: ",") + "\n", to: table, tableFile)
    }

    /// Makes the rows last.
    package func sync() throws {
        guard fsync(json) == 0, fsync(table) == 0 else {
            throw PipelineError.refused("sync", jsonFile)
        }
    }

    private func addColumns(_ names: [String]) throws {
        columns += names
        close()
        let header = columns.joined(separator: ",") + "\n"
        let old = try File.text(of: tableFile) ?? ""
        let rows = old.drop { $0 != "\n" }.dropFirst()
        try AtomicFile.write(header + rows, to: tableFile)
        try open()
    }

    private func open() throws {
        json = Glibc.open(jsonFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard json >= 0 else { throw PipelineError.refused("write", jsonFile) }
        table = Glibc.open(tableFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard table >= 0 else { throw PipelineError.refused("write", tableFile) }
    }

    private func close() {
        for file in [json, table] where file >= 0 { Glibc.close(file) }
        (json, table) = (-1, -1)
    }

    private func write(_ line: String, to file: CInt, _ path: String) throws {
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written >= 0 else { throw PipelineError.refused("write", path) }
            rest = rest.dropFirst(written)
        }
    }

    /// Rewrites a file without the lines that are not kept.
    private static func cut(_ path: String, _ isKept: (Substring) -> Bool) throws {
        guard let text = try File.text(of: path) else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // What follows the last line break was not written to its end.
        let kept = lines.dropLast().filter(isKept)
        let result = kept.map { $0 + "\n" }.joined()
        if result != text { try AtomicFile.write(result, to: path) }
    }

    /// The digits a line begins with; a line without any is damaged and too far on to be kept.
    private static func number(in line: Substring) -> Int {
        Int(line.prefix { $0.isNumber }) ?? .max
    }
}
