/// A 32-bit cyclic redundancy check over bytes, least significant bit first, eight bytes at a time.
struct CyclicRedundancyCheck: Sendable {
    /// The check of zip files.
    static let zip = CyclicRedundancyCheck(reversedPolynomial: 0xedb8_8320)

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
                value = 0
                for place in 0..<8 {
                    let byte = Int(truncatingIfNeeded: mixed >> (8 * UInt64(place))) & 0xff
                    value ^= table[(7 - place) * 256 + byte]
                }
                position += 8
            }
            for byte in bytes[position...] {
                value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
            }
            return ~value
        }
    }
}
