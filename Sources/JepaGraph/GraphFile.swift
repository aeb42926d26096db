import Foundation
import JepaCore

/// A file that is read whole, if it is one and not too large.
struct GraphFile {
    let path: String
    let maximumBytes: Int

    /// The bytes of the file. A pipe or a device is refused without waiting for it.
    ///
    /// - Throws: `PipelineError` with code `file`, the reason, and the nearest name that exists.
    func contents() throws -> [UInt8] {
        guard !path.isEmpty else { throw PipelineError(.file, "the name of the file is empty") }
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw openingError(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw reason(errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw folderError()
        default: throw PipelineError(.file, "'\(path)' is not a regular file")
        }
        if status.st_size > maximumBytes { throw Self.tooLarge(path, maximumBytes) }
        return try readAll(descriptor)
    }

    /// The error of a text that is too large.
    static func tooLarge(_ path: String, _ maximumBytes: Int) -> PipelineError {
        PipelineError(
            .file, "'\(path)' is larger than \(maximumBytes >> 10) KiB; a graph file is a few KiB")
    }

    private func readAll(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // A file may grow while it is read, so its size is no bound.
        while bytes.count <= maximumBytes {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw reason(errno) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        throw Self.tooLarge(path, maximumBytes)
    }

    private func reason(_ number: Int32) -> PipelineError {
        let text = String(cString: strerror(number)).lowercased()
        return PipelineError(.file, "'\(path)' cannot be read: \(text)")
    }

    private func openingError(_ number: Int32) -> PipelineError {
        guard number == ENOENT || number == ENOTDIR else { return reason(number) }
        // The first part of the path that is not there is the one to name.
        let url = URL(fileURLWithPath: path).standardizedFileURL
        var missing = url
        while missing.pathComponents.count > 1 {
            let folder = missing.deletingLastPathComponent()
            if isFolder(folder.path) { break }
            missing = folder
        }
        let name = missing.lastPathComponent
        let folder = missing.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        guard missing == url else {
            let what =
                names.contains(name)
                ? "'\(name)' is not a folder"
                : "there is no folder '\(name)'\(didYouMean(name, among: names))"
            return PipelineError(.file, "'\(path)' cannot be read: \(what)")
        }
        let isNear = nearestSpelling(to: name, among: names) != nil
        let hint = isNear ? name : name + ".yaml"
        return PipelineError(
            .file, "there is no file '\(path)'\(didYouMean(hint, among: names))",
            notes: notes(names))
    }

    private func folderError() -> PipelineError {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return PipelineError(
            .file, "'\(path)' is a folder, not a graph file", notes: notes(names))
    }

    private func notes(_ names: [String]) -> [String] {
        let graphs = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
        guard !graphs.isEmpty else { return [] }
        let more = graphs.count > 10 ? ", and \(graphs.count - 10) more" : ""
        return ["Graph files there: \(graphs.prefix(10).joined(separator: ", "))\(more)."]
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
