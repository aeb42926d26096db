import Foundation

/// The program as it was built beside the tests, run in a process of its own.
enum Program {
    /// What a process printed, both streams in their order, and how it ended.
    struct Outcome {
        let output: String
        let status: Int32
    }

    private static let folder = URL(filePath: CommandLine.arguments[0])
        .resolvingSymlinksInPath().deletingLastPathComponent().path

    static var isBuilt: Bool {
        FileManager.default.isExecutableFile(atPath: folder + "/jepa-pipe")
    }

    /// Runs a line of shell in a folder, with the program on the path.
    static func run(_ line: String, in directory: String, path: String? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(filePath: directory)
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = folder + ":" + (path ?? environment["PATH"] ?? "")
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: output, as: UTF8.self), status: process.terminationStatus)
    }
}
