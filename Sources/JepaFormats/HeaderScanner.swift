import JepaCore

/// Reads the small text headers of tensor files, byte by byte and without recursion: what a header
/// may contain is known at each place, so a file cannot make the scanner nest or guess.
struct HeaderScanner {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private let file: String
    private let kind: String

    /// A scanner of the header of `file`; `bytes` must outlive it.
    init(_ bytes: UnsafeRawBufferPointer, of file: String, kind: String) {
        self.bytes = bytes
        self.file = file
        self.kind = kind
    }

    /// Whether all bytes but trailing white space have been read.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == bytes.count
    }

    /// Reads one character if it comes next, after white space.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    /// Reads one character that has to come next.
    mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw unexpected("'\(character)'") }
    }

    /// Reads one word that has to be one of a few.
    mutating func word(_ words: [String]) throws -> String {
        skipSpace()
        for word in words where bytes.dropFirst(position).starts(with: word.utf8) {
            position += word.utf8.count
            return word
        }
        throw unexpected(words.joined(separator: " or "))
    }

    /// Reads a whole number of plain digits.
    mutating func integer() throws -> Int {
        skipSpace()
        let first = position
        var value = 0
        while position < bytes.count, let digit = bytes[position].digit {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(digit)
            guard !overflow, !carry else { throw damaged("the number at byte \(first) is too big") }
            value = sum
            position += 1
        }
        guard position > first, position == first + 1 || bytes[first] != UInt8(ascii: "0") else {
            position = first
            throw unexpected("a whole number")
        }
        return value
    }

    /// Reads `(` or `[`, whole numbers with commas between them, and the closing bracket.
    ///
    /// - Parameter trailingComma: whether a comma may stand before the closing bracket.
    mutating func integers(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, atMost limit: Int,
        trailingComma: Bool = false
    ) throws -> [Int] {
        try expect(open)
        var values: [Int] = []
        guard !take(close) else { return values }
        while true {
            guard values.count < limit else {
                throw damaged("the list before byte \(position) has more than \(limit) numbers")
            }
            values.append(try integer())
            if take(close) { return values }
            try expect(",")
            if trailingComma && take(close) { return values }
        }
    }

    /// Reads a text between quotes, with the escapes of JSON.
    mutating func string(quote: Unicode.Scalar = "\"") throws -> String {
        skipSpace()
        let quote = UInt8(ascii: quote)
        guard position < bytes.count, bytes[position] == quote else { throw unexpected("a text") }
        let first = position
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case quote:
                guard let text = String(validating: text, as: UTF8.self) else {
                    throw damaged("the text at byte \(first) is not UTF-8")
                }
                return text
            case 0..<0x20:
                throw damaged("the text at byte \(first) holds the control character \(byte)")
            case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
            default: text.append(byte)
            }
        }
        throw damaged("the text at byte \(first) does not end")
    }

    /// What makes the header invalid.
    func damaged(_ reason: String) -> PipelineError {
        PipelineError.damaged(file, as: kind, "header: \(reason)")
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard position < bytes.count else { throw damaged("the last text ends in an escape") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try codeUnit()
            // Characters beyond 16 bits come as two escapes, the high half first.
            if 0xd800..<0xdc00 ~= code, bytes.dropFirst(position).starts(with: "\\u".utf8) {
                position += 2
                let low = try codeUnit()
                guard 0xdc00..<0xe000 ~= low else { throw loneSurrogate() }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate() }
            return scalar
        default:
            position -= 1
            throw unexpected("an escape of JSON")
        }
    }

    private func loneSurrogate() -> PipelineError {
        damaged("the escape before byte \(position) is half a character")
    }

    private mutating func codeUnit() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = bytes[position].hexDigit else {
                throw unexpected("a hexadecimal digit")
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
            position += 1
        }
    }

    private func unexpected(_ expected: String) -> PipelineError {
        guard position < bytes.count else {
            return damaged("it ends where \(expected) is expected")
        }
        let byte = bytes[position]
        let found =
            0x20..<0x7f ~= byte
            ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
        return damaged("\(expected) is expected at byte \(position), found \(found)")
    }
}

extension UInt8 {
    fileprivate var digit: Int? {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= self ? Int(self) - 0x30 : nil
    }

    fileprivate var hexDigit: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self) - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self) - 0x41 + 10
        default: nil
        }
    }
}
