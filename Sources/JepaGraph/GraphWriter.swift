public import JepaCore

/// Writes a value as YAML that people can read and that reads back as the same value.
///
/// A list or mapping without mappings inside stands on one line if it fits. Whatever a reader of
/// YAML 1.1, such as PyYAML, would take for something else is quoted or written in full.
public enum GraphWriter {
    /// The longest line of a list or mapping in brackets.
    private static let lineLength = 100

    /// The text of a value.
    ///
    /// - Parameter header: Lines that stand above it as comments.
    public static func text(of setting: Setting, header: [String] = []) -> String {
        let comments = header.flatMap {
            $0.split(separator: "\n", omittingEmptySubsequences: false)
        }
        .map { $0.isEmpty ? "#" : "# \($0)" }
        var lines = comments
        switch setting.content {
        case .mapping(let entries) where !entries.isEmpty:
            appendMapping(entries, indent: 0, to: &lines)
        case .list(let items) where !items.isEmpty: appendList(items, indent: 0, to: &lines)
        default: lines.append(flow(setting))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Blocks

    private static func appendMapping(
        _ entries: [Setting.Entry], indent: Int, to lines: inout [String]
    ) {
        for entry in entries {
            let key = String(repeating: " ", count: indent) + scalar(entry.key) + ":"
            append(entry.value, after: key, indent: indent + 2, to: &lines)
        }
    }

    private static func appendList(_ items: [Setting], indent: Int, to lines: inout [String]) {
        for item in items {
            let dash = String(repeating: " ", count: indent) + "-"
            append(item, after: dash, indent: indent + 2, to: &lines)
        }
    }

    private static func append(
        _ value: Setting, after start: String, indent: Int, to lines: inout [String]
    ) {
        let line = start + " " + flow(value)
        switch value.content {
        case .mapping(let entries)
        where !entries.isEmpty && (line.count > lineLength || !isFlat(value)):
            lines.append(start)
            appendMapping(entries, indent: indent, to: &lines)
        case .list(let items) where !items.isEmpty && (line.count > lineLength || !isFlat(value)):
            lines.append(start)
            appendList(items, indent: indent, to: &lines)
        default: lines.append(line)
        }
    }

    /// Whether a value reads well on one line: no mapping inside.
    private static func isFlat(_ value: Setting) -> Bool {
        let inner =
            switch value.content {
            case .mapping(let entries): entries.map(\.value)
            case .list(let items): items
            default: [Setting]()
            }
        return inner.allSatisfy { $0.entries == nil && isFlat($0) }
    }

    // MARK: One line

    private static func flow(_ setting: Setting) -> String {
        setting.onOneLine(text: scalar, number: number)
    }

    /// A number with a point, or YAML 1.1 takes `1e-05` for a text.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        let digits = "\(value)"
        guard !digits.contains("."), let exponent = digits.firstIndex(of: "e") else {
            return digits
        }
        return digits[..<exponent] + ".0" + digits[exponent...]
    }

    /// A text, in quotes if anything else could be read from it.
    private static func scalar(_ text: String) -> String {
        let words: Set = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        let isPlain = text.wholeMatch(of: /[A-Za-z_\/][-A-Za-z0-9_.\/+]*( [-A-Za-z0-9_.\/+]+)*/)
        if isPlain != nil, !words.contains(text.lowercased()) { return text }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        default: break
        }
        let isShown =
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
                .surrogate:
                false
            default: true
            }
        if isShown { return String(scalar) }
        let width = scalar.value <= 0xFFFF ? 4 : 8
        return (width == 4 ? "\\u" : "\\U")
            + zeroPadded(scalar.value, digits: width, radix: 16, uppercase: true)
    }
}
