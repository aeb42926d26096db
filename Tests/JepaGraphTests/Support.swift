import JepaCore
import JepaGraph
import Testing

/// The text a reader's error is shown as; fails the test if there was none.
func message(_ body: () throws -> some Any) -> String {
    do {
        return "no error, but \(try body())"
    } catch let errors as PipelineErrors {
        return errors.description
    } catch {
        return "an error of another type: \(error)"
    }
}

/// A setting without its places, as compact text: types show.
func compact(_ setting: Setting) -> String {
    switch setting.content {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .real(let value): "real(\(value))"
    case .text(let value): value.debugDescription
    case .list(let items): "[" + items.map(compact).joined(separator: ", ") + "]"
    case .mapping(let entries):
        "{" + entries.map { "\($0.key): \(compact($0.value))" }.joined(separator: ", ") + "}"
    }
}

/// A case of a table, shown by its name.
struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let expected: String

    init(_ name: String, _ text: String, _ expected: String) {
        self.name = name
        self.text = text
        self.expected = expected
    }

    var testDescription: String { name }
}
