/// A dictionary of a torch file, in the order in which it was filled.
public struct TorchDictionary: Sendable {
    /// What a value is found by; a text and a number are never equal.
    public enum Key: Hashable, Sendable, CustomStringConvertible {
        case text(String)
        case integer(Int)

        /// The text, or the digits of the number.
        public var description: String {
            switch self {
            case .text(let text): text
            case .integer(let number): "\(number)"
            }
        }
    }

    /// One key and its value.
    public struct Entry: Sendable {
        public let key: Key
        public let value: TorchValue
    }

    /// All keys and values.
    public private(set) var entries: [Entry] = []
    private var places: [Key: Int] = [:]

    /// A dictionary without entries.
    public init() {}

    /// The value of a key, if there is one.
    public subscript(key: Key) -> TorchValue? { places[key].map { entries[$0].value } }
    /// The value of a text, if there is one.
    public subscript(key: String) -> TorchValue? { self[.text(key)] }
    /// The value of a number as key, if there is one.
    public subscript(key: Int) -> TorchValue? { self[.integer(key)] }

    /// Adds a value and returns true, unless the key is taken.
    @discardableResult
    public mutating func add(_ key: Key, _ value: TorchValue) -> Bool {
        guard places.updateValue(entries.count, forKey: key) == nil else { return false }
        entries.append(Entry(key: key, value: value))
        return true
    }
}
