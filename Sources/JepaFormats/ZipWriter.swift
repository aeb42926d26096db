/// Writes records into a zip file as they are, aligned, and the directory behind them.
///
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7 (local header) to 4.3.16 (end of the directory).
struct ZipWriter {
    /// Where bytes of a record begin, so that a tensor can be used where it is mapped.
    private static let alignment = 64
    private static let limit = 0xffff_ffff

    private var directory: [UInt8] = []
    private var count = 0

    /// Adds a record at the end of the file.
    mutating func add(
        _ name: String, _ bytes: UnsafeRawBufferPointer, to file: inout AtomicFile
    ) throws {
        let start = file.byteCount
        let checksum = Int(CyclicRedundancyCheck.zip.checksum(of: bytes))
        let sizes = bytes.count < Self.limit ? [] : field(bytes.count, 8) + field(bytes.count, 8)
        let long = extra(1, sizes)
        // Torch, too, fills up with a field that nobody reads, 4 bytes or more.
        let unaligned = start + 30 + name.utf8.count + long.count + 4
        let gap = (Self.alignment - unaligned % Self.alignment) % Self.alignment
        let padding = field(0x4246, 2) + field(gap, 2) + Array(repeating: 0x5a, count: gap)
        let common = summary(checksum, bytes.count, name)
        try file.append(
            field(0x0403_4b50, 4) + common + field(long.count + padding.count, 2)
                + Array(name.utf8) + long + padding)
        try file.append(bytes)
        let offset = start < Self.limit ? [] : field(start, 8)
        let places = extra(1, sizes + offset)
        directory += field(0x0201_4b50, 4) + field(45, 2) + common + field(places.count, 2)
        // No comment, first part, no attributes.
        directory += field(0, 2) + field(0, 2) + field(0, 2) + field(0, 4)
        directory += field(min(start, Self.limit), 4) + Array(name.utf8) + places
        count += 1
    }

    /// Writes the directory.
    func finish(_ file: inout AtomicFile) throws {
        let start = file.byteCount
        try file.append(directory)
        let end = file.byteCount
        if start >= Self.limit || count >= 0xffff {
            try file.append(
                field(0x0606_4b50, 4) + field(44, 8) + field(45, 2) + field(45, 2) + field(0, 8)
                    + field(count, 8) + field(count, 8) + field(directory.count, 8)
                    + field(start, 8))
            try file.append(field(0x0706_4b50, 4) + field(0, 4) + field(end, 8) + field(1, 4))
        }
        let shown = min(count, 0xffff)
        try file.append(
            field(0x0605_4b50, 4) + field(0, 4) + field(shown, 2) + field(shown, 2)
                + field(directory.count, 4) + field(min(start, Self.limit), 4) + field(0, 2))
    }

    /// What both headers say: version, flags, no compression, no time, checksum, sizes, name.
    private func summary(_ checksum: Int, _ size: Int, _ name: String) -> [UInt8] {
        // Bit 11: the name is UTF-8. The date is the first that there is, 1 January 1980.
        field(45, 2) + field(0x0800, 2) + field(0, 2) + field(0, 2) + field(0x21, 2)
            + field(checksum, 4) + field(min(size, Self.limit), 4)
            + field(min(size, Self.limit), 4) + field(name.utf8.count, 2)
    }

    private func extra(_ kind: Int, _ contents: [UInt8]) -> [UInt8] {
        contents.isEmpty ? [] : field(kind, 2) + field(contents.count, 2) + contents
    }

    /// A little-endian number.
    private func field(_ value: Int, _ width: Int) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0[..<width]) }
    }
}
