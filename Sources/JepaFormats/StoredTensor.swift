public import JepaTensor

/// A tensor as a file holds it: its bytes stay where they are until they are asked for.
///
/// The value keeps the file mapped; copying it copies no elements.
public struct StoredTensor: Sendable {
    /// The name in the file.
    public let name: String
    /// The type of the elements.
    public let element: TensorElement
    /// The length of each axis; empty for a scalar.
    public let shape: [Int]
    /// How many elements lie between neighbours along each axis.
    public let strides: [Int]
    /// The number of elements.
    public let count: Int
    /// Where the bytes are; the caller of `init` has checked that all elements lie inside.
    let file: FileBytes
    /// The byte offset of the first element.
    let start: Int

    /// A tensor of row-major bytes.
    ///
    /// - Precondition: the bytes fill the shape exactly.
    public init(
        _ name: String, _ element: TensorElement, shape: [Int], bytes: some Collection<UInt8>
    ) {
        let needed = shape.reduce(element.byteCount, *)
        precondition(
            bytes.count == needed,
            "\(bytes.count) bytes do not fill \(element) of shape \(shape), which has \(needed)")
        self.init(name, element, shape: shape, file: FileBytes(bytes, name: name), start: 0)
    }

    /// A float32 tensor that is to be written; its elements are not copied.
    public init(_ name: String, _ tensor: Tensor) {
        self.init(
            name, .float32, shape: tensor.shape, file: FileBytes(tensor, name: name), start: 0)
    }

    /// A tensor of 64-bit integers in row-major order.
    public init(_ name: String, integers: [Int64], shape: [Int]) {
        self.init(
            name, .int64, shape: shape, bytes: integers.withUnsafeBytes { Array($0) })
    }

    /// A view of checked bytes of a file; row-major unless strides are given.
    init(
        _ name: String, _ element: TensorElement, shape: [Int], strides: [Int]? = nil,
        file: FileBytes, start: Int
    ) {
        self.name = name
        self.element = element
        self.shape = shape
        self.strides = strides ?? Self.rowMajorStrides(of: shape)
        count = shape.reduce(1, *)
        self.file = file
        self.start = start
    }

    /// The bytes the elements take when they lie in row-major order.
    public var byteCount: Int { count * element.byteCount }

    /// Whether the elements lie in the file in row-major order without gaps.
    public var isContiguous: Bool {
        count == 0
            || zip(shape, zip(strides, Self.rowMajorStrides(of: shape)))
                .allSatisfy { $0 == 1 || $1.0 == $1.1 }
    }

    /// The same tensor under another name.
    public func renamed(_ name: String) -> StoredTensor {
        StoredTensor(name, element, shape: shape, strides: strides, file: file, start: start)
    }

    /// Rows `range` of the first axis, under the same name and without copying.
    public func rows(_ range: Range<Int>) -> StoredTensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
            "rows \(range) are outside \(shape)")
        // An empty tensor has no element to point at.
        let first = count == 0 ? 0 : range.lowerBound * strides[0] * element.byteCount
        return StoredTensor(
            name, element, shape: [range.count] + shape.dropFirst(), strides: strides, file: file,
            start: start + first)
    }

    /// The bytes in row-major order: those of the file itself if they lie so, else a copy.
    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        guard !isContiguous else {
            let range = count == 0 ? 0..<0 : start..<start + byteCount
            return try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        }
        return try gathered().withUnsafeBytes(body)
    }

    static func rowMajorStrides(of shape: [Int]) -> [Int] {
        var strides = Array(repeating: 1, count: shape.count)
        for axis in strides.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        return strides
    }

    /// The elements collected from wherever the strides put them.
    private func gathered() -> [UInt8] {
        let width = element.byteCount
        let steps = strides.map { $0 * width }
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, written in
            var index = Array(repeating: 0, count: shape.count)
            var source = start
            let target = UnsafeMutableRawBufferPointer(buffer)
            for element in 0..<count {
                for byte in 0..<width { target[element * width + byte] = file.bytes[source + byte] }
                // Counts up like an odometer, last axis first.
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    source += steps[axis]
                    guard index[axis] == shape[axis] else { break }
                    source -= steps[axis] * shape[axis]
                    index[axis] = 0
                }
            }
            written = byteCount
        }
    }
}
