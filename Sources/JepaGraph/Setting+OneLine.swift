import JepaCore

extension Setting {
    /// The value on one line, lists and mappings in brackets, as YAML and JSON both write it.
    ///
    /// - Parameters:
    ///   - text: How a text or a key is written.
    ///   - number: How a number that is not whole is written.
    func onOneLine(text: (String) -> String, number: (Double) -> String) -> String {
        switch content {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .real(let value): number(value)
        case .text(let value): text(value)
        case .list(let items):
            "[" + items.map { $0.onOneLine(text: text, number: number) }.joined(separator: ", ")
                + "]"
        case .mapping(let entries):
            "{"
                + entries.map {
                    "\(text($0.key)): \($0.value.onOneLine(text: text, number: number))"
                }.joined(separator: ", ") + "}"
        }
    }
}
