import Foundation
import JepaCore
import JepaFormats

/// A table of separated text whose first line names the columns.
///
/// Fields end at commas, or at the semicolons or tabs that spreadsheets of some countries write: at
/// what the first line has most of. They may be quoted, a quote within them doubled; lines end in LF
/// or CRLF, a byte-order mark is skipped. Source: RFC 4180.
struct CSVFile {
    /// The file.
    let path: String
    /// The names of the columns.
    let columns: [String]
    /// The fields of each line below; as many as there are columns.
    let rows: [[String]]

    /// Reads a table.
    ///
    /// - Throws: `file` if it cannot be read, is no UTF-8, has no columns, or a line has another
    ///   number of fields.
    init(path: String) throws {
        self.path = path
        guard let bytes = try File.contents(of: path) else {
            throw PipelineError(.file, "there is no file '\(path)'")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PipelineError(.file, "'\(path)' is no text in UTF-8")
        }
        var records = try Self.records(of: text, path: path)
        guard let head = records.first, head.fields.contains(where: { !$0.isEmpty }) else {
            throw PipelineError(.file, "'\(path)' is empty; its first line names the columns")
        }
        columns = head.fields.map { $0.trimmingCharacters(in: .whitespaces) }
        records.removeFirst()
        records.removeAll { $0.fields == [""] }
        if let odd = records.first(where: { $0.fields.count != head.fields.count }) {
            throw PipelineError(
                .file,
                "'\(path)' has \(odd.fields.count) fields in line \(odd.line), and its first line "
                    + "names \(head.fields.count) columns")
        }
        rows = records.map(\.fields)
    }

    /// The place of a column.
    ///
    /// - Throws: `unknown-name` with the columns there are.
    func column(_ name: String) throws -> Int {
        if let place = columns.firstIndex(of: name) { return place }
        throw PipelineError(
            .unknownName,
            "'\(path)' has no column '\(name)'\(didYouMean(name, among: columns))",
            notes: ["Columns: \(columns.joined(separator: ", "))."])
    }

    /// What stands most often between the names in the first line; a comma if nothing does.
    private static func separator(of line: Substring.UnicodeScalarView) -> Unicode.Scalar {
        let unquoted = line.split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated().filter { $0.offset.isMultiple(of: 2) }.flatMap(\.element)
        let separators: [Unicode.Scalar] = [",", ";", "\t"]
        return separators.max { first, second in
            unquoted.count { $0 == first } < unquoted.count { $0 == second }
        } ?? ","
    }

    private static func records(
        of text: String, path: String
    ) throws -> [(fields: [String], line: Int)] {
        var records: [(fields: [String], line: Int)] = []
        var (fields, field) = ([String](), "")
        var (isQuoted, line, start) = (false, 1, 1)
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{feff}" { scalars.removeFirst() }
        let separator = separator(of: scalars.prefix { $0 != "\n" })
        func finishRecord() {
            fields.append(field)
            records.append((fields, start))
            (fields, field, start) = ([], "", line)
        }
        while let scalar = scalars.popFirst() {
            if scalar == "\n" { line += 1 }
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                field.unicodeScalars.append("\"")
                scalars.removeFirst()
            case "\"" where isQuoted || field.isEmpty: isQuoted.toggle()
            case separator where !isQuoted:
                fields.append(field)
                field = ""
            case "\r" where !isQuoted && scalars.first == "\n": break
            case "\n" where !isQuoted: finishRecord()
            default: field.unicodeScalars.append(scalar)
            }
        }
        guard !isQuoted else {
            throw PipelineError(
                .file, "'\(path)' ends within the quoted field that begins in line \(start)")
        }
        if !field.isEmpty || !fields.isEmpty { finishRecord() }
        return records
    }
}
