import Foundation

/// A value as JSON whose keys are in order, so that equal values have equal texts.
///
/// - Parameter isPretty: Whether it is laid out in lines, for people.
package func jsonText(_ value: some Encodable, isPretty: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
