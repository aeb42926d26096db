import JepaCore

/// A 64-bit sum over bytes that any changed bit changes.
///
/// Four lanes of 64-bit words, each multiplied and mixed; it guards against damage, not malice.
package struct Checksum {
    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
    private var count: UInt64 = 0

    /// The sum over no bytes.
    package init() {}

    /// Adds bytes, and how many there are.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var lanes = lanes
        let whole = bytes.count / 32 * 32
        for place in stride(from: 0, to: whole, by: 32) {
            lanes.0 = Self.mix(lanes.0, bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            lanes.1 = Self.mix(
                lanes.1, bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self))
            lanes.2 = Self.mix(
                lanes.2, bytes.loadUnaligned(fromByteOffset: place + 16, as: UInt64.self))
            lanes.3 = Self.mix(
                lanes.3, bytes.loadUnaligned(fromByteOffset: place + 24, as: UInt64.self))
        }
        for place in whole..<bytes.count { lanes.0 = Self.mix(lanes.0, UInt64(bytes[place])) }
        self.lanes = lanes
        count = Self.mix(count, UInt64(bytes.count))
    }

    /// The sum in sixteen hexadecimal digits.
    package var text: String {
        let sum = [lanes.0, lanes.1, lanes.2, lanes.3].reduce(count, Self.mix)
        return zeroPadded(sum, digits: 16, radix: 16)
    }

    /// A bijection of the sum for every word, and of the word for every sum.
    private static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
        return product ^ (product >> 32)
    }
}
