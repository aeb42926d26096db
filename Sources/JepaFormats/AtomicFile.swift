import Glibc
import JepaCore
import Synchronization

/// A file that appears complete or not at all.
///
/// The bytes go into a temporary file in the same folder, which is synced and renamed over the
/// target when all of them are there; then the folder is synced. Whatever goes wrong before the
/// renaming (a full disk, an error thrown by the writer), the old file is as it was and the
/// temporary one is gone. Only a killed process leaves a temporary file behind, named
/// `.NAME.PROCESS.NUMBER.partial`: see `removeLeftovers`.
///
/// A symbolic link is followed; a new file gets the usual permissions, a replaced one keeps its own.
public struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private var descriptor: CInt
    private var isRenamed = false
    /// The bytes written so far.
    public private(set) var byteCount = 0

    /// Writes a file by handing `contents` the open temporary one.
    ///
    /// - Throws: `file` if the system refuses anything, and whatever `contents` throws.
    public static func write(
        to path: String, _ contents: (inout AtomicFile) throws -> Void
    ) throws {
        var file = try AtomicFile(path: path)
        try contents(&file)
        try file.commit()
    }

    /// Writes a file of the given bytes.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        try write(to: path) { file in try bytes.withUnsafeBytes { try file.append($0) } }
    }

    /// Writes a text file in UTF-8.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Makes an empty file beside another, for what is needed until that one is written.
    ///
    /// It is named as the temporary file of a writer: no file of anybody else has that name, and
    /// `removeLeftovers` knows it. Whoever asks for it removes it or hands it to `replace`. What
    /// killed processes left of the same file is removed, since it may be as large as that.
    ///
    /// - Throws: `file` if the system refuses, or if `path` is there and no regular file.
    package static func scratch(for path: String) throws -> String {
        let target = try target(of: path)
        let (folder, name) = split(target)
        _ = try? removeLeftovers(in: folder, of: name)
        let (scratch, descriptor) = try openTemporary(beside: target, for: path)
        close(descriptor)
        return scratch
    }

    /// Puts a finished scratch file in the place of the file that it was made for.
    ///
    /// A symbolic link is followed, as in writing.
    ///
    /// - Throws: `file` if the system refuses.
    package static func replace(_ path: String, by scratch: String) throws {
        let target = try target(of: path)
        guard rename(scratch, target) == 0 else {
            throw PipelineError.refused("write", path)
        }
        try sync(folder: split(target).folder)
    }

    /// Removes temporary files that killed processes of this machine left in a folder.
    ///
    /// - Parameter file: The name of the file that they were to become; nil for any.
    /// - Returns: the names of the removed files.
    @discardableResult
    public static func removeLeftovers(
        in folder: String, of file: String? = nil
    ) throws -> [String] {
        try Folder.names(in: folder).filter { name in
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count >= 5, parts[0].isEmpty, parts.last == "partial",
                UInt(parts[parts.count - 2]) != nil,
                file == nil || parts.dropFirst().dropLast(3).joined(separator: ".") == file,
                let process = pid_t(parts[parts.count - 3]), process > 0,
                kill(process, 0) != 0, errno == ESRCH
            else { return false }
            return unlink("\(folder)/\(name)") == 0
        }
    }

    /// Adds bytes at the end.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = UnsafeRawBufferPointer(rebasing: rest)
            let written = Glibc.write(descriptor, chunk.baseAddress, chunk.count)
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else { throw refused(errno) }
            rest = rest.dropFirst(written)
            byteCount += written
        }
    }

    /// Adds bytes at the end.
    public mutating func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try append($0) }
    }

    private init(path: String) throws {
        let target = try Self.target(of: path)
        let (temporary, descriptor) = try Self.openTemporary(beside: target, for: path)
        self.path = target
        self.temporary = temporary
        self.descriptor = descriptor
    }

    /// A new file in the folder of another, with its permissions.
    ///
    /// - Parameter path: What messages call the other.
    private static func openTemporary(
        beside target: String, for path: String
    ) throws -> (path: String, descriptor: CInt) {
        let (folder, name) = split(target)
        // The process and a number that it uses once keep writers out of each other's way.
        let number = counter.add(1, ordering: .relaxed).newValue
        let temporary = "\(folder)/.\(name).\(getpid()).\(number).partial"
        // What an earlier process of this number may have left; nobody else's file is written into.
        unlink(temporary)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = open(temporary, flags, 0o666)
        guard descriptor >= 0 else { throw PipelineError.refused("write", path) }
        var status = stat()
        if stat(target, &status) == 0 { fchmod(descriptor, status.st_mode & 0o7777) }
        return (temporary, descriptor)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isRenamed { unlink(temporary) }
    }

    private mutating func commit() throws {
        guard fsync(descriptor) == 0 else { throw refused(errno) }
        let closing = descriptor
        descriptor = -1
        // Some file systems report a full disk only now.
        guard close(closing) == 0 else { throw refused(errno) }
        guard rename(temporary, path) == 0 else { throw refused(errno) }
        isRenamed = true
        try Self.sync(folder: Self.split(path).folder)
    }

    private func refused(_ code: CInt) -> PipelineError {
        var error = PipelineError.refused("write", path, code)
        if code == ENOSPC || code == EDQUOT {
            error.notes.append("Free some space and try again; nothing that was there is lost.")
        }
        return error
    }

    private static let counter = Atomic<Int>(0)

    /// The file to replace: what a link leads to. A device or a folder is no file to replace.
    private static func target(of path: String) throws -> String {
        var status = stat()
        guard lstat(path, &status) == 0 else { return path }
        var target = path
        if status.st_mode & S_IFMT == S_IFLNK {
            guard let resolved = realpath(path, nil) else {
                throw PipelineError.refused("follow the link", path)
            }
            defer { free(resolved) }
            target = String(cString: resolved)
            guard stat(target, &status) == 0 else { return target }
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PipelineError(.file, "cannot write \(quoted(path)): it is not a regular file")
        }
        return target
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
    }

    /// Makes a renaming last: it is in the folder, not in the file.
    private static func sync(folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PipelineError.refused("sync", folder) }
        defer { close(descriptor) }
        // EINVAL: a file system that cannot sync folders has nothing to be synced.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw PipelineError.refused("sync", folder)
        }
    }
}
