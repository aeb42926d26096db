import JepaCore

/// The directory of a zip file whose records are stored as they are, which is how torch writes.
///
/// Everything a record claims is checked before its bytes can be asked for: that it lies in the
/// file, in nobody else's place, and is neither compressed nor encrypted.
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7 (local header) to 4.3.16 (end of the directory).
struct ZipArchive {
    /// One file in the archive.
    struct Record {
        let name: String
        /// Where its bytes are in the archive.
        let range: Range<Int>
        /// The checksum of the bytes, or 0 if the writer left it out, as torch may be told to.
        let checksum: UInt32
    }

    static let kind = "torch zip"
    private static let endByteCount = 22
    private static let longEndByteCount = 56
    private static let entryByteCount = 46
    private static let localByteCount = 30

    private let file: FileBytes
    /// The records by name.
    private(set) var records: [String: Record] = [:]

    /// Reads the directory.
    ///
    /// - Throws: `file` if the archive breaks a rule or uses a part of the format that torch does not.
    init(_ file: FileBytes) throws {
        self.file = file
        let directory = try findDirectory()
        var position = directory.range.lowerBound
        var spans: [Range<Int>] = []
        for _ in 0..<directory.count {
            let (record, span, next) = try entry(at: position, in: directory.range)
            guard records.updateValue(record, forKey: record.name) == nil else {
                throw damaged("the record \(quoted(record.name)) occurs twice")
            }
            spans.append(span)
            position = next
        }
        guard position == directory.range.upperBound else {
            throw damaged("its directory does not end where it says")
        }
        spans.sort { $0.lowerBound < $1.lowerBound }
        for (span, next) in zip(spans, spans.dropFirst()) where span.upperBound > next.lowerBound {
            throw damaged("two records share the bytes from \(next.lowerBound)")
        }
    }

