import JepaCore
import JepaFormats
import JepaTestSupport
import Testing

struct TensorBoardEventsTests {
    // These bytes were read by TensorBoard 2.21 as step 2^40, train/loss -1, and their checksums
    // compared with an independent implementation.
    private static let version =
        "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110"
    private static let point =
        "2500000000000000eabc36f30900000021fd54d941108080808080202a130a110a0a747261696e2f6c6f7373"
        + "15000080bfb6c7ce88"

    @Test func eventsAreTheBytesThatTensorBoardReads() throws {
        let folder = TemporaryFolder()
        let events = try TensorBoardEvents(folder: folder.path, time: 1_700_000_000.5)
        let name = "events.out.tfevents.1700000000.jepa-pipe"
        #expect(events.path == folder.file(name))
        #expect(try hexadecimal(folder.bytes(name)) == Self.version)
        try events.add([("train/loss", -1)], step: 1 << 40, time: 1_700_000_900)
        #expect(try hexadecimal(folder.bytes(name)) == Self.version + Self.point)
        try events.add([("train/loss", -1)], step: 1 << 40, time: 1_700_000_900)
        #expect(try hexadecimal(folder.bytes(name)) == Self.version + Self.point + Self.point)
    }

    @Test func aSecondFileOfTheSameSecondDoesNotReplaceTheFirst() throws {
        let folder = TemporaryFolder()
        for _ in 0..<3 { _ = try TensorBoardEvents(folder: folder.path, time: 1_700_000_000.5) }
        let name = "events.out.tfevents.1700000000.jepa-pipe"
        #expect(try folder.names() == [name, "\(name).1", "\(name).2"])
        expectError(
            .file,
            "cannot write '\(folder.path)/no/events.out.tfevents.0.jepa-pipe': "
                + "No such file or directory"
        ) { _ = try TensorBoardEvents(folder: folder.file("no"), time: 0) }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
