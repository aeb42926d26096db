/// Something a torch file holds: data only, never code.
public indirect enum TorchValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([TorchValue])
    case tuple([TorchValue])
    /// A `dict` or an `OrderedDict`.
    case dictionary(TorchDictionary)
    case tensor(StoredTensor)

    /// The value of a key, if this is a dictionary that has it.
    public subscript(key: String) -> TorchValue? { dictionary?[key] }

    /// An item of a list or a tuple, or the value of a number as key, if there is one.
    public subscript(index: Int) -> TorchValue? {
        switch self {
        case .list(let items), .tuple(let items):
            items.indices.contains(index) ? items[index] : nil
        case .dictionary(let dictionary): dictionary[index]
        default: nil
        }
    }

    /// The dictionary, if this is one.
    public var dictionary: TorchDictionary? {
        if case .dictionary(let value) = self { value } else { nil }
    }

    /// The tensor, if this is one.
    public var tensor: StoredTensor? {
        if case .tensor(let value) = self { value } else { nil }
    }

    /// The text, if this is one.
    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The whole number, if this is one.
    public var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The number, whole or not, if this is one.
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The items, if this is a list or a tuple.
    public var items: [TorchValue]? {
        switch self {
        case .list(let items), .tuple(let items): items
        default: nil
        }
    }

    /// What Python calls the kind of value.
    public var kind: String {
        switch self {
        case .none: "None"
        case .bool: "bool"
        case .integer: "int"
        case .number: "float"
        case .text: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .tensor: "tensor"
        }
    }

    /// All tensors below this value, named by the keys that lead to them: `encoder.norm.weight`.
    ///
    /// The order is that of the file. Items of lists and tuples are named by their number.
    public func tensors(under prefix: String = "") -> [StoredTensor] {
        func name(_ key: some CustomStringConvertible) -> String {
            prefix.isEmpty ? "\(key)" : "\(prefix).\(key)"
        }
        switch self {
        case .tensor(let tensor): return [tensor.renamed(prefix)]
        case .list(let items), .tuple(let items):
            return items.enumerated().flatMap { $0.element.tensors(under: name($0.offset)) }
        case .dictionary(let dictionary):
            return dictionary.entries.flatMap { $0.value.tensors(under: name($0.key)) }
        case .none, .bool, .integer, .number, .text: return []
        }
    }
}