    /// The bytes of a record, after comparing them with its checksum.
    func contents(of record: Record) throws -> UnsafeRawBufferPointer {
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[record.range])
        guard
            record.checksum == 0
                || record.checksum == CyclicRedundancyCheck.zip.checksum(of: bytes)
        else {
            throw damaged("the bytes of record \(quoted(record.name)) do not match its checksum")
        }
        return bytes
    }

    func damaged(_ reason: String) -> PipelineError {
        PipelineError.damaged(file.name, as: Self.kind, reason)
    }

    /// Finds the central directory from the end of the file, where a comment may follow it.
    private func findDirectory() throws -> (range: Range<Int>, count: Int) {
        let bytes = file.bytes
        guard bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) else {
            let isPickle = bytes.first == 0x80
            throw damaged(
                "it does not begin with 'PK'"
                    + (isPickle ? "; save it again with torch 1.6 or newer" : ""))
        }
        let last = bytes.count - Self.endByteCount
        let candidates = stride(from: last, through: max(0, last - 0xffff), by: -1)
        guard
            let end = candidates.first(where: {
                number(at: $0, 4) == 0x0605_4b50
                    && $0 + Self.endByteCount + number(at: $0 + 20, 2)
                        == bytes.count
            })
        else { throw damaged("it has no directory at its end; it may be cut short") }
        var count = number(at: end + 10, 2)
        var size = number(at: end + 12, 4)
        var start = number(at: end + 16, 4)
        var limit = end
        guard number(at: end + 4, 4) == 0, number(at: end + 8, 2) == count else {
            throw damaged("it is one of several parts")
        }
        // A locator before the end leads to a second end with 64-bit numbers.
        if end >= 20, number(at: end - 20, 4) == 0x0706_4b50 {
            limit = number(at: end - 12, 8)
            guard limit >= 0, limit <= end - 20 - Self.longEndByteCount,
                number(at: limit, 4) == 0x0606_4b50
            else { throw damaged("its 64-bit directory end is not where it says") }
            count = number(at: limit + 32, 8)
            size = number(at: limit + 40, 8)
            start = number(at: limit + 48, 8)
        }
        guard start >= 0, size >= 0, start <= limit, size == limit - start else {
            throw damaged("its directory is not where it says")
        }
        guard count >= 0, count <= size / Self.entryByteCount else {
            throw damaged("its directory has no room for \(count) records")
        }
        return (start..<limit, count)
    }

    /// One record of the directory, all bytes it takes in the file, and where the next one begins.
    private func entry(
        at position: Int, in directory: Range<Int>
    ) throws -> (Record, span: Range<Int>, next: Int) {
        guard position + Self.entryByteCount <= directory.upperBound,
            number(at: position, 4) == 0x0201_4b50
        else { throw damaged("its directory is broken at byte \(position)") }
        let nameEnd = position + Self.entryByteCount + number(at: position + 28, 2)
        let extraEnd = nameEnd + number(at: position + 30, 2)
        let next = extraEnd + number(at: position + 32, 2)
        guard next <= directory.upperBound,
            let name = String(
                validating: file.bytes[position + Self.entryByteCount..<nameEnd], as: UTF8.self)
        else { throw damaged("its directory is broken at byte \(position)") }
        let label = "record \(quoted(name))"
        guard number(at: position + 8, 2) & 0x2041 == 0 else {
            throw damaged("\(label) is encrypted")
        }
        guard number(at: position + 10, 2) == 0 else {
            throw damaged("\(label) is compressed, which torch never does")
        }
        let (size, start) = try place(of: label, at: position, extra: nameEnd..<extraEnd)
        guard start >= 0, start <= directory.lowerBound - Self.localByteCount,
            number(at: start, 4) == 0x0403_4b50
        else { throw damaged("\(label) is not where it says") }
        let localName = start + Self.localByteCount
        let dataStart = localName + number(at: start + 26, 2) + number(at: start + 28, 2)
        guard dataStart <= directory.lowerBound, size >= 0,
            size <= directory.lowerBound - dataStart
        else { throw damaged("\(label) of \(size) bytes does not fit in the file") }
        guard number(at: start + 26, 2) == name.utf8.count,
            file.bytes[localName..<localName + name.utf8.count].elementsEqual(name.utf8)
        else { throw damaged("\(label) has another name in its own header") }
        let record = Record(
            name: name, range: dataStart..<dataStart + size,
            checksum: UInt32(number(at: position + 16, 4)))
        return (record, start..<dataStart + size, next)
    }

    /// The size of a record and where its header is, from the 64-bit field if need be.
    private func place(
        of label: String, at position: Int, extra: Range<Int>
    ) throws -> (size: Int, start: Int) {
        // In the order in which the 64-bit field has those that do not fit in 32 bits.
        var numbers = [position + 24, position + 20, position + 42].map { number(at: $0, 4) }
        let long = numbers.indices.filter { numbers[$0] == 0xffff_ffff }
        if !long.isEmpty {
            guard var field = longField(in: extra), field.count >= 8 * long.count else {
                throw damaged("\(label) lacks its 64-bit sizes")
            }
            for index in long {
                numbers[index] = number(at: field.lowerBound, 8)
                field = field.dropFirst(8)
            }
        }
        guard numbers[0] == numbers[1] else { throw damaged("\(label) has two sizes") }
        return (numbers[0], numbers[2])
    }

    private func longField(in extra: Range<Int>) -> Range<Int>? {
        var position = extra.lowerBound
        while position + 4 <= extra.upperBound {
            let end = position + 4 + number(at: position + 2, 2)
            guard end <= extra.upperBound else { return nil }
            if number(at: position, 2) == 1 { return position + 4..<end }
            position = end
        }
        return nil
    }

    /// A little-endian number; -1 outside the file, negative also if beyond 63 bits.
    private func number(at position: Int, _ width: Int) -> Int {
        guard position >= 0, position <= file.bytes.count - width else { return -1 }
        var value: UInt64 = 0
        for byte in (0..<width).reversed() {
            value = value << 8 | UInt64(file.bytes[position + byte])
        }
        return Int(truncatingIfNeeded: value)
    }
}
