import Foundation
import JepaCore

/// Text that is safe inside of HTML.
enum HTML {
    /// The text with everything replaced that HTML would take for markup.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A table in a frame that scrolls where the window is narrow; cells are HTML.
    static func table(_ header: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\($0)</\(tag)>" }.joined() + "</tr>"
        }
        return "<div class=\"scroll\"><table><thead>\(row(header, "th"))</thead><tbody>"
            + rows.map { row($0, "td") }.joined(separator: "\n") + "</tbody></table></div>"
    }

    /// A file as an address that needs no file.
    static func address(of data: Data, type: String) -> String {
        "data:\(type);base64," + data.base64EncodedString()
    }

    /// A number with as many digits as people read: `0.441`, `67.0`, `1.2e-05`.
    ///
    /// It is rounded as in the sentences of verdicts, which quote the same figures.
    static func number(_ value: Double) -> String {
        let size = abs(value)
        if value == 0 { return "0" }
        if size < 0.001 || size >= 1e6 { return String(format: "%.1e", value) }
        let digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
        return decimal(value, digits)
    }
}
