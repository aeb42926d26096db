import JepaCore

/// A safetensors file, mapped into memory: opening it reads the header only.
///
/// Layout: the length of the header as 64-bit integer, the header (JSON), the bytes of the tensors.
/// Source: github.com/huggingface/safetensors, README.
public struct SafetensorsReader: Sendable {
    static let kind = "safetensors"

    /// The file as the user named it.
    public let path: String
    /// The tensors in the order of their bytes.
    public let tensors: [StoredTensor]
    /// Texts that whoever wrote the file put beside the tensors.
    public let metadata: [String: String]
    private let places: [String: Int]

    /// Opens a file and checks its whole header.
    ///
    /// - Throws: `file` if it cannot be read or breaks any rule of the format.
    public init(path: String) throws { try self.init(FileBytes(path: path)) }

    /// Reads a file that is already in memory; `name` stands for its path in messages.
    public init(bytes: [UInt8], name: String) throws { try self.init(FileBytes(bytes, name: name)) }

    private init(_ file: FileBytes) throws {
        let bytes = file.bytes
        guard bytes.count >= 8 else {
            throw PipelineError.damaged(
                file.name, as: Self.kind,
                "it has \(bytes.count) bytes, fewer than the 8 of the header length")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= SafetensorsHeader.maximumByteCount else {
            throw PipelineError.damaged(
                file.name, as: Self.kind,
                "its header length \(length) exceeds \(SafetensorsHeader.maximumByteCount)")
        }
        let start = 8 + Int(length)
        guard start <= bytes.count else {
            throw PipelineError.damaged(
                file.name, as: Self.kind,
                "its header of \(length) bytes does not fit in a file of \(bytes.count)")
        }
        let header = try SafetensorsHeader(
            UnsafeRawBufferPointer(rebasing: bytes[8..<start]), dataCount: bytes.count - start,
            of: file.name)
        path = file.name
        metadata = header.metadata
        tensors = header.entries.map {
            StoredTensor(
                $0.name, $0.element, shape: $0.shape, file: file,
                start: start + $0.range.lowerBound)
        }
        places = Dictionary(
            uniqueKeysWithValues: tensors.enumerated().map { ($0.element.name, $0.offset) })
    }

    /// The names of all tensors, in the order of their bytes.
    public var names: [String] { tensors.map(\.name) }

    /// The tensor of a name, if the file has it.
    public subscript(name: String) -> StoredTensor? { places[name].map { tensors[$0] } }

    /// The tensor of a name that has to be there.
    ///
    /// - Throws: `missing`, with the nearest name.
    public func tensor(_ name: String) throws -> StoredTensor {
        if let tensor = self[name] { return tensor }
        throw PipelineError(
            .missing,
            "\(quoted(path)) has no tensor \(quoted(name))\(didYouMean(name, among: names))")
    }
}
