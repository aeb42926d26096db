import JepaCore
import JepaGraph

/// Reads the parts of a sweep file and gathers every mistake.
struct SweepReader {
    /// Every mistake found so far.
    private(set) var errors: [PipelineError] = []

    private static let parameters: [ParameterDescriptor] = [
        ParameterDescriptor(
            "sweep", .text, required: true,
            help: "What is varied; the heading of the first column."),
        .path("base", help: "The graph file that is changed, as seen from the sweep file."),
        ParameterDescriptor(
            "source", .text, required: false, help: "Where the figures under 'paper' are from."),
    ]

    private mutating func report(
        _ code: PipelineError.Code, _ message: String, _ location: SourceLocation?,
        notes: [String] = []
    ) {
        errors.append(PipelineError(code, message, at: location, notes: notes))
    }

    /// The texts of the outermost level.
    mutating func values(of root: Setting) -> ParameterSet {
        let isGraph = root["stages"] != nil && !SweepFile.describes(root)
        guard let entries = root.entries, !isGraph else {
            report(
                .syntax,
                isGraph
                    ? "this is a graph file; a sweep file has 'sweep', 'base' and 'rows'"
                    : "a sweep file is a mapping with 'sweep', 'base' and 'rows', not \(root.quoted)",
                root.location)
            return ParameterSet(descriptors: Self.parameters)
        }
        var check = ParameterCheck(owner: "the sweep")
        let values = check.check(
            entries, against: Self.parameters, at: root.location,
            otherKeys: ["set", "drop", "seeds", "rows"])
        errors += check.errors
        return values
    }

    /// A text that is required; empty if it is missing, which has been reported.
    func text(_ name: String, of values: ParameterSet) -> String {
        values.optionalText(name) ?? ""
    }

    /// What `set` and `drop` change.
    mutating func changes(in setting: Setting, of owner: String) -> SweepChanges {
        var changes = SweepChanges()
        if let set = setting["set"] {
            guard let entries = set.entries else {
                report(
                    .value,
                    "'set' of \(owner) is a mapping such as {train.epochs: 8}, not \(set.quoted)",
                    set.location)
                return changes
            }
            for entry in entries {
                do {
                    changes.overrides.append(try SettingOverride(entry))
                } catch let error as PipelineError {
                    errors.append(error)
                } catch {
                    report(.value, "\(error)", entry.location)
                }
            }
        }
        changes.removals = removals(setting["drop"], of: owner)
        return changes
    }

    private mutating func removals(
        _ drop: Setting?, of owner: String
    ) -> [SweepChanges.Removal] {
        guard let drop else { return [] }
        guard case .list(let items) = drop.content else {
            report(
                .value,
                "'drop' of \(owner) is a list such as [stages.regulariser], not \(drop.quoted)",
                drop.location)
            return []
        }
        return items.compactMap { item in
            if case .text(let path) = item.content {
                return SweepChanges.Removal(path: path, location: item.location)
            }
            report(
                .value,
                "'drop' of \(owner) names keys such as stages.regulariser, not \(item.quoted)",
                item.location)
            return nil
        }
    }

    /// The seeds of every row; empty if the file leaves them to the base.
    mutating func seeds(_ setting: Setting?) -> [UInt64] {
        guard let setting else { return [] }
        var seeds: [UInt64] = []
        if case .list(let items) = setting.content {
            for item in items {
                guard case .integer(let seed) = item.content, seed >= 0,
                    !seeds.contains(UInt64(seed))
                else {
                    report(
                        .value,
                        "a seed is an integer of at least 0 that is not there yet, "
                            + "not \(item.quoted)", item.location)
                    continue
                }
                seeds.append(UInt64(seed))
            }
            if !items.isEmpty { return seeds }
        }
        report(
            .value, "'seeds' of the sweep is a list such as [0, 1, 2], not \(setting.quoted)",
            setting.location)
        return []
    }

    /// The rows; their names differ, as names of folders too.
    mutating func rows(_ setting: Setting?, of root: Setting) -> [SweepFile.Row] {
        guard let setting else {
            if root.entries != nil, SweepFile.describes(root) {
                report(
                    .missing, "the sweep needs 'rows': a list of {name: …, set: {…}}",
                    root.entries?.first { $0.key == "sweep" }?.location)
            }
            return []
        }
        guard case .list(let items) = setting.content, !items.isEmpty else {
            report(
                .value,
                "'rows' of the sweep is a list of {name: …, set: {…}}, not \(setting.quoted)",
                setting.location)
            return []
        }
        var rows: [SweepFile.Row] = []
        for (index, item) in items.enumerated() {
            guard let row = row(item, number: index + 1) else { continue }
            if let other = rows.first(where: { $0.slug.lowercased() == row.slug.lowercased() }) {
                let isSame = other.name == row.name
                report(
                    .duplicateName,
                    isSame
                        ? "there are two rows '\(row.name)'"
                        : "the rows '\(other.name)' and '\(row.name)' would share a folder",
                    row.location)
                continue
            }
            rows.append(row)
        }
        return rows
    }

    private mutating func row(_ item: Setting, number: Int) -> SweepFile.Row? {
        guard let entries = item.entries else {
            report(
                .value,
                "row \(number) is a mapping such as {name: …, set: {…}}, not \(item.quoted)",
                item.location)
            return nil
        }
        let name = name(item["name"], of: item, number: number)
        let owner = name.map { "row '\($0)'" } ?? "row \(number)"
        var check = ParameterCheck(owner: owner)
        _ = check.check(
            entries, against: [], at: item.location, otherKeys: ["name", "set", "drop", "paper"])
        errors += check.errors
        let changes = changes(in: item, of: owner)
        let paper = paper(item["paper"], of: owner)
        return name.map {
            SweepFile.Row(
                name: $0, location: item["name"]?.location ?? item.location, changes: changes,
                paper: paper)
        }
    }

    private mutating func name(_ setting: Setting?, of item: Setting, number: Int) -> String? {
        switch setting?.content {
        case .text(let name) where !name.isEmpty && !name.contains(where: { ",\n".contains($0) }):
            return name
        case .integer(let value):
            return "\(value)"
        case .real(let value):
            return "\(value)"
        case nil:
            report(.missing, "row \(number) needs 'name': what the table calls it", item.location)
        default:
            report(
                .value,
                "'name' of row \(number) is a text without commas, not \(setting?.quoted ?? "")",
                setting?.location)
        }
        return nil
    }

    private mutating func paper(_ setting: Setting?, of owner: String) -> String? {
        switch setting?.content {
        case nil: return nil
        case .text(let text): return text
        case .integer(let value): return "\(value)"
        case .real(let value): return "\(value)"
        default:
            report(
                .value, "'paper' of \(owner) is a number or a text, not \(setting?.quoted ?? "")",
                setting?.location)
            return nil
        }
    }
}
