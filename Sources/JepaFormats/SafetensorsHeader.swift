import JepaCore

/// The JSON at the beginning of a safetensors file: what each tensor is and where its bytes are.
///
/// Everything the format promises is checked here, so that a reader may trust each entry: known
/// types, no name twice, and data that is covered by the tensors exactly once.
/// Source: github.com/huggingface/safetensors, README, sections Format and Notes.
struct SafetensorsHeader {
    /// One tensor; `range` counts from the end of the header.
    struct Entry {
        let name: String
        let element: TensorElement
        let shape: [Int]
        let range: Range<Int>
    }

    /// The key that holds texts instead of a tensor.
    static let metadataKey = "__metadata__"
    /// The longest header that the format allows, in bytes.
    static let maximumByteCount = 100_000_000
    /// More axes than any tensor here or in numpy has.
    private static let maximumRank = 64

    /// The tensors in the order of their bytes.
    private(set) var entries: [Entry] = []
    /// Texts that whoever wrote the file put beside the tensors.
    private(set) var metadata: [String: String] = [:]

    /// Reads and checks a header.
    ///
    /// - Parameters:
    ///   - bytes: the JSON text, without the length in front of it.
    ///   - dataCount: how many bytes follow it.
    /// - Throws: `file` with what is wrong, and for which tensor.
    init(_ bytes: UnsafeRawBufferPointer, dataCount: Int, of file: String) throws {
        guard bytes.first == UInt8(ascii: "{") else {
            throw PipelineError.damaged(
                file, as: SafetensorsReader.kind, "header: it does not begin with '{'")
        }
        var scanner = HeaderScanner(bytes, of: file, kind: SafetensorsReader.kind)
        var names: Set<String> = []
        try Self.object(&scanner) { scanner, name in
            guard names.insert(name).inserted else {
                throw scanner.damaged("the name \(quoted(name)) occurs twice")
            }
            if name == Self.metadataKey {
                metadata = try Self.texts(&scanner)
            } else {
                entries.append(try Self.entry(name, &scanner))
            }
        }
        guard scanner.isAtEnd() else { throw scanner.damaged("something follows the last '}'") }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        try checkCoverage(of: dataCount, scanner)
    }

    /// The tensors, sorted, have to follow each other from the first data byte to the last.
    private func checkCoverage(of dataCount: Int, _ scanner: HeaderScanner) throws {
        var end = 0
        for entry in entries {
            let range = "[\(entry.range.lowerBound), \(entry.range.upperBound)]"
            let offsets = "tensor \(quoted(entry.name)): data_offsets \(range)"
            guard entry.range.upperBound <= dataCount else {
                throw scanner.damaged("\(offsets) end beyond the \(dataCount) bytes of data")
            }
            guard entry.range.lowerBound >= end else {
                throw scanner.damaged("\(offsets) overlap those of another tensor")
            }
            guard entry.range.lowerBound == end else {
                throw scanner.damaged("\(offsets) leave a hole: the data before end at byte \(end)")
            }
            end = entry.range.upperBound
        }
        guard end == dataCount else {
            throw scanner.damaged(
                "the tensors take \(end) bytes, but \(dataCount) follow the header")
        }
    }

    private static func entry(_ name: String, _ scanner: inout HeaderScanner) throws -> Entry {
        var element: TensorElement?
        var shape: [Int]?
        var offsets: [Int]?
        let tensor = "tensor \(quoted(name))"
        try object(&scanner) { scanner, key in
            switch key {
            case "dtype" where element == nil:
                let dtype = try scanner.string()
                element = TensorElement.allCases.first { $0.safetensorsName == dtype }
                guard element != nil else {
                    let known = TensorElement.allCases.map(\.safetensorsName)
                    throw scanner.damaged(
                        "\(tensor): the dtype \(quoted(dtype)) is not one of "
                            + known.joined(separator: ", "))
                }
            case "shape" where shape == nil:
                shape = try scanner.integers("[", "]", atMost: maximumRank)
            case "data_offsets" where offsets == nil:
                offsets = try scanner.integers("[", "]", atMost: 2)
            case "dtype", "shape", "data_offsets":
                throw scanner.damaged("\(tensor): the key \(quoted(key)) occurs twice")
            default:
                throw scanner.damaged(
                    "\(tensor): the key \(quoted(key)) is not one of dtype, shape, data_offsets")
            }
        }
        guard let element else { throw scanner.damaged("\(tensor) has no dtype") }
        guard let shape else { throw scanner.damaged("\(tensor) has no shape") }
        guard let offsets else { throw scanner.damaged("\(tensor) has no data_offsets") }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw scanner.damaged("\(tensor): data_offsets \(offsets) are not a begin and an end")
        }
        let range = offsets[0]..<offsets[1]
        guard let needed = byteCount(of: shape, element) else {
            throw scanner.damaged("\(tensor): the shape \(shape) has too many elements")
        }
        guard needed == range.count else {
            throw scanner.damaged(
                "\(tensor): shape \(shape) of \(element) takes \(needed) bytes, "
                    + "data_offsets \(offsets) have \(range.count)")
        }
        return Entry(name: name, element: element, shape: shape, range: range)
    }

    private static func texts(_ scanner: inout HeaderScanner) throws -> [String: String] {
        var texts: [String: String] = [:]
        try object(&scanner) { scanner, key in
            guard texts.updateValue(try scanner.string(), forKey: key) == nil else {
                throw scanner.damaged("\(metadataKey): the key \(quoted(key)) occurs twice")
            }
        }
        return texts
    }

    /// Reads `{"key": …, …}`, leaving each value to the caller.
    private static func object(
        _ scanner: inout HeaderScanner,
        _ value: (inout HeaderScanner, _ key: String) throws -> Void
    ) throws {
        try scanner.expect("{")
        guard !scanner.take("}") else { return }
        while true {
            let key = try scanner.string()
            try scanner.expect(":")
            try value(&scanner, key)
            if scanner.take("}") { return }
            try scanner.expect(",")
        }
    }
}

/// The bytes of a tensor, unless there are more than an address can count.
///
/// An empty tensor counts none, but its other axes must be countable together all the same, for
/// row-major strides are made of them.
func byteCount(of shape: [Int], _ element: TensorElement) -> Int? {
    var count = element.byteCount
    for length in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: max(length, 1))
        guard !overflow else { return nil }
        count = product
    }
    return shape.contains(0) ? 0 : count
}
