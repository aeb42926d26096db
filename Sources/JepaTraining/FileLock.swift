import Glibc
import JepaCore
import JepaFormats

/// Keeps two processes from writing one run. The system gives it back when the process ends.
final class FileLock {
    private let descriptor: CInt

    /// Takes the lock, or says who has it.
    ///
    /// - Parameter run: The folder that the message names.
    init(_ path: String, of run: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw PipelineError.refused("write", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            // Some network file systems cannot lock at all.
            guard reason == EWOULDBLOCK else { throw PipelineError.refused("lock", path, reason) }
            throw PipelineError(
                .file, "the run in '\(run)' is being written by process \(holder)",
                notes: ["Wait until it has ended, or give --out a new folder."])
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return text.trimmingSuffix { $0.isNewline }
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
