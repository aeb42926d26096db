/// PNG files of one channel, as maps of classes and distances are: what tests read, nothing writes.
package enum NumberPNG {
    /// A file, not compressed.
    ///
    /// - Parameters:
    ///   - bits: Of a number: 1, 2, 4, 8 or 16.
    ///   - values: `[height, width]`
    ///   - colours: The length of the palette that the numbers are indices of; nil for gray.
    package static func bytes(
        width: Int, height: Int, bits: Int = 8, values: [UInt16], colours: Int? = nil
    ) -> [UInt8] {
        precondition(values.count == width * height, "\(values.count) are not \(width)x\(height)")
        var rows: [UInt8] = []
        for y in 0..<height {
            // No filter.
            rows.append(0)
            var line = [UInt8](repeating: 0, count: (width * bits + 7) / 8)
            for x in 0..<width {
                let value = values[y * width + x]
                if bits == 16 {
                    line[2 * x] = UInt8(value >> 8)
                    line[2 * x + 1] = UInt8(value & 0xff)
                } else {
                    line[x * bits / 8] |= UInt8(value) << UInt8(8 - bits - x * bits % 8)
                }
            }
            rows += line
        }
        let head =
            bigEndian(UInt32(width)) + bigEndian(UInt32(height))
            + [UInt8(bits), colours == nil ? 0 : 3, 0, 0, 0]
        var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        file += chunk("IHDR", head)
        // Colours that are not their indices.
        if let colours { file += chunk("PLTE", (0..<colours * 3).map { UInt8(250 - $0 % 250) }) }
        file += chunk("IDAT", stored(rows))
        return file + chunk("IEND", [])
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        var check = ~UInt32(0)
        for byte in body {
            check ^= UInt32(byte)
            for _ in 0..<8 { check = check & 1 == 1 ? check >> 1 ^ 0xedb8_8320 : check >> 1 }
        }
        return bigEndian(UInt32(data.count)) + body + bigEndian(~check)
    }

    /// A zlib stream of blocks that are not compressed. Source: RFC 1950 and 1951.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            let (low, high) = (UInt8(block.count & 0xff), UInt8(block.count >> 8))
            stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
        } while !rest.isEmpty
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return stream + bigEndian(b << 16 | a)
    }
}
