import Glibc
package import JepaCore

extension PipelineError {
    /// An operation that the system has just refused, with its own words for why.
    package static func refused(
        _ attempt: String, _ path: String, _ code: CInt = errno
    ) -> PipelineError {
        PipelineError(
            .file, "cannot \(attempt) \(quoted(path)): \(String(cString: strerror(code)))")
    }

    /// A file whose contents are not what its kind demands.
    static func damaged(_ file: String, as kind: String, _ reason: String) -> PipelineError {
        PipelineError(.file, "\(quoted(file)) is not a valid \(kind) file: \(reason)")
    }
}

/// A text from a file in quotes, fit for one line: cut when long, with control characters escaped.
package func quoted(_ text: String, limit: Int = 120) -> String {
    // A file decides how long the text is, so only its beginning is looked at.
    let head = text.unicodeScalars.prefix(limit + 1)
    var shown = "'"
    for scalar in head.prefix(limit) {
        let isControl = scalar.properties.generalCategory == .control
        shown += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return shown + (head.count > limit ? "…'" : "'")
}

/// Names for a message: all of a few, the first ones of many.
func listed(_ names: some Collection<String>, limit: Int = 12) -> String {
    let shown = names.prefix(limit).map { quoted($0) }.joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}
