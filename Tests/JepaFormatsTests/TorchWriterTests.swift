import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import Testing

struct TorchWriterTests {
    @Test func whatIsWrittenIsReadAgain() throws {
        let folder = TemporaryFolder()
        let original = try TorchArchive(path: Fixture.path("torch.pth"))
        try TorchWriter.write(original.root, to: folder.file("a.pth"))
        let copy = try TorchArchive(path: folder.file("a.pth"))
        #expect(Self.text(copy.root) == Self.text(original.root))
        let (a, b) = (copy.tensors, original.tensors)
        #expect(a.map(\.name) == b.map(\.name) && a.count == 18)
        for (written, read) in zip(a, b) {
            #expect(written.element == read.element && written.shape == read.shape)
            #expect(written.isContiguous)
            let equal = written.withUnsafeBytes { x in
                read.withUnsafeBytes { x.elementsEqual($0) }
            }
            #expect(equal, "\(read.name)")
        }
        try TorchWriter.write(copy.root, to: folder.file("b.pth"))
        #expect(try folder.bytes("a.pth") == folder.bytes("b.pth"))
    }

    // torch.load read exactly these bytes, also with weights_only and mmap.
    @Test func theBytesAreThoseThatTorchHasRead() throws {
        let folder = TemporaryFolder()
        var root = TorchDictionary()
        root.add(.text("weight"), .tensor(StoredTensor("w", Tensor([1, 2, 3], shape: [3, 1]))))
        root.add(.integer(-7), .list([.none, .bool(true), .bool(false), .integer(1 << 40)]))
        root.add(.text("é"), .tuple([.number(0.5), .integer(300), .text("")]))
        try TorchWriter.write(.dictionary(root), to: folder.file("small.pth"))
        #expect(try folder.bytes("small.pth") == Fixture.bytes("written.pth"))
    }

    @Test func storagesBeginAtMultiplesOf64() throws {
        let folder = TemporaryFolder()
        let items = (1...5).map { count in
            TorchValue.tensor(
                StoredTensor("x", Tensor(repeating: Float(count) / 7, shape: [count])))
        }
        try TorchWriter.write(.list(items), to: folder.file("a.pth"))
        let bytes = try folder.bytes("a.pth")
        for count in 1...5 {
            let value = Array(repeating: Float(count) / 7, count: count)
            let place = try #require(
                value.withUnsafeBytes { bytes.firstRange(of: Array($0)) }?.lowerBound)
            #expect(place.isMultiple(of: 64), "\(count)")
        }
    }

    @Test func moreRecordsThanSixteenBitsCountAreKept() throws {
        let folder = TemporaryFolder()
        let one = TorchValue.tensor(StoredTensor("x", Tensor(scalar: 1)))
        let many = TorchValue.list(Array(repeating: one, count: 0x10000))
        try TorchWriter.write(many, to: folder.file("a.pth"))
        let copy = try TorchArchive(path: folder.file("a.pth"))
        #expect(copy.root.items?.count == 0x10000)
        #expect(try copy.root[0xffff]?.tensor?.floats().scalar == 1)
    }

    /// A value as text, with tensors left out.
    private static func text(_ value: TorchValue) -> String {
        switch value {
        case .none: "None"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)!"
        case .text(let value): "'\(value)'"
        case .list(let items): "[\(items.map(text).joined(separator: ","))]"
        case .tuple(let items): "(\(items.map(text).joined(separator: ",")))"
        case .dictionary(let dictionary):
            "{\(dictionary.entries.map { "\($0.key):\(text($0.value))" }.joined(separator: ","))}"
        case .tensor: "tensor"
        }
    }
}
