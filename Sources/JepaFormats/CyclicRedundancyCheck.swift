/// A 32-bit cyclic redundancy check over bytes, least significant bit first, eight bytes at a time.
struct CyclicRedundancyCheck: Sendable {
    /// The check of zip files.
    static let zip = CyclicRedundancyCheck(reversedPolynomial: 0xedb8_8320)
    /// Castagnoli's, that of TensorFlow's records.
    static let castagnoli = CyclicRedundancyCheck(reversedPolynomial: 0x82f6_3b78)

    /// Entry `256 * k + b`: the check of byte `b` followed by `k` zeros.
    private let table: [UInt32]

    init(reversedPolynomial polynomial: UInt32) {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
            table[byte] = value
        }
        for place in 256..<table.count {
            let before = table[place - 256]
            table[place] = before >> 8 ^ table[Int(before & 0xff)]
        }
        self.table = table
    }

    /// The check of all bytes; that of none is 0.
    func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var value = ~UInt32(0)
            var position = 0
            while position + 8 <= bytes.count {
                let word = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let mixed = word ^ UInt64(value)
                // Byte k is followed by 7 - k others.
                let early =
                    table[1792 + Int(mixed & 0xff)] ^ table[1536 + Int(mixed >> 8 & 0xff)]
                    ^ table[1280 + Int(mixed >> 16 & 0xff)] ^ table[1024 + Int(mixed >> 24 & 0xff)]
                let late =
                    table[768 + Int(mixed >> 32 & 0xff)] ^ table[512 + Int(mixed >> 40 & 0xff)]
                    ^ table[256 + Int(mixed >> 48 & 0xff)] ^ table[Int(mixed >> 56)]
                value = early ^ late
                position += 8
            }
            for byte in bytes[position...] {
                value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
            }
            return ~value
        }
    }
}
