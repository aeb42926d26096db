import Foundation
package import JepaCore
import JepaFormats
package import JepaGraph
import JepaTraining

/// A sweep whose rows have all been assembled and checked; nothing has been trained.
package struct Sweep {
    /// One row with its pipeline.
    struct Row {
        /// The row as it is written.
        let written: SweepFile.Row
        /// The graph, all changes applied, with the seed of the base.
        let root: Setting
        /// Steps of one run; nil if the data was not looked for.
        let steps: Int?
        /// Whether it is to be run.
        let isChosen: Bool
    }

    /// One training of the sweep.
    package struct Run {
        /// The place of its row.
        let row: Int
        /// The name of its row.
        package let name: String
        /// The seed.
        package let seed: UInt64
        /// The graph that is trained.
        package let root: Setting
        /// Its folder within that of the sweep.
        package let folder: String

        /// The graph of the run that there is in the folder of a sweep; nil if there is none yet.
        func recorded(in place: String) throws -> Setting? {
            let file = "\(place)/\(folder)/pipeline.yaml"
            guard FileManager.default.fileExists(atPath: file) else { return nil }
            return try GraphReader.read(path: file)
        }

        /// What differs in the run that there is, one line each; nil if there is none yet.
        func changes(in place: String) throws -> [String]? {
            try recorded(in: place)?.flattened().changes(to: root.flattened())
        }
    }

    /// The file.
    let file: SweepFile
    /// The rows in the order of the file.
    private(set) var rows: [Row]
    /// The seeds of every row.
    let seeds: [UInt64]
    /// What every run is given to train, if it is time.
    var minutes: Double?

    /// What the command line adds to a sweep file.
    package struct Options {
        /// Changes to all rows.
        var overrides: [SettingOverride] = []
        /// Seeds instead of those of the file.
        var seeds: [UInt64] = []
        /// The rows to run; empty for all.
        var names: [String] = []
        /// Whether the images are looked for.
        var opensData = true

        /// What a command line says.
        package init(
            overrides: [SettingOverride] = [], seeds: [UInt64] = [], names: [String] = [],
            opensData: Bool = true
        ) {
            self.overrides = overrides
            self.seeds = seeds
            self.names = names
            self.opensData = opensData
        }
    }

    /// Applies the changes of every row and checks what comes out.
    ///
    /// - Throws: `PipelineErrors` with the mistakes of all rows, each once, with the rows that
    ///   have it.
    package init(_ file: SweepFile, _ options: Options = Options(), registry: Registry) throws {
        self.file = file
        try Self.check(options, against: file)
        let common = try Self.common(file, options)
        var findings = Findings()
        var rows: [Row] = []
        for row in file.rows {
            let isChosen = options.names.isEmpty || options.names.contains(row.name)
            findings.collect(in: row.name) {
                let root = try row.changes.applied(to: common)
                let loaded = try LoadedPipeline(root: root, registry: registry)
                // A trainer checks everything that hangs on the data; it allocates nothing yet.
                let steps =
                    options.opensData
                    ? try Trainer(
                        loaded.pipeline, settings: loaded.settings,
                        identity: RunIdentity(version: "", command: "", resumeCommand: "")
                    ).plan.steps : nil
                rows.append(Row(written: row, root: root, steps: steps, isChosen: isChosen))
            }
        }
        let errors = findings.errors(of: file.rows.count) + Self.duplicates(rows)
        if !errors.isEmpty { throw PipelineErrors(errors) }
        self.rows = rows
        let given = options.seeds.isEmpty ? file.seeds : options.seeds
        seeds = given.isEmpty ? [try Graph(common).seed] : given
    }

    /// The runs of the chosen rows: all rows with the first seed, then all with the next, so that
    /// an unfinished table compares rows with the same seeds.
    package var runs: [Run] { allRuns(seeds).filter { rows[$0.row].isChosen } }

    /// The runs of all rows with some seeds.
    func allRuns(_ seeds: [UInt64]) -> [Run] {
        seeds.flatMap { seed in
            rows.enumerated().map { index, row in
                var root = row.root
                var entries = (root.entries ?? []).filter { $0.key != "seed" }
                let place = entries.firstIndex { $0.key == "pipeline" }.map { $0 + 1 } ?? 0
                entries.insert(.init("seed", Setting(.integer(Int(seed)))), at: place)
                root.content = .mapping(entries)
                return Run(
                    row: index, name: row.written.name, seed: seed, root: root,
                    folder: "\(row.written.slug)-seed-\(seed)")
            }
        }
    }

    /// The seeds that folders of runs are named after, but for those of the sweep.
    func otherSeeds(in folder: String) throws -> [UInt64] {
        guard Folder.exists(folder) else { return [] }
        let slugs = Set(rows.map(\.written.slug))
        let found = try Folder.names(in: folder).compactMap { name -> UInt64? in
            guard let match = name.wholeMatch(of: /(.+)-seed-([0-9]+)/),
                slugs.contains(String(match.1)), let seed = UInt64(match.2), seed <= Int.max
            else { return nil }
            return seed
        }
        return Set(found).subtracting(seeds).sorted()
    }

    /// Gives a row another length of training.
    mutating func replace(row index: Int, by root: Setting, steps: Int) {
        let row = rows[index]
        rows[index] = Row(written: row.written, root: root, steps: steps, isChosen: row.isChosen)
    }

    // MARK: - Checks

    /// The base with everything that all rows change.
    private static func common(_ file: SweepFile, _ options: Options) throws -> Setting {
        let base = try file.changes.applied(to: GraphReader.read(path: file.base))
        return try base.applying(options.overrides)
    }

    private static func check(_ options: Options, against file: SweepFile) throws {
        let names = file.rows.map(\.name)
        var errors: [PipelineError] = []
        for name in options.names where !names.contains(name) {
            errors.append(
                PipelineError(
                    .usage, "there is no row '\(name)'\(didYouMean(name, among: names))",
                    notes: ["Rows: \(names.joined(separator: ", "))."]))
        }
        for change in options.overrides {
            guard
                let row = file.rows.first(where: { $0.changes.collision(with: change.path) != nil }
                ),
                let path = row.changes.collision(with: change.path)
            else { continue }
            errors.append(
                PipelineError(
                    .usage,
                    "'--set \(change.name)' is for all rows, but row '\(row.name)' changes "
                        + "'\(path)' itself"))
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
    }

    /// Rows that are the same pipeline as one before them.
    private static func duplicates(_ rows: [Row]) -> [PipelineError] {
        var seen: [[String: String]: String] = [:]
        return rows.compactMap { row in
            let values = row.root.flattened()
            guard let other = seen[values] else {
                seen[values] = row.written.name
                return nil
            }
            return PipelineError(
                .configuration,
                "row '\(row.written.name)' is the same pipeline as row '\(other)'",
                at: row.written.location)
        }
    }

    /// Mistakes with the rows they were found in.
    private struct Findings {
        private var found: [(error: PipelineError, rows: [String])] = []

        mutating func collect(in row: String, _ body: () throws -> Void) {
            do {
                try body()
            } catch {
                let errors =
                    PipelineErrors(error)?.errors ?? [PipelineError(.configuration, "\(error)")]
                for error in errors { add(error, row) }
            }
        }

        private mutating func add(_ error: PipelineError, _ row: String) {
            if let index = found.firstIndex(where: { $0.error == error }) {
                found[index].rows.append(row)
            } else {
                found.append((error, [row]))
            }
        }

        /// The mistakes; those that are not in every row say where they are.
        func errors(of count: Int) -> [PipelineError] {
            found.map { error, rows in
                guard rows.count < count else { return error }
                var error = error
                let names = rows.map { "'\($0)'" }.joined(separator: ", ")
                error.notes.append("In \(rows.count == 1 ? "row" : "rows") \(names).")
                return error
            }
        }
    }
}
