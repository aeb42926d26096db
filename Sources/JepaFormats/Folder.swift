import Glibc
import JepaCore

/// Folders of the file system.
package enum Folder {
    /// Whether there is a folder at a path, or a link to one.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names of everything in a folder, hidden or not, in order.
    ///
    /// - Throws: `file` if there is no such folder, or it cannot be read.
    package static func names(in path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw PipelineError.refused("list", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
