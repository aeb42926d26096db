import JepaFormats

/// A torch file made by hand: a zip file of a pickle and storages, as wrong as a test wants it.
struct TorchFile {
    /// The checksum of all records; 0 stands for none.
    var checksum: UInt32 = 0
    /// The records in their order.
    var records: [(name: String, bytes: [UInt8])]

    /// A file of a pickle whose characters stand for bytes; protocol and end are put around it.
    init(_ pickle: String) {
        self.init(records: [
            ("x/data.pkl", Self.bytes("\u{80}\u{2}\(pickle).")),
            ("x/data/0", Array(repeating: 0, count: 8)),
        ])
    }

    /// A file of any records.
    init(records: [(name: String, bytes: [UInt8])]) { self.records = records }

    /// A pickle of a tensor of two zeros in storage 0, which has 8 bytes.
    static let tensor = tensor()

    /// The same with other arguments, each of them a pickle.
    static func tensor(
        type: String = "FloatStorage", key: String = "0", count: String = "K\u{2}",
        offset: String = "K\u{0}", shape: String = "K\u{2}\u{85}", strides: String = "K\u{1}\u{85}"
    ) -> String {
        let storage =
            "(\(text("storage"))ctorch\n\(type)\n\(text(key))\(text("cpu"))\(count)tQ"
        return "ctorch._utils\n_rebuild_tensor_v2\n(\(storage)\(offset)\(shape)\(strides)"
            + "\u{89}ccollections\nOrderedDict\n)RtR"
    }

    /// The instruction that pushes an ASCII text.
    static func text(_ text: String) -> String {
        let count = [0, 8, 16, 24].map { Unicode.Scalar(UInt8(text.utf8.count >> $0 & 0xff)) }
        return "X" + String(String.UnicodeScalarView(count)) + text
    }

    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

    func read() throws -> TorchArchive { try TorchArchive(bytes: bytes, name: "x.pth") }

    /// The zip file.
    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, bytes) in records {
            let common =
                number(0, 2) + number(0, 2) + number(0, 4) + number(Int(checksum), 4)
                + number(bytes.count, 4) + number(bytes.count, 4) + number(name.utf8.count, 2)
                + number(0, 2)
            directory += number(0x0201_4b50, 4) + number(0, 4) + common
            directory += number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4)
            directory += number(file.count, 4) + Array(name.utf8)
            file += number(0x0403_4b50, 4) + number(0, 2) + common + Array(name.utf8) + bytes
        }
        let end =
            number(0x0605_4b50, 4) + number(0, 4) + number(records.count, 2)
            + number(records.count, 2) + number(directory.count, 4) + number(file.count, 4)
            + number(0, 2)
        return file + directory + end
    }

    private func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
