import Glibc
import JepaCore

/// Writes curves that TensorBoard shows: one file of events in a folder, longer with every step.
///
/// Each event is a protocol buffer in a TFRecord: its length, a checksum of the length, the event,
/// a checksum of the event. An event is written at once, so a killed run loses none that it had
/// written; a resumed run starts another file, which TensorBoard appends to the first.
/// Source: tensorflow/core/util/event.proto and core/lib/io/record_writer.h.
public final class TensorBoardEvents {
    /// The file being written.
    public let path: String
    private let descriptor: CInt

    /// Starts a file in an existing folder.
    ///
    /// - Parameter time: now, in seconds since 1970; files of one folder are read in its order.
    /// - Throws: `file` if the system refuses.
    public init(folder: String, time: Double) throws {
        // The program shows every file with `tfevents` in its name, sorted by name.
        let stem = "\(folder)/events.out.tfevents.\(Int(time)).jepa-pipe"
        var (path, number, descriptor) = (stem, 0, CInt(-1))
        repeat {
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
            guard descriptor < 0 else { break }
            guard errno == EEXIST else { throw PipelineError.refused("write", path) }
            number += 1
            path = "\(stem).\(number)"
        } while true
        self.path = path
        self.descriptor = descriptor
        var event = ProtocolBuffer()
        event.add(double: time, field: 1)
        event.add(text: "brain.Event:2", field: 3)
        try append(event)
    }

    deinit { close(descriptor) }

    /// Adds one point to each of some curves.
    ///
    /// - Parameters:
    ///   - scalars: the curves' names, as in `train/loss`, and values; stored as float32.
    ///   - time: now, in seconds since 1970.
    /// - Throws: `file` if the system refuses.
    public func add(_ scalars: [(name: String, value: Double)], step: Int, time: Double) throws {
        var summary = ProtocolBuffer()
        for (name, value) in scalars {
            var entry = ProtocolBuffer()
            entry.add(text: name, field: 1)
            entry.add(float: Float(value), field: 2)
            summary.add(message: entry, field: 1)
        }
        var event = ProtocolBuffer()
        event.add(double: time, field: 1)
        event.add(integer: step, field: 2)
        event.add(message: summary, field: 5)
        try append(event)
    }

    private func append(_ event: ProtocolBuffer) throws {
        let length = littleEndian(UInt64(event.bytes.count))
        let record =
            length + littleEndian(Self.checksum(of: length)) + event.bytes
            + littleEndian(Self.checksum(of: event.bytes))
        var position = 0
        while position < record.count {
            let written = record[position...].withUnsafeBytes {
                write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else { throw PipelineError.refused("write", path) }
            position += written
        }
    }

    /// Rotated and shifted, for a checksum of data with checksums in it is a poor one.
    private static func checksum(of bytes: [UInt8]) -> UInt32 {
        let value = bytes.withUnsafeBytes { CyclicRedundancyCheck.castagnoli.checksum(of: $0) }
        return (value >> 15 | value << 17) &+ 0xa282_ead8
    }
}

/// The wire format of protocol buffers, as far as events need it.
private struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    mutating func add(integer: Int, field: Int) {
        add(varint: UInt64(field << 3))
        add(varint: UInt64(bitPattern: Int64(integer)))
    }

    mutating func add(double: Double, field: Int) {
        add(varint: UInt64(field << 3 | 1))
        bytes += littleEndian(double.bitPattern)
    }

    mutating func add(float: Float, field: Int) {
        add(varint: UInt64(field << 3 | 5))
        bytes += littleEndian(float.bitPattern)
    }

    mutating func add(text: String, field: Int) { add(bytes: Array(text.utf8), field: field) }

    mutating func add(message: ProtocolBuffer, field: Int) {
        add(bytes: message.bytes, field: field)
    }

    private mutating func add(bytes added: [UInt8], field: Int) {
        add(varint: UInt64(field << 3 | 2))
        add(varint: UInt64(added.count))
        bytes += added
    }

    /// Seven bits a byte, the lowest first; the top bit says that more follow.
    private mutating func add(varint: UInt64) {
        var rest = varint
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
