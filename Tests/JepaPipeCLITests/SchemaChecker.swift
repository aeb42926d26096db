import JepaCore

/// Checks a value against a JSON Schema of draft 7, as far as the schema of graph files uses it.
struct SchemaChecker {
    let root: Setting

    /// What does not fit, each with its path; empty if everything does.
    func mistakes(in value: Setting) -> [String] { mistakes(in: value, root, at: "") }

    private func mistakes(in value: Setting, _ schema: Setting, at path: String) -> [String] {
        if case .boolean(let isAllowed) = schema.content {
            return isAllowed ? [] : ["\(path): not allowed"]
        }
        return (schema.entries ?? []).flatMap { rule in
            mistakes(in: value, rule.key, rule.value, schema, at: path)
        }
    }

    private func mistakes(
        in value: Setting, _ rule: String, _ expected: Setting, _ schema: Setting, at path: String
    ) -> [String] {
        func fails(_ isWrong: Bool) -> [String] { isWrong ? ["\(path): \(rule)"] : [] }
        switch rule {
        case "$schema", "title", "description", "default", "definitions", "enumDescriptions",
            "then":
            return []
        case "$ref":
            let name = String((expected.text ?? "").split(separator: "/").last ?? "")
            guard let target = root["definitions"]?[name] else { return ["\(path): no \(name)"] }
            return mistakes(in: value, target, at: path)
        case "type": return fails(!value.isOf(type: expected.text ?? ""))
        case "const": return fails(value.text != expected.text)
        case "enum": return fails(!expected.items.contains { $0.text == value.text })
        case "minimum": return fails(value.real.map { $0 < expected.real ?? 0 } ?? false)
        case "maximum": return fails(value.real.map { $0 > expected.real ?? 0 } ?? false)
        case "minLength": return fails(value.text?.isEmpty ?? false)
        case "pattern":
            let pattern = try? Regex(expected.text ?? "")
            return fails(
                value.text.map { text in
                    pattern.map { text.firstMatch(of: $0) == nil } ?? true
                } ?? false)
        case "minItems":
            return fails(value.isList && Double(value.items.count) < expected.real ?? 0)
        case "maxItems":
            return fails(value.isList && Double(value.items.count) > expected.real ?? 0)
        case "minProperties":
            return fails(value.entries.map { Double($0.count) < expected.real ?? 0 } ?? false)
        case "maxProperties":
            return fails(value.entries.map { Double($0.count) > expected.real ?? 0 } ?? false)
        case "required":
            guard value.entries != nil else { return [] }
            return expected.items.compactMap(\.text).filter { value[$0] == nil }
                .map { "\(path): '\($0)' is missing" }
        case "items":
            return value.items.enumerated().flatMap {
                mistakes(in: $0.element, expected, at: "\(path)[\($0.offset)]")
            }
        case "properties":
            return (value.entries ?? []).flatMap { entry in
                expected[entry.key].map {
                    mistakes(in: entry.value, $0, at: "\(path)/\(entry.key)")
                } ?? []
            }
        case "additionalProperties":
            return (value.entries ?? []).filter { schema["properties"]?[$0.key] == nil }
                .flatMap { mistakes(in: $0.value, expected, at: "\(path)/\($0.key)") }
        case "propertyNames":
            return (value.entries ?? []).flatMap {
                mistakes(in: Setting(.text($0.key)), expected, at: "\(path)/\($0.key)")
            }
        case "allOf": return expected.items.flatMap { mistakes(in: value, $0, at: path) }
        case "anyOf":
            return fails(!expected.items.contains { mistakes(in: value, $0, at: path).isEmpty })
        case "if":
            guard let then = schema["then"], mistakes(in: value, expected, at: path).isEmpty
            else { return [] }
            return mistakes(in: value, then, at: path)
        default: return ["\(path): the checker does not know '\(rule)'"]
        }
    }
}

extension Setting {
    fileprivate var text: String? {
        if case .text(let text) = content { return text }
        return nil
    }

    fileprivate var real: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    fileprivate var items: [Setting] {
        if case .list(let items) = content { return items }
        return []
    }

    fileprivate var isList: Bool {
        if case .list = content { return true }
        return false
    }

    fileprivate func isOf(type: String) -> Bool {
        switch (content, type) {
        case (.text, "string"), (.boolean, "boolean"), (.integer, "integer"), (.integer, "number"),
            (.real, "number"), (.list, "array"), (.mapping, "object"), (.null, "null"):
            true
        case (.real(let value), "integer"): value == value.rounded()
        default: false
        }
    }
}
