import Glibc
import JepaCore
import JepaFormats

extension FeatureStore {
    /// An evaluation that is using a store.
    ///
    /// All that use a folder share a lock on it, which the system gives back when the process ends.
    /// Only one that has it alone removes features, so that nobody's go before they were read; the
    /// last to end therefore does it for all. Where the file system has no locks, nothing is
    /// removed.
    final class Use {
        private let store: FeatureStore
        private let descriptor: CInt

        fileprivate init(_ store: FeatureStore) throws {
            self.store = store
            descriptor = open(store.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw PipelineError.refused("open", store.folder) }
            flock(descriptor, LOCK_SH)
        }

        deinit { close(descriptor) }

        /// Ends the use by removing the features that were used longest ago, until those that are
        /// left fit.
        ///
        /// - Parameter limit: Bytes that may be kept.
        /// - Returns: How many files were removed, and their bytes.
        func end(keeping limit: Int) -> (files: Int, bytes: Int) {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return (0, 0) }
            _ = try? AtomicFile.removeLeftovers(in: store.folder)
            let files = store.ownFiles
            var excess = files.reduce(-limit) { $0 + $1.bytes }
            var removed = (files: 0, bytes: 0)
            for file in files.sorted(by: { $0.used < $1.used }) where excess > 0 {
                guard unlink(file.path) == 0 else { continue }
                excess -= file.bytes
                removed = (removed.files + 1, removed.bytes + file.bytes)
            }
            return removed
        }
    }

    /// A file of the store.
    struct File {
        let path: String
        let bytes: Int
        /// When it was last read or written, in nanoseconds since 1970.
        let used: Int
    }

    /// Makes the folder if it is not there, and says that it is in use.
    ///
    /// - Throws: `file` if the system refuses.
    func use() throws -> Use {
        try makeFolder()
        return try Use(self)
    }

    /// The files that a store has written: the key in each gives its name.
    var ownFiles: [File] {
        let names = (try? Folder.names(in: folder)) ?? []
        return names.map { "\(folder)/\($0)" }.compactMap { path in
            guard isOwn(path) else { return nil }
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            let time = status.st_mtim
            return File(
                path: path, bytes: Int(status.st_size),
                used: time.tv_sec * 1_000_000_000 + time.tv_nsec)
        }
    }
}
