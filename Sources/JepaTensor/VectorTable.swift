import CKernels

/// Vectors in memory that is no tensor, such as a mapped file: what is searched for neighbours.
///
/// Rows are float32 or IEEE half precision; half of them takes half the memory to read, which is
/// what a search waits for. Products are summed in float32.
public struct VectorTable {
    /// The type of the elements.
    public enum Element: String, Sendable {
        case float32
        case float16

        /// Bytes of an element.
        public var byteCount: Int { self == .float32 ? 4 : 2 }
    }

    private let memory: UnsafeRawPointer
    private let element: Element
    /// The number of vectors.
    public let count: Int
    /// The length of a vector.
    public let width: Int

    /// A view of row-major elements, which have to stay where they are; aligned to their size.
    public init(_ bytes: UnsafeRawBufferPointer, _ element: Element, width: Int) {
        let rowBytes = width * element.byteCount
        precondition(
            rowBytes > 0 && bytes.count % rowBytes == 0 && bytes.count > 0,
            "\(bytes.count) bytes are not rows of \(width) \(element.rawValue)")
        memory = bytes.baseAddress!
        precondition(
            Int(bitPattern: memory) % element.byteCount == 0,
            "the rows of \(element.rawValue) are not aligned")
        self.element = element
        self.width = width
        count = bytes.count / rowBytes
    }

    /// The products of some rows with vectors.
    ///
    /// - Parameters:
    ///   - rows: Which rows.
    ///   - vectors: `[Q, width]`
    /// - Returns: `[Q, rows.count]`
    /// - Complexity: O(Q rows width), on all threads.
    public func products(of rows: Range<Int>, with vectors: Tensor) -> Tensor {
        precondition(
            vectors.shape.count == 2 && vectors.shape[1] == width,
            "vectors \(vectors.shape) do not have the \(width) elements of the rows")
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= count, "rows \(rows) of \(count)")
        let result = Tensor(uninitialized: [vectors.shape[0], rows.count])
        // Rows stay in the cache for all vectors.
        let tile = max(1, 65_536 / (width * element.byteCount))
        let start = Start(memory: memory)
        parallelParts(rows.count, grain: tile) { part in
            for first in stride(from: part.lowerBound, to: part.upperBound, by: tile) {
                let count = min(tile, part.upperBound - first)
                let offset = (rows.lowerBound + first) * width * element.byteCount
                let from = start.memory + offset
                for query in 0..<vectors.shape[0] {
                    let place = result.mutablePointer + query * rows.count + first
                    let vector = vectors.pointer + query * width
                    switch element {
                    case .float32:
                        jk_dots(
                            place, from.assumingMemoryBound(to: Float.self), vector, count, width)
                    case .float16:
                        jk_half_dots(
                            place, from.assumingMemoryBound(to: UInt16.self), vector, count, width)
                    }
                }
            }
        }
        return result
    }

    /// The address, which any thread may read from.
    private struct Start: @unchecked Sendable { let memory: UnsafeRawPointer }

    /// The bits of the nearest numbers of half precision.
    public static func halves(of values: Tensor) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: values.count) { buffer, written in
            jk_to_half(buffer.baseAddress, values.pointer, values.count)
            written = values.count
        }
    }
}
