import JepaCore

/// The blocks of numbers in a torch file, and the tensors that view them.
struct TorchStorages {
    /// A block of numbers of one type.
    struct Storage {
        let element: TensorElement
        let record: ZipArchive.Record
        /// The number of elements.
        let count: Int
    }

    /// More axes than any tensor has.
    private static let maximumRank = 64
    /// A view may repeat elements (`expand`), so its size says nothing about the file's; above
    /// this many elements it may not be larger than its storage.
    private static let maximumRepeatedCount = 1 << 24

    let file: FileBytes
    let archive: ZipArchive
    /// What the names of records begin with.
    let folder: String
    private var checked: [String: Storage] = [:]

    init(file: FileBytes, archive: ZipArchive, folder: String) {
        self.file = file
        self.archive = archive
        self.folder = folder
    }

    /// The storage of a key, its bytes compared with the checksum when it is first asked for.
    mutating func storage(_ key: String, _ element: TensorElement, count: Int) throws -> Storage {
        if let known = checked[key] {
            guard known.element == element, known.count == count else {
                throw archive.damaged("storage \(quoted(key)) has two types or sizes")
            }
            return known
        }
        guard let record = archive.records[folder + key] else {
            throw archive.damaged("it has no record of storage \(quoted(key))")
        }
        let (needed, overflow) = count.multipliedReportingOverflow(by: element.byteCount)
        guard count >= 0, !overflow, needed == record.range.count else {
            throw archive.damaged(
                "storage \(quoted(key)) has \(record.range.count) bytes for \(count) \(element)")
        }
        _ = try archive.contents(of: record)
        let storage = Storage(element: element, record: record, count: count)
        checked[key] = storage
        return storage
    }

    /// A view of a storage, all of whose elements have to lie inside.
    func tensor(
        _ storage: Storage, offset: Int, shape: [Int], strides: [Int]
    ) throws -> StoredTensor {
        let name = quoted(storage.record.name)
        guard shape.count == strides.count, shape.count <= Self.maximumRank else {
            throw archive.damaged(
                "a tensor in \(name) has \(shape.count) axes and \(strides.count) strides")
        }
        func impossible(_ reason: String) -> PipelineError {
            archive.damaged(
                "a tensor of shape \(shape), strides \(strides) and offset \(offset) in \(name) "
                    + reason)
        }
        guard offset >= 0, (shape + strides).allSatisfy({ $0 >= 0 }) else {
            throw impossible("has a negative number")
        }
        guard let bytes = byteCount(of: shape, storage.element) else {
            throw impossible("has too many elements")
        }
        // The last element has the largest index along every axis.
        var last = offset
        for (length, stride) in zip(shape, strides) where length > 1 {
            let (reach, overflow) = (length - 1).multipliedReportingOverflow(by: stride)
            let (sum, carry) = last.addingReportingOverflow(reach)
            guard !overflow, !carry else { throw impossible("leaves its storage") }
            last = sum
        }
        guard bytes == 0 || last < storage.count else {
            throw impossible("leaves its \(storage.count) elements")
        }
        let count = bytes / storage.element.byteCount
        guard count <= max(storage.count, Self.maximumRepeatedCount) else {
            throw impossible("repeats \(storage.count) elements too often")
        }
        let start = bytes == 0 ? 0 : offset * storage.element.byteCount
        return StoredTensor(
            storage.record.name, storage.element, shape: shape, strides: strides, file: file,
            start: storage.record.range.lowerBound + start)
    }
}
