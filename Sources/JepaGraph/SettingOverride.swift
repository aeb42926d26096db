public import JepaCore

/// A change to a graph from the command line, `stages.data.size=64`, or from an entry of a file,
/// `stages.data.size: 64`.
///
/// On the command line the value is YAML on one line: `3`, `[0.3, 1.0]`, `{use: random}`, `'224'`.
public struct SettingOverride: Sendable {
    /// The keys from the outermost level on.
    public let path: [String]
    /// What the last key is set to.
    public let value: Setting
    /// Where each key of the path stands.
    private let places: [SourceLocation?]

    /// Reads a change.
    ///
    /// - Parameters:
    ///   - text: `path.to.key=value`.
    ///   - option: The option as messages name it.
    /// - Throws: `PipelineErrors`: code `usage` if there is no path or no value, else as
    ///   `GraphReader`.
    public init(_ text: String, option: String = "--set") throws {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw PipelineErrors([
                PipelineError(.usage, "\(option) takes path.to.key=value, not '\(text)'")
            ])
        }
        let path = text[..<equals]
        let value = text[text.index(after: equals)...]
        let file = "\(option) \(path)=…"
        let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        self.path = keys
        let source = SourceText(text, file: file)
        places = keys.indices.map { index in
            let before = keys[..<index].map { $0.unicodeScalars.count + 1 }.reduce(0, +)
            return source.location(
                at: .init(line: 0, column: before), length: keys[index].unicodeScalars.count)
        }
        let prefix = "\(path)="
        guard value.contains(where: { !$0.isWhitespace }) else {
            throw PipelineErrors([
                PipelineError(
                    .usage, "a value is missing after '='",
                    at: source.location(at: .init(line: 0, column: prefix.unicodeScalars.count)))
            ])
        }
        if let index = keys.firstIndex(of: "") {
            let column = keys[..<index].joined(separator: ".").unicodeScalars.count
            throw PipelineErrors([
                PipelineError(
                    .usage, "a key is missing in the path '\(path)'",
                    at: source.location(at: .init(line: 0, column: index == 0 ? 0 : column + 1)))
            ])
        }
        if SourceText.firstForbidden(in: text) != nil {
            throw PipelineErrors([
                PipelineError(.usage, "\(option) holds a character that cannot stand in a graph")
            ])
        }
        var composer = YAMLComposer(
            String(value), source: SourceText(value, file: file, prefix: prefix),
            limits: GraphReader.Limits())
        self.value = try composer.document(flowOnly: true)
    }

    /// A change that an entry of a file makes; its key is the path.
    ///
    /// - Throws: `PipelineError` with the code `value` if a key is missing in the path.
    public init(_ entry: Setting.Entry) throws {
        let keys = entry.key.split(separator: ".", omittingEmptySubsequences: false)
        guard keys.allSatisfy({ !$0.isEmpty }) else {
            throw PipelineError(
                .value, "a key is missing in the path '\(entry.key)'", at: entry.location)
        }
        path = keys.map(String.init)
        value = entry.value
        places = keys.map { key in
            // In quotes the characters may not be those of the key.
            guard let place = entry.location, place.length == entry.key.count else {
                return entry.location
            }
            let before = entry.key.distance(from: entry.key.startIndex, to: key.startIndex)
            return SourceLocation(
                file: place.file, line: place.line, column: place.column + before,
                length: key.count, text: place.text)
        }
    }

    /// The path as it is written: `stages.data.size`.
    public var name: String { path.joined(separator: ".") }

    /// The place of a key of the path.
    func location(of index: Int) -> SourceLocation? { places[index] }
}

extension Setting {
    /// The graph with changes; of two changes to one key the later one wins.
    ///
    /// Sections, stages and the levels above a key have to exist, except that whatever is missing
    /// below a stage or below `train` is made, and a stage can be added as a whole.
    ///
    /// - Throws: `PipelineErrors` with all changes that do not fit.
    public func applying(_ overrides: [SettingOverride]) throws -> Setting {
        var result = self
        var errors: [PipelineError] = []
        for override in overrides {
            do {
                result = try result.setting(override, level: 0)
            } catch let error as PipelineError {
                errors.append(error)
            }
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
        return result
    }

    private func setting(_ override: SettingOverride, level: Int) throws -> Setting {
        if level == override.path.count { return override.value }
        let above = override.path[..<level].joined(separator: ".")
        guard let entries else {
            let what = level == 0 ? "the graph" : "'\(above)'"
            var notes: [String] = []
            if case .list = content { notes = ["A list is set as a whole: \(above)=[…]."] }
            throw PipelineError(
                .value, "\(what) is \(quoted) and has no keys",
                at: override.location(of: max(0, level - 1)), notes: notes)
        }
        let key = override.path[level]
        try Self.check(key, in: entries, override, level: level)
        let missing = Setting(.mapping([]), at: override.location(of: level))
        let index = entries.firstIndex { $0.key == key }
        let value = try (index.map { entries[$0].value } ?? missing)
            .setting(override, level: level + 1)
        var result = self
        var changed = entries
        // The key now stands where it was last set.
        let entry = Entry(key, at: override.location(of: level), value)
        if let index {
            if level == override.path.count - 1 {
                changed[index] = entry
            } else {
                changed[index].value = value
            }
        } else {
            changed.append(entry)
        }
        result.content = .mapping(changed)
        return result
    }

    /// Refuses sections and stages that do not exist.
    private static func check(
        _ key: String, in entries: [Entry], _ override: SettingOverride, level: Int
    ) throws {
        let location = override.location(of: level)
        if level == 0, !Graph.sections.contains(key) {
            throw PipelineError(
                .unknownName,
                "there is no section '\(key)'\(didYouMean(key, among: Graph.sections))",
                at: location, notes: ["Sections: \(Graph.sections.joined(separator: ", "))."])
        }
        // A whole stage can be added: --set stages.NAME={use: …}.
        let isWholeStage = level == override.path.count - 1 && override.value["use"] != nil
        if level == 1, override.path[0] == "stages", !isWholeStage,
            !entries.contains(where: { $0.key == key })
        {
            let names = entries.map(\.key)
            throw PipelineError(
                .unknownName,
                "there is no stage '\(key)' in the graph\(didYouMean(key, among: names))",
                at: location, notes: ["Stages: \(names.joined(separator: ", "))."])
        }
    }
}
