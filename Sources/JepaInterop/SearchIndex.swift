import Foundation
import JepaCore
import JepaFormats
public import JepaTensor

/// The features of many images in a file that is searched for the images most like another.
///
/// ```
/// vectors    [n, D] float16 or float32, each of length one
/// paths      the files of the rows, one behind the other, in UTF-8
/// path_ends  [n] where each of them ends
/// ```
///
/// The file is mapped, not read: opening it costs nothing, however many images it has.
public struct SearchIndex: Sendable {
    /// How the vectors came about, and what an image has to go through to be compared with them.
    public struct Description: Codable, Equatable, Sendable {
        /// The folder of the images.
        public var images: String
        /// The weights, and a sum over the encoder's tensors.
        public var weights: String, checksum: String
        /// The encoder by its official name.
        public var encoder: ModelNetwork
        /// The last layers side by side.
        public var layers: Int
        /// Of the images, in pixels.
        public var height: Int, width: Int
        /// Whether positions were interpolated for that size, if it is not that of the weights.
        public var isInterpolated: Bool
        /// How pixels become numbers; see the stage `image_folder`.
        public var mean: [Double], std: [Double]
        public var filter: String, evaluatedShare: Double

        /// A description.
        public init(
            images: String, weights: String, checksum: String, encoder: ModelNetwork, layers: Int,
            height: Int, width: Int, isInterpolated: Bool, mean: [Double], std: [Double],
            filter: String, evaluatedShare: Double
        ) {
            (self.images, self.weights, self.checksum) = (images, weights, checksum)
            (self.encoder, self.layers, self.height, self.width) = (encoder, layers, height, width)
            self.isInterpolated = isInterpolated
            (self.mean, self.std, self.filter) = (mean, std, filter)
            self.evaluatedShare = evaluatedShare
        }

        /// Whether an image can be prepared by it at all.
        var isPlausible: Bool {
            mean.count == 3 && std.count == 3 && (1...8192).contains(height)
                && (1...8192).contains(width) && evaluatedShare > 0 && evaluatedShare <= 1
        }
    }

    /// The file.
    public let path: String
    /// How the vectors came about.
    public let description: Description
    /// The number of images.
    public var count: Int { vectors.shape[0] }
    /// The length of a vector, D.
    public var width: Int { vectors.shape[1] }
    private let vectors: StoredTensor
    private let paths: StoredTensor
    private let ends: StoredTensor

    private static let format = "jepa-pipe index 1"

    /// Opens an index.
    ///
    /// - Throws: `file` if it is none, or damaged.
    public init(path: String) throws {
        let remedy = "'jepa-pipe search index' makes an index."
        let kind: FileKind
        do {
            kind = try FileKind(of: path)
        } catch var error as PipelineError {
            // Of other kinds of files there is nothing to tell here.
            error.notes = [remedy]
            throw error
        }
        let found = kind == .safetensors ? try SafetensorsReader(path: path) : nil
        guard let reader = found, reader.metadata["format"] == Self.format,
            let text = reader.metadata["description"]
        else {
            throw PipelineError(
                .file, "\(quoted(path)) is \(kind.words), but no search index", notes: [remedy])
        }
        self.path = path
        description = try decodedJSON(
            from: Data(text.utf8), of: "the description in \(quoted(path))")
        vectors = try reader.tensor("vectors")
        paths = try reader.tensor("paths")
        ends = try reader.tensor("path_ends")
        let isAligned = vectors.withUnsafeBytes {
            Int(bitPattern: $0.baseAddress) % vectors.element.byteCount == 0
        }
        guard vectors.shape.count == 2, vectors.count > 0, isAligned,
            VectorTable.Element(rawValue: vectors.element.rawValue) != nil,
            description.isPlausible, ends.element == .int64, ends.shape == [vectors.shape[0]],
            paths.element == .uint8
        else {
            throw PipelineError(
                .file, "\(quoted(path)) is damaged: it does not hold what an index does")
        }
    }

    /// Lends the vectors to a search.
    public func withVectors<Result>(_ body: (VectorTable) throws -> Result) rethrows -> Result {
        try vectors.withUnsafeBytes { bytes in
            // The initialiser has refused other types.
            let element = VectorTable.Element(rawValue: vectors.element.rawValue)!
            return try body(VectorTable(bytes, element, width: width))
        }
    }

    /// The file of a row, below the folder.
    ///
    /// - Throws: `file` if its place lies outside of the list of paths.
    public func file(of row: Int) throws -> String {
        try ends.withUnsafeBytes { ends in
            func end(_ row: Int) -> Int {
                Int(
                    Int64(littleEndian: ends.loadUnaligned(fromByteOffset: row * 8, as: Int64.self))
                )
            }
            let (start, stop) = (row == 0 ? 0 : end(row - 1), end(row))
            return try paths.withUnsafeBytes { bytes in
                guard 0 <= start, start <= stop, stop <= bytes.count else {
                    throw PipelineError(
                        .file, "\(quoted(path)) is damaged: the file of row \(row) has no place")
                }
                return String(decoding: bytes[start..<stop], as: UTF8.self)
            }
        }
    }

    /// Writes an index, vectors as they come.
    ///
    /// - Parameters:
    ///   - files: The file of each row.
    ///   - body: Appends the vectors of all rows in order, `[B, D]` at a time, each of length one.
    public static func write(
        to path: String, _ description: Description, files: [String], width: Int,
        _ element: VectorTable.Element,
        _ body: @escaping (_ append: (Tensor) throws -> Void) throws -> Void
    ) throws {
        let rows = try AtomicFile.scratch(for: path)
        defer { unlink(rows) }
        let type: TensorElement = element == .float16 ? .float16 : .float32
        try NpyFile.write(type, shape: [files.count, width], to: rows) { append in
            try body { vectors in
                switch element {
                case .float32:
                    try withExtendedLifetime(vectors) {
                        try append(
                            UnsafeRawBufferPointer(
                                start: vectors.pointer, count: vectors.count * 4))
                    }
                case .float16:
                    try VectorTable.halves(of: vectors).withUnsafeBytes { try append($0) }
                }
            }
        }
        var writer = SafetensorsWriter(metadata: [
            "format": format, "description": try jsonText(description),
        ])
        var (bytes, ends) = ([UInt8](), [Int64]())
        for file in files {
            bytes += Array(file.utf8)
            ends.append(Int64(bytes.count))
        }
        try writer.add(try NpyFile.read(rows).renamed("vectors"))
        try writer.add(StoredTensor("path_ends", integers: ends, shape: [ends.count]))
        try writer.add(StoredTensor("paths", .uint8, shape: [bytes.count], bytes: bytes))
        try writer.write(to: path)
    }
}
