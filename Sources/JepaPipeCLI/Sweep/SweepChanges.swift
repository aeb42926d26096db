import JepaCore
import JepaGraph

/// What a sweep file, or one of its rows, changes in a graph.
struct SweepChanges {
    /// A key that is taken away.
    struct Removal {
        /// The keys from the outermost level on.
        let path: String
        /// Where the path is written.
        let location: SourceLocation?
    }

    /// Keys that are taken away, before anything is set.
    var removals: [Removal] = []
    /// Values that are set, stages as a whole among them.
    var overrides: [SettingOverride] = []

    /// The graph with the changes.
    ///
    /// - Throws: `PipelineErrors` with all changes that do not fit.
    func applied(to root: Setting) throws -> Setting {
        var errors: [PipelineError] = []
        var result = root
        for removal in removals {
            do {
                result = try result.removing(removal.path, at: removal.location)
            } catch let error as PipelineError {
                errors.append(error)
            }
        }
        do {
            result = try result.applying(overrides)
        } catch let found as PipelineErrors {
            errors += found.errors
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
        return result
    }

    /// The path in which this and another change reach for the same value, if there is one.
    func collision(with path: [String]) -> String? {
        let own =
            removals.map { $0.path.split(separator: ".").map(String.init) }
            + overrides.map(\.path)
        return own.first { $0.starts(with: path) || path.starts(with: $0) }?
            .joined(separator: ".")
    }
}
