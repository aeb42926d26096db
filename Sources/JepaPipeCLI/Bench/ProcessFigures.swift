import Foundation

/// What the system counts for this process.
enum ProcessFigures {
    /// Seconds since the process was started, to a hundredth; nil where the system does not tell.
    static var age: Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            // The second field is a name in brackets that may hold anything.
            let rest = text.split(separator: ")").last?.split(separator: " "), rest.count > 19,
            let start = Double(rest[19])
        else { return nil }
        #if os(Linux)
            var now = timespec()
            clock_gettime(CLOCK_BOOTTIME, &now)
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - start / ticks
        #else
            return nil
        #endif
    }

    /// Seconds that the calling thread has computed.
    static var threadSeconds: Double {
        var used = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used)
        return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
    }

    /// Page faults so far that needed no disk.
    static var pageFaults: Int { usage(of: RUSAGE_SELF).ru_minflt }

    /// Seconds that all cores together have been busy, and those of this process among them; nil
    /// where the system does not tell.
    static var busySeconds: (all: Double, own: Double)? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first
        else { return nil }
        // User, nice, system, idle, waiting, two kinds of interrupts, stolen by other guests.
        let counts = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard counts.count >= 8 else { return nil }
        let busy = counts[0] + counts[1] + counts[2] + counts[5] + counts[6] + counts[7]
        let used = usage(of: RUSAGE_SELF)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return (
            busy / Double(sysconf(Int32(_SC_CLK_TCK))),
            seconds(used.ru_utime) + seconds(used.ru_stime)
        )
    }

    /// The most memory this process has ever occupied, in bytes.
    static var peakBytes: Int { usage(of: RUSAGE_SELF).ru_maxrss * unit }

    /// The same of the largest process that it started and that has ended.
    static var peakBytesOfChildren: Int { usage(of: RUSAGE_CHILDREN).ru_maxrss * unit }

    #if os(Linux)
        private static let unit = 1024
        private static func usage(of whom: __rusage_who) -> rusage {
            var usage = rusage()
            getrusage(__rusage_who_t(whom.rawValue), &usage)
            return usage
        }
    #else
        private static let unit = 1
        private static func usage(of whom: Int32) -> rusage {
            var usage = rusage()
            getrusage(whom, &usage)
            return usage
        }
    #endif
}
