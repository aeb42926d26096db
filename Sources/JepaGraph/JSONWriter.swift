public import JepaCore

/// Writes a value as JSON, its keys in their order, short values on one line.
public enum JSONWriter {
    /// The longest line of a list or mapping in brackets.
    private static let lineLength = 100

    /// The text of a value, which must not hold numbers that are not finite.
    public static func text(of setting: Setting) -> String {
        lines(of: setting, indent: 0, room: lineLength).joined(separator: "\n") + "\n"
    }

    /// The lines of a value; the first one has no indent.
    private static func lines(of setting: Setting, indent: Int, room: Int) -> [String] {
        let flat = flow(setting)
        let children: [(key: String, value: Setting)]
        let brackets: (String, String)
        switch setting.content {
        case .mapping(let entries) where !entries.isEmpty:
            // A mapping within a mapping reads badly on one line, except the smallest.
            if flat.count <= room, entries.count == 1 || entries.allSatisfy({ $0.value.isScalar }) {
                return [flat]
            }
            children = entries.map { (quoted($0.key) + ": ", $0.value) }
            brackets = ("{", "}")
        case .list(let items) where !items.isEmpty:
            if flat.count <= room { return [flat] }
            children = items.map { ("", $0) }
            brackets = ("[", "]")
        default: return [flat]
        }
        let space = String(repeating: " ", count: indent + 2)
        var lines = [brackets.0]
        for (index, child) in children.enumerated() {
            var inner = Self.lines(
                of: child.value, indent: indent + 2,
                room: lineLength - indent - 2 - child.key.count)
            inner[0] = space + child.key + inner[0]
            if index < children.count - 1 { inner[inner.count - 1] += "," }
            lines += inner
        }
        return lines + [String(repeating: " ", count: indent) + brackets.1]
    }

    private static func flow(_ setting: Setting) -> String {
        setting.onOneLine(text: quoted, number: number)
    }

    private static func number(_ value: Double) -> String {
        precondition(value.isFinite, "JSON has no number \(value)")
        return shortest(value)
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"": return "\\\""
            case "\\": return "\\\\"
            case "\n": return "\\n"
            case "\t": return "\\t"
            case "\r": return "\\r"
            case _ where scalar.value < 0x20:
                return "\\u" + zeroPadded(scalar.value, digits: 4, radix: 16)
            default: return String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}

extension Setting {
    fileprivate var isScalar: Bool {
        switch content {
        case .list, .mapping: false
        default: true
        }
    }
}
