import Foundation
import JepaTensor

/// The machine a run was made on.
public struct Machine: Codable, Equatable, Sendable {
    /// The processor by its maker's name.
    public let processor: String
    /// Processors this process may use.
    public let cores: Int
    /// Threads that compute.
    public let threads: Int
    /// The instructions the kernels use: `portable`, `avx2` or `avx512`.
    public let instructions: String
    /// Main memory, in MiB.
    public let memory: Int
    /// The operating system.
    public let system: String

    /// This machine, now.
    public static var current: Machine {
        Machine(
            processor: processorName ?? "unknown",
            cores: ProcessInfo.processInfo.activeProcessorCount, threads: threadCount,
            instructions: vectorLevel,
            memory: Int(ProcessInfo.processInfo.physicalMemory >> 20),
            system: ProcessInfo.processInfo.operatingSystemVersionString)
    }

    /// The most memory this process has ever occupied, in MiB.
    public static var peakMemory: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    }

    private static var processorName: String? {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
            return nil
        }
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
