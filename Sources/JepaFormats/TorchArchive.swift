import JepaCore

/// A torch file (`.pth`, `.pth.tar`, `.pt`), mapped into memory and read without running anything.
///
/// Since version 1.6 `torch.save` writes a zip file: the record `NAME/data.pkl` is a pickle of the
/// whole object, each `NAME/data/KEY` the bytes of one storage, which tensors view through sizes,
/// strides and an offset. A pickle is a program; here it is interpreted by `PickleMachine`, which
/// can build data and nothing else. What would run code is refused by name.
/// Source: pytorch.org/docs/stable/notes/serialization.html.
public struct TorchArchive: Sendable {
    /// A pickle holds names and shapes; one that is longer is not a checkpoint.
    private static let maximumPickleByteCount = 64 << 20

    /// The file as the user named it.
    public let path: String
    /// The saved object.
    public let root: TorchValue

    /// Opens a file.
    ///
    /// - Throws: `file` if it cannot be read, is damaged, or holds anything but data.
    public init(path: String) throws { try self.init(FileBytes(path: path)) }

    /// Reads a file that is already in memory; `name` stands for its path in messages.
    public init(bytes: [UInt8], name: String) throws { try self.init(FileBytes(bytes, name: name)) }

    private init(_ file: FileBytes) throws {
        let archive = try ZipArchive(file)
        let pickles = archive.records.values.filter {
            let parts = $0.name.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2 && parts[1] == "data.pkl"
        }
        guard pickles.count == 1, let pickle = pickles.first else {
            throw archive.damaged("it has \(pickles.count) records NAME/data.pkl instead of one")
        }
        guard pickle.range.count <= Self.maximumPickleByteCount else {
            throw archive.damaged(
                "its pickle of \(pickle.range.count) bytes exceeds \(Self.maximumPickleByteCount)")
        }
        let folder = pickle.name.dropLast("data.pkl".count)
        if let order = archive.records["\(folder)byteorder"] {
            let text = try archive.contents(of: order)
            guard text.elementsEqual("little".utf8) else {
                throw archive.damaged("its byte order is not 'little'")
            }
        }
        path = file.name
        root = try withExtendedLifetime(file) {
            var machine = PickleMachine(
                try archive.contents(of: pickle),
                storages: TorchStorages(file: file, archive: archive, folder: "\(folder)data/"))
            let object = try machine.run()
            return try PickleTree(machine, file: file.name).value(of: object)
        }
    }

    /// All tensors, named by the keys that lead to them: `encoder.norm.weight`.
    public var tensors: [StoredTensor] { root.tensors() }
}
