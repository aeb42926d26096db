import CLibYAML
import JepaCore

/// The events of libyaml over a text in memory, as Swift values.
final class YAMLEvents {
    /// What stands next in the text.
    enum Event {
        case documentStart
        case documentEnd
        case streamEnd
        case alias(String)
        case scalar(Scalar)
        case listStart(Properties)
        case listEnd
        case mappingStart(Properties)
        case mappingEnd
    }

    /// What may stand before a node.
    struct Properties {
        let anchor: String?
        let tag: String?
        /// Written in brackets or braces.
        var isFlow = false
    }

    /// A word, number or text.
    struct Scalar {
        let properties: Properties
        let value: String
        /// Written without quotes, so that its form decides the type.
        let isPlain: Bool
    }

    /// An event and its place.
    struct Located {
        let event: Event
        let start: SourceText.Mark
        let end: SourceText.Mark
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let source: SourceText

    /// Begins to read a text that has no forbidden characters.
    init(_ text: String, source: SourceText) {
        self.source = source
        let utf8 = Array(text.utf8)
        bytes = .allocate(capacity: max(1, utf8.count))
        _ = bytes.initialize(from: utf8)
        parser = .allocate(capacity: 1)
        precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, utf8.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    /// The next event.
    ///
    /// - Throws: `PipelineError` with code `syntax` if the text is not YAML.
    func next() throws(PipelineError) -> Located {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw YAMLSyntaxError(parser.pointee).described(in: source)
        }
        defer { yaml_event_delete(&event) }
        guard let translated = Self.translate(event) else { return try next() }
        return Located(
            event: translated, start: .init(event.start_mark), end: .init(event.end_mark))
    }

    private static func translate(_ event: yaml_event_t) -> Event? {
        switch event.type {
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                Scalar(
                    properties: Properties(
                        anchor: string(scalar.anchor), tag: string(scalar.tag)),
                    value: String(decoding: value, as: UTF8.self),
                    isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE))
        case YAML_SEQUENCE_START_EVENT:
            let list = event.data.sequence_start
            return .listStart(
                Properties(
                    anchor: string(list.anchor), tag: string(list.tag),
                    isFlow: list.style == YAML_FLOW_SEQUENCE_STYLE))
        case YAML_SEQUENCE_END_EVENT: return .listEnd
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            return .mappingStart(
                Properties(
                    anchor: string(mapping.anchor), tag: string(mapping.tag),
                    isFlow: mapping.style == YAML_FLOW_MAPPING_STYLE))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return nil
        }
    }

    private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}

extension SourceText.Mark {
    /// A mark of libyaml.
    init(_ mark: yaml_mark_t) { self.init(line: mark.line, column: mark.column) }
}
