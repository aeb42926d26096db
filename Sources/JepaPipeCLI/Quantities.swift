import JepaCore

/// How numbers are written for people.
enum Quantities {
    /// `1 image`, `85,646 images`.
    ///
    /// - Parameter noun: What is counted, one of it.
    static func count(_ value: Int, _ noun: String) -> String {
        "\(grouped(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// `512 B`, `3.4 MiB`, `1.2 GiB`.
    static func bytes(_ value: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var size = Double(value)
        var unit = 0
        while size >= 1024 && unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        return unit == 0
            ? "\(value) B" : "\(decimal(size, size < 10 ? 1 : 0)) \(units[unit])"
    }

    /// `42 s`, `3 min 20 s`, `5 h 12 min`, `9 days 3 h`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<1: return "\(decimal(seconds, 1)) s"
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        case ..<86_400: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        default: return "\(grouped(whole / 86_400)) days \(whole % 86_400 / 3600) h"
        }
    }

    /// `45.2` for 45.2e9 operations, `0.0021` for 2.1e6: with two or three digits that count.
    static func billions(_ value: Double) -> String {
        let billions = value / 1e9
        let digits =
            switch billions {
            case ..<0.001: 5
            case ..<0.1: 4
            case ..<10: 2
            case ..<100: 1
            default: 0
            }
        return decimal(billions, digits)
    }
}
