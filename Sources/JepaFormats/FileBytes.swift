import Glibc
import JepaCore
import JepaTensor

/// The bytes of a file, mapped into memory and read only as they are touched, or bytes that are in
/// memory already.
///
/// What is mapped stays readable when the file is replaced by another of its name, which is how
/// this package writes; a program that shortens the file in place takes the bytes away.
package final class FileBytes: @unchecked Sendable {
    /// The file as the user named it.
    let name: String
    /// All bytes; immutable, so any thread may read them.
    let bytes: UnsafeRawBufferPointer
    private let owner: Owner

    /// Who gives the memory back.
    private enum Owner {
        case nobody
        case map
        case allocation
        case tensor(Tensor)
    }

    /// Maps a regular file; a folder, a pipe or a device is refused without waiting for it.
    package init(path: String) throws {
        name = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw PipelineError.refused("read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw PipelineError.refused("read", path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PipelineError(.file, "cannot read \(quoted(path)): it is not a regular file")
        }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            owner = .nobody
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
            address != MAP_FAILED
        else { throw PipelineError.refused("map", path) }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
        owner = .map
    }

    /// A copy of bytes that are already in memory.
    init(_ contents: some Collection<UInt8>, name: String) {
        self.name = name
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: contents.count, alignment: 64)
        memory.copyBytes(from: contents)
        bytes = UnsafeRawBufferPointer(memory)
        owner = .allocation
    }

    /// The elements of a tensor, not copied.
    init(_ tensor: Tensor, name: String) {
        self.name = name
        bytes = UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * 4)
        owner = .tensor(tensor)
    }

    /// A copy of the first bytes, at most `count`.
    package func head(_ count: Int) -> [UInt8] {
        withExtendedLifetime(self) { [UInt8](bytes.prefix(count)) }
    }

    deinit {
        switch owner {
        case .map: munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        case .allocation: bytes.deallocate()
        case .nobody, .tensor: break
        }
    }
}
