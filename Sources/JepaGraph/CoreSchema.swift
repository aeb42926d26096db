import JepaCore

/// YAML 1.2's core schema: which type a word without quotes has.
///
/// `yes`, `no`, `on`, `off`, `1_000`, `1:30` and `0b1` are texts; `1e-3` is a number.
/// Source: YAML 1.2.2, section 10.3.2.
enum CoreSchema {
    /// Why a word has no value.
    enum Failure: Error {
        /// A number that no 64-bit integer or double can hold.
        case tooLarge
    }

    /// The value of a word without quotes.
    static func content(of word: String) throws(Failure) -> Setting.Content {
        switch word {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .real(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .real(-.infinity)
        case ".nan", ".NaN", ".NAN": return .real(.nan)
        default: break
        }
        // Only numbers begin like this, so texts cost nothing.
        guard let first = word.utf8.first, "+-.0123456789".utf8.contains(first) else {
            return .text(word)
        }
        if let value = try integer(word) { return .integer(value) }
        if let value = try real(word) { return .real(value) }
        return .text(word)
    }

    private static func integer(_ word: String) throws(Failure) -> Int? {
        let digits: Substring
        let radix: Int
        if word.wholeMatch(of: /[-+]?[0-9]+/) != nil {
            (digits, radix) = (word[...], 10)
        } else if word.wholeMatch(of: /0o[0-7]+/) != nil {
            (digits, radix) = (word.dropFirst(2), 8)
        } else if word.wholeMatch(of: /0x[0-9a-fA-F]+/) != nil {
            (digits, radix) = (word.dropFirst(2), 16)
        } else {
            return nil
        }
        guard let value = Int(digits, radix: radix) else { throw .tooLarge }
        return value
    }

    private static func real(_ word: String) throws(Failure) -> Double? {
        let form = /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/
        guard word.wholeMatch(of: form) != nil else { return nil }
        guard let value = Double(word), value.isFinite else { throw .tooLarge }
        return value
    }
}
