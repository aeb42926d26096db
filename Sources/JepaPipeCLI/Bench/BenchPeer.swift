import Foundation
import JepaCore

/// Another program that does the same work, started anew for each run.
struct BenchPeer {
    /// What a run of it came to.
    struct Run {
        /// What it says it is.
        let program: String
        /// Images of a step.
        let batchSize: Int
        /// Seconds of the steps that count, in their order.
        let steps: [Double]
        /// Seconds from its start to its first line.
        let startUp: Double
        /// The most memory it occupied, in bytes.
        let peakBytes: Int

        /// The seconds of its steps.
        var seconds: Spread { Spread(steps) }
    }

    /// What it is to do, as JSON in its environment.
    struct Task: Encodable {
        /// Steps that do not count, which come first.
        let warmUp: Int
        /// Steps that count.
        let steps: Int
        /// Threads to compute with.
        let threads: Int
        /// Images of a step.
        let batchSize: Int
        /// Channels, height and width of the images.
        let image: [Int]
        /// Context patches of each step.
        let context: [Int]
        /// Target blocks of each step.
        let blocks: [Int]
        /// Patches of the target blocks of each step.
        let targets: [Int]
    }

    /// The variable that `Task` is in.
    static let variable = "JEPA_PIPE_BENCH"

    /// A line of shell.
    let command: String

    /// One line of its output; what is not JSON, or has none of these, is passed over.
    private struct Line: Decodable {
        let program: String?
        let batchSize: Int?
        let stepSeconds: Double?
    }

    /// Runs it once.
    ///
    /// - Throws: `data` if it cannot be started, fails, or prints too few steps.
    func run(_ task: Task) throws -> Run {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = ProcessInfo.processInfo.environment.merging(
            [Self.variable: try JSONLine.text(task)]) { $1 }
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        let start = ContinuousClock.now
        do {
            try process.run()
        } catch {
            throw failure("cannot be started: \(error.localizedDescription)")
        }
        var (program, batchSize, startUp) = (command, task.batchSize, nil as Double?)
        var steps: [Double] = []
        Self.eachLine(of: pipe.fileHandleForReading) { text in
            guard let line = Self.line(text) else { return }
            startUp = startUp ?? start.duration(to: .now) / .seconds(1)
            program = line.program ?? program
            batchSize = line.batchSize ?? batchSize
            if let seconds = line.stepSeconds { steps.append(seconds) }
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw failure("ended with the status \(process.terminationStatus)")
        }
        guard steps.count > task.warmUp, steps.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw failure(
                "printed the time of \(steps.count) steps, \(task.warmUp) of which only warm up")
        }
        guard batchSize > 0 else { throw failure("gives 'batch_size' as \(batchSize)") }
        return Run(
            program: program, batchSize: batchSize, steps: Array(steps.dropFirst(task.warmUp)),
            startUp: startUp ?? 0, peakBytes: ProcessFigures.peakBytesOfChildren)
    }

    private func failure(_ what: String) -> PipelineError {
        PipelineError(
            .data, "the peer '\(command)' \(what)",
            notes: ["'jepa-pipe bench --help' tells what a peer prints."])
    }

    private static func line(_ text: Substring) -> Line? {
        guard text.hasPrefix("{") else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(Line.self, from: Data(text.utf8))
    }

    /// Calls `body` with every line as soon as it is there.
    private static func eachLine(of file: FileHandle, _ body: (Substring) -> Void) {
        var rest = Data()
        while true {
            let more = file.availableData
            rest += more
            let end = more.isEmpty ? rest.endIndex : rest.lastIndex(of: 0x0A)
            guard let end else { continue }
            for line in String(decoding: rest[..<end], as: UTF8.self).split(separator: "\n") {
                body(line)
            }
            if more.isEmpty { return }
            rest = Data(rest[(end + 1)...])
        }
    }
}

/// Values as one line of JSON, keys in snake_case and in alphabetical order.
enum JSONLine {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
