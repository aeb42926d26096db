package import Foundation
import JepaCore

/// The program `dot` of Graphviz, which makes pictures of diagrams.
package struct Graphviz {
    private let program: String

    /// Looks for the program.
    ///
    /// - Parameter path: Folders to look in, separated by colons, as in the variable `PATH`.
    /// - Throws: `PipelineError` with code `unavailable` that names the package to install.
    package init(path: String) throws {
        let folders = path.split(separator: ":").map(String.init)
        let candidates = folders.map { $0 + "/dot" }
        guard let program = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw PipelineError(
                .unavailable, "pictures are made by the program 'dot', which is not on the PATH",
                notes: [
                    "Install Graphviz, in Debian by 'apt install graphviz', or use --format dot."
                ])
        }
        self.program = program
    }

    /// A picture of a diagram.
    ///
    /// - Parameters:
    ///   - dot: The diagram in the language of Graphviz.
    ///   - format: `svg`, `png` or `pdf`.
    /// - Throws: `PipelineError` with code `file` and what the program said.
    package func picture(of dot: String, format: String) throws -> Data {
        // Files, because a pipe that nobody empties stops the program at the other end.
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "jepa-pipe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = { (name: String) in folder.appending(path: name) }
        try Data(dot.utf8).write(to: file("in.dot"))
        try Data().write(to: file("messages"))
        let process = Process()
        process.executableURL = URL(filePath: program)
        // At the usual 96 dots an inch words are coarse.
        let resolution = format == "png" ? ["-Gdpi=144"] : []
        process.arguments =
            ["-T\(format)"] + resolution + ["-o", file("picture").path, file("in.dot").path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: file("messages"))
        do {
            try process.run()
        } catch {
            throw PipelineError(
                .unavailable, "'\(program)' cannot be run: \(error.localizedDescription)")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0, process.terminationReason == .exit,
            let picture = try? Data(contentsOf: file("picture"))
        else {
            let messages = (try? String(contentsOf: file("messages"), encoding: .utf8)) ?? ""
            let lines = messages.split(whereSeparator: \.isNewline).map(String.init)
            let end =
                process.terminationReason == .exit
                ? "ended with status \(process.terminationStatus)"
                : "was ended by signal \(process.terminationStatus)"
            throw PipelineError(
                .file, "'\(program)' \(end) and made no picture",
                notes: lines.isEmpty ? ["It said nothing."] : ["It said:"] + lines.prefix(20))
        }
        return picture
    }
}
