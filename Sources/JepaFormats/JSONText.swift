package import Foundation
import JepaCore

/// A value as JSON whose keys are in order, so that equal values have equal texts.
///
/// - Parameter isPretty: Whether it is laid out in lines, for people.
package func jsonText(_ value: some Encodable, isPretty: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A value from JSON that this program wrote.
///
/// - Parameter place: What the text is, as a message begins: `'runs/a/run.json'`.
/// - Throws: `file` if the text is no JSON, or not that of such a value.
package func decodedJSON<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: Data, of place: String
) throws -> Value {
    do {
        return try JSONDecoder().decode(type, from: bytes)
    } catch let error as DecodingError {
        throw PipelineError(.file, "\(place) cannot be read: \(error.reason)")
    }
}

extension DecodingError {
    /// What is wrong, and where, in half a sentence.
    fileprivate var reason: String {
        func name(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "it has no '\(name(context.codingPath + [key]))'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "its '\(name(context.codingPath))' is of another kind"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is no JSON" : "its '\(name(context.codingPath))' means nothing"
        @unknown default: return "it is not what was expected"
        }
    }
}
