import JepaCore
public import JepaTensor

/// Collects tensors and writes them as one safetensors file.
///
/// The bytes depend on names and contents only, not on the order of `add`: they are those of the
/// reference implementation, which puts wide types first, then sorts by name, so that every tensor
/// is aligned. Tensors are held, not copied, until `write` sends them out one by one.
public struct SafetensorsWriter: Sendable {
    /// Texts to put beside the tensors.
    public var metadata: [String: String]
    private var tensors: [String: StoredTensor] = [:]

    /// A file without tensors.
    public init(metadata: [String: String] = [:]) { self.metadata = metadata }

    /// Adds a tensor as float32.
    ///
    /// - Throws: `duplicateName` if the name is taken, also by the metadata.
    public mutating func add(_ name: String, _ tensor: Tensor) throws {
        try add(StoredTensor(name, tensor))
    }

    /// Adds a tensor as another file holds it, in its own type and to the bit.
    ///
    /// - Throws: `duplicateName` if the name is taken, also by the metadata.
    public mutating func add(_ tensor: StoredTensor) throws {
        guard tensor.name != SafetensorsHeader.metadataKey,
            tensors.updateValue(tensor, forKey: tensor.name) == nil
        else {
            throw PipelineError(
                .duplicateName, "the name \(quoted(tensor.name)) is taken already in this file")
        }
    }

    /// Writes the file aside and renames it.
    ///
    /// - Throws: `file` if the system refuses, or if the header outgrows what the format allows.
    public func write(to path: String) throws {
        let sorted = tensors.values.sorted(by: Self.precedes)
        let header = headerText(of: sorted)
        guard header.count <= SafetensorsHeader.maximumByteCount else {
            throw PipelineError(
                .file,
                "cannot write \(quoted(path)): its header would have \(header.count) bytes, "
                    + "the format allows \(SafetensorsHeader.maximumByteCount)")
        }
        try AtomicFile.write(to: path) { file in
            try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.append($0) }
            try file.append(header)
            for tensor in sorted { try tensor.withUnsafeBytes { try file.append($0) } }
        }
    }

    /// JSON without white space, filled up with spaces so that the data begins at a multiple of 8.
    private func headerText(of tensors: [StoredTensor]) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(json($0.key)):\(json($0.value))" }
            fields.append(
                "\(json(SafetensorsHeader.metadataKey)):{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(json(tensor.name)):{\"dtype\":\"\(tensor.element.safetensorsName)\","
                    + "\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(offset + tensor.byteCount)]}")
            offset += tensor.byteCount
        }
        var text = Array("{\(fields.joined(separator: ","))}".utf8)
        text += Array(repeating: 0x20, count: (8 - text.count % 8) % 8)
        return text
    }

    private static func precedes(_ a: StoredTensor, _ b: StoredTensor) -> Bool {
        let (p, q) = (a.element.safetensorsRank, b.element.safetensorsRank)
        return p == q ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : p > q
    }
}

extension TensorElement {
    /// The place of the type in the reference implementation's order; the highest comes first.
    fileprivate var safetensorsRank: Int {
        switch self {
        case .bool: 0
        case .uint8: 1
        case .int8: 2
        case .int16: 3
        case .float16: 4
        case .bfloat16: 5
        case .int32: 6
        case .float32: 7
        case .float64: 8
        case .int64: 9
        }
    }
}

/// A text in the quotes and escapes of JSON.
private func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\u{8}": result += "\\b"
        case "\u{c}": result += "\\f"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\0"..<" ":
            result += "\\u" + zeroPadded(scalar.value, digits: 4, radix: 16)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
