public import JepaCore

/// Reads the text of a graph file into a value that knows where everything stands.
///
/// The text is YAML 1.2 with the core schema, anchors, aliases and merge keys (`<<`), one document,
/// UTF-8, and keys that are texts. Whatever else is in a file gives an error with file, line and
/// column; nothing a file holds makes the reader crash or take long.
public enum GraphReader {
    /// What a text may cost at most; far above any graph, far below what hurts.
    public struct Limits: Sendable {
        /// The size of a file.
        public var bytes = 1 << 20
        /// Values of a text, those behind aliases counted each time.
        public var nodes = 20_000
        /// Lists and mappings within each other.
        public var depth = 64

        /// The usual limits.
        public init() {}
    }

    /// Reads a file.
    ///
    /// - Throws: `PipelineErrors`: code `file` if it cannot be read, else as `read(bytes:file:)`.
    public static func read(path: String, limits: Limits = Limits()) throws -> Setting {
        let bytes: [UInt8]
        do {
            bytes = try GraphFile(path: path, maximumBytes: limits.bytes).contents()
        } catch let error as PipelineError {
            throw PipelineErrors([error])
        }
        return try read(bytes: bytes, file: path, limits: limits)
    }

    /// Reads a text.
    ///
    /// - Parameter file: The name that messages give the text.
    /// - Throws: As `read(bytes:file:)`.
    public static func read(
        text: String, file: String, limits: Limits = Limits()
    ) throws -> Setting {
        try read(bytes: Array(text.utf8), file: file, limits: limits)
    }

    /// Reads a text that may be anything.
    ///
    /// - Throws: `PipelineErrors` with every mistake up to the first that makes it impossible to go
    ///   on: codes `syntax`, `duplicateName`, `unknownName` (of an anchor), `value` (a number that
    ///   is too large), `file` (not UTF-8, or too large).
    public static func read(
        bytes: [UInt8], file: String, limits: Limits = Limits()
    ) throws -> Setting {
        if bytes.count > limits.bytes {
            throw PipelineErrors([GraphFile.tooLarge(file, limits.bytes)])
        }
        let text: String
        do {
            text = try decode(bytes, file: file)
        } catch let error as PipelineError {
            throw PipelineErrors([error])
        }
        var composer = YAMLComposer(
            text, source: SourceText(text, file: file), limits: limits)
        return try composer.document()
    }

    /// The text of bytes that have to be UTF-8, without a byte order mark.
    private static func decode(_ bytes: [UInt8], file: String) throws -> String {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw PipelineError(.file, "'\(file)' is UTF-16; save it as UTF-8")
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw notUTF8(content, file: file)
        }
        if let (mark, scalar) = SourceText.firstForbidden(in: text) {
            let source = SourceText(text, file: file)
            let name = zeroPadded(scalar.value, digits: 4, radix: 16, uppercase: true)
            throw PipelineError(
                .syntax, "the character U+\(name) cannot stand in a graph file",
                at: source.location(at: mark))
        }
        return text
    }

    private static func notUTF8(_ bytes: ArraySlice<UInt8>, file: String) -> PipelineError {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = bytes.startIndex
        scan: while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .emptyInput, .error: break scan
            }
        }
        let before = String(decoding: bytes[..<offset], as: UTF8.self)
        let source = SourceText(String(decoding: bytes, as: UTF8.self), file: file)
        var line = 0
        var column = 0
        for scalar in before.unicodeScalars {
            column += 1
            if scalar == "\n" { (line, column) = (line + 1, 0) }
        }
        let byte = offset < bytes.endIndex ? String(bytes[offset], radix: 16, uppercase: true) : ""
        return PipelineError(
            .syntax, "the byte 0x\(byte) is not UTF-8; save the file as UTF-8",
            at: source.location(at: .init(line: line, column: column)))
    }
}
