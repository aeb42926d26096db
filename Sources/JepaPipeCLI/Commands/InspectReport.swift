import JepaCore
import JepaFormats
package import JepaInterop

/// The contents of a file of tensors as text.
package struct InspectReport {
    /// The lines to show.
    package private(set) var lines: [String]

    /// Longer texts are shown by their beginning.
    private static let longestText = 100

    /// A report.
    ///
    /// - Parameter only: A part of the names of the tensors to list; nil for all.
    package init(_ contents: FileContents, only: String?) {
        lines = ["\(contents.path): \(contents.kind.words)"]
        if contents.file != contents.path { lines[0] += ", of which this is \(contents.file)" }
        let shown = contents.tensors.filter { only.map($0.name.contains) ?? true }
        if !shown.isEmpty {
            var table = TextTable(
                [.left, .right, .left, .right], headings: ["tensor", "shape", "type", "size"])
            for tensor in shown {
                table.add([
                    // An array of numpy has no name of its own.
                    contents.kind == .npy ? "(array)" : Self.plain(tensor.name),
                    tensor.shape.isEmpty
                        ? "scalar" : tensor.shape.map(String.init).joined(separator: "x"),
                    tensor.element.rawValue, Quantities.bytes(tensor.byteCount),
                ])
            }
            lines += [""] + table.lines
        }
        if !contents.values.isEmpty {
            var table = TextTable([.left, .left])
            for (name, value) in contents.values {
                table.add(["  " + Self.plain(name), Self.plain(value)])
            }
            lines += ["", "Beside the tensors:"] + table.lines
        }
        lines += ["", Self.total(of: shown, all: contents.tensors.count)]
    }

    private static func total(of shown: [StoredTensor], all: Int) -> String {
        let elements = shown.reduce(0) { $0 + $1.count }
        let bytes = shown.reduce(0) { $0 + $1.byteCount }
        let types = TensorElement.allCases.compactMap { element -> String? in
            let count = shown.count { $0.element == element }
            return count == 0 ? nil : "\(count) \(element.rawValue)"
        }
        let number = shown.count == all ? "\(all)" : "\(shown.count) of \(all)"
        return "\(number) tensor\(all == 1 ? "" : "s"), \(grouped(elements)) elements, "
            + Quantities.bytes(bytes)
            + (types.isEmpty ? "" : " (\(types.joined(separator: ", ")))")
    }

    /// A text from a file on one line, cut when long, without control characters.
    private static func plain(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(longestText) {
            let isControl = scalar.properties.generalCategory == .control
            shown += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return text.unicodeScalars.count > longestText ? shown + "…" : shown
    }
}
