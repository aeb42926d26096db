import CKernels
import Glibc

/// A dense float32 array in row-major order.
///
/// A tensor is a view of pooled storage: copying the value shares the elements. Operations never
/// write into their inputs, so sharing is safe; `mutablePointer` is for code that has just made
/// the tensor.
public struct Tensor: Sendable {
    /// The length of each axis; empty for a scalar.
    public let shape: [Int]
    /// The number of elements.
    public let count: Int
    private(set) var storage: Storage
    private let offset: Int

    /// A tensor whose elements have yet to be written.
    public init(uninitialized shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "a shape has a negative axis: \(shape)")
        self.shape = shape
        count = shape.reduce(1, *)
        storage = Storage(count: count)
        offset = 0
    }

    /// A tensor of one value everywhere.
    public init(repeating value: Float, shape: [Int]) {
        self.init(uninitialized: shape)
        // Memory that the system has just cleared is not touched before it is needed.
        if value.bitPattern == 0 && storage.beganAsZeros { return }
        jk_fill(mutablePointer, value, count)
    }

    /// A tensor with the given elements in row-major order.
    public init(_ elements: [Float], shape: [Int]) {
        self.init(uninitialized: shape)
        precondition(
            elements.count == count, "\(elements.count) elements do not fill the shape \(shape)")
        elements.withUnsafeBufferPointer {
            guard let base = $0.baseAddress else { return }
            mutablePointer.update(from: base, count: count)
        }
    }

    /// A tensor of no axes holding one number.
    public init(scalar value: Float) { self.init([value], shape: []) }

    private init(shape: [Int], storage: Storage, offset: Int) {
        self.shape = shape
        count = shape.reduce(1, *)
        self.storage = storage
        self.offset = offset
    }

    /// The elements, valid while a tensor with this storage lives.
    ///
    /// Take it from a tensor with a name: a constant, a parameter, a property, what a closure has
    /// captured. Swift may let a named value go after its own last use, but never earlier than an
    /// access through a pointer or a call of code that it does not see, both of which the compiler
    /// calls deinit barriers. Whatever uses the pointer, a loop or a kernel, is one of the two, so
    /// the tensor outlives it and needs no `withExtendedLifetime`. Neither the result of an
    /// expression nor an element of an array is kept like that.
    public var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer + offset) }

    /// The elements for writing, valid like `pointer`; the caller must be the only holder.
    public var mutablePointer: UnsafeMutablePointer<Float> { storage.pointer + offset }

    /// The elements as an array, in row-major order.
    public var elements: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    /// The only element of a tensor of one element.
    public var scalar: Float {
        precondition(count == 1, "a tensor of shape \(shape) is not a scalar")
        return pointer[0]
    }

    /// The same elements under another shape of the same count.
    public func reshaped(_ shape: [Int]) -> Tensor {
        let view = Tensor(shape: shape, storage: storage, offset: offset)
        precondition(view.count == count, "\(self.shape) cannot be seen as \(shape)")
        return view
    }

    /// Rows `range` of the first axis, sharing storage.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
            "rows \(range) are outside \(shape)")
        let stride = shape.dropFirst().reduce(1, *)
        return Tensor(
            shape: [range.count] + shape.dropFirst(), storage: storage,
            offset: offset + range.lowerBound * stride)
    }

    /// A copy with storage of its own.
    public func copy() -> Tensor {
        let result = Tensor(uninitialized: shape)
        parallelElements(count) { part in
            (result.mutablePointer + part.lowerBound).update(
                from: pointer + part.lowerBound, count: part.count)
        }
        return result
    }

    /// Whether every element is neither infinite nor NaN.
    public var isFinite: Bool { jk_is_finite(pointer, count) }

    /// Whether another tensor has the same elements in the same order, bit for bit.
    public func hasSameElements(as other: Tensor) -> Bool {
        count == other.count && memcmp(pointer, other.pointer, 4 * count) == 0
    }

    /// Makes this value the only holder of its elements, copying them if another shares them.
    mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { self = copy() }
    }
}
