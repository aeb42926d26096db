/// A value as a graph file gives it, with the place it stands at.
///
/// A graph can also be written in Swift: literals make settings without a place.
public struct Setting: Sendable {
    /// What the text says, by YAML's core schema.
    public indirect enum Content: Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        case real(Double)
        case text(String)
        case list([Setting])
        case mapping([Entry])
    }

    /// A key of a mapping and its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let location: SourceLocation?
        /// What it is set to.
        public var value: Setting

        /// An entry.
        public init(_ key: String, at location: SourceLocation? = nil, _ value: Setting) {
            self.key = key
            self.location = location
            self.value = value
        }
    }

    /// What the text says.
    public var content: Content
    /// Where it stands; nil if it comes from a program.
    public let location: SourceLocation?

    /// A value.
    public init(_ content: Content, at location: SourceLocation? = nil) {
        self.content = content
        self.location = location
    }

    /// The entries of a mapping; nil for anything else.
    public var entries: [Entry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }

    /// The value of a key of a mapping.
    public subscript(key: String) -> Setting? { entries?.first { $0.key == key }?.value }

    /// The value as a message quotes it: `'text'`, `12`, `[0.3, 1.0]`, `a mapping`.
    public var quoted: String {
        switch content {
        case .null: "nothing"
        case .boolean(let value): "'\(value)'"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): "'\(value.prefix(60))\(value.count > 60 ? "…" : "")'"
        case .list(let items) where items.count <= 4 && items.allSatisfy(\.isScalar):
            "[" + items.map(\.quoted).joined(separator: ", ") + "]"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    private var isScalar: Bool {
        switch content {
        case .list, .mapping: false
        default: true
        }
    }
}

extension Setting: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self.init(.text(value)) }
    public init(integerLiteral value: Int) { self.init(.integer(value)) }
    public init(floatLiteral value: Double) { self.init(.real(value)) }
    public init(booleanLiteral value: Bool) { self.init(.boolean(value)) }
    public init(arrayLiteral elements: Setting...) { self.init(.list(elements)) }
    public init(dictionaryLiteral elements: (String, Setting)...) {
        self.init(.mapping(elements.map { Entry($0.0, $0.1) }))
    }
}
