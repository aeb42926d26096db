/// A pipeline as it is written: named stages with their settings and edges, not yet checked.
///
/// JepaGraph reads one from YAML; a program can make one from literals.
public struct Graph: Sendable {
    /// One stage as it is written.
    public struct Node: Sendable {
        /// Its name in the graph.
        public let name: String
        /// Where the name stands.
        public let location: SourceLocation?
        /// The name of the registered stage; nil if the file does not give it.
        public let use: Setting?
        /// Everything else that is set: parameters, edges and references.
        public let entries: [Setting.Entry]
    }

    /// A shared library with further stages.
    public struct Plugin: Sendable {
        /// The path; a relative one starts at the folder the program was started in.
        public let path: String
        /// Where it stands in the graph file.
        public let location: SourceLocation?

        /// A library.
        public init(path: String, location: SourceLocation? = nil) {
            self.path = path
            self.location = location
        }
    }

    /// The name of the pipeline.
    public let name: String
    /// The seed of every random draw.
    public let seed: UInt64
    /// The stages in the order of the file.
    public let nodes: [Node]
    /// The section `train`, checked by the trainer.
    public let train: Setting
    /// Shared libraries with further stages.
    public let plugins: [Plugin]
    /// The whole text as a value, for the record of a run.
    public let root: Setting

    /// The names of the sections a graph file may have.
    public static let sections = ["pipeline", "seed", "stages", "train", "plugins"]

    /// The mistakes in the outermost two levels; empty unless made by `init(collecting:)`.
    public let mistakes: [PipelineError]
    /// Stages that are written in a form that cannot be read; `mistakes` says why.
    let unreadable: Set<String>

    /// Takes a graph apart into its sections.
    ///
    /// - Throws: `PipelineErrors` with every mistake in the outermost two levels.
    public init(_ root: Setting) throws {
        self.init(collecting: root)
        if !mistakes.isEmpty { throw PipelineErrors(mistakes) }
    }

    /// Takes a graph apart into its sections as far as they can be read. A pipeline made of it
    /// reports the mistakes in the outermost two levels together with those in the stages.
    public init(collecting root: Setting) {
        var errors: [PipelineError] = []
        let known = Self.sections
        if root.entries == nil {
            errors.append(
                PipelineError(
                    .syntax, "a graph file is a mapping with 'stages', not \(root.quoted)",
                    at: root.location))
        }
        for section in root.entries ?? [] where !known.contains(section.key) {
            errors.append(
                PipelineError(
                    .unknownName,
                    "there is no section '\(section.key)'\(didYouMean(section.key, among: known))",
                    at: section.location, notes: ["Known: \(known.joined(separator: ", "))."]))
        }
        self.root = root
        name = Self.name(root["pipeline"], &errors)
        seed = Self.seed(root["seed"], &errors)
        plugins = Self.plugins(root["plugins"], &errors)
        nodes = root.entries == nil ? [] : Self.nodes(root["stages"], root, &errors)
        let read = Set(nodes.map(\.name))
        unreadable = Set((root["stages"]?.entries ?? []).map(\.key)).subtracting(read)
        let train = root["train"] ?? Setting(.mapping([]), at: root.location)
        if train.entries == nil {
            errors.append(
                PipelineError(
                    .value, "'train' is a mapping, not \(train.quoted)", at: train.location))
        }
        self.train = train
        mistakes = errors
    }

    private static func name(_ setting: Setting?, _ errors: inout [PipelineError]) -> String {
        switch setting?.content {
        case nil: return "pipeline"
        case .text(let name) where pipelineName.allows(name): return name
        default:
            errors.append(
                PipelineError(
                    .value, "'pipeline' is a name, not \(setting?.quoted ?? "")",
                    at: setting?.location))
            return "pipeline"
        }
    }

    private static func seed(_ setting: Setting?, _ errors: inout [PipelineError]) -> UInt64 {
        switch setting?.content {
        case nil: return 0
        case .integer(let seed) where seed >= 0: return UInt64(seed)
        default:
            errors.append(
                PipelineError(
                    .value, "'seed' is an integer of at least 0, not \(setting?.quoted ?? "")",
                    at: setting?.location))
            return 0
        }
    }

    private static func plugins(
        _ setting: Setting?, _ errors: inout [PipelineError]
    ) -> [Plugin] {
        guard let setting else { return [] }
        guard case .list(let items) = setting.content else {
            errors.append(
                PipelineError(
                    .value, "'plugins' is a list of shared libraries, not \(setting.quoted)",
                    at: setting.location))
            return []
        }
        return items.compactMap { item in
            if case .text(let path) = item.content {
                return Plugin(path: path, location: item.location)
            }
            errors.append(
                PipelineError(
                    .value, "a plugin is the path of a shared library, not \(item.quoted)",
                    at: item.location))
            return nil
        }
    }

    private static func nodes(
        _ setting: Setting?, _ root: Setting, _ errors: inout [PipelineError]
    ) -> [Node] {
        guard let entries = setting?.entries, !entries.isEmpty else {
            var found = ""
            if let setting, setting.entries == nil {
                if case .null = setting.content {} else { found = ", not \(setting.quoted)" }
            }
            errors.append(
                PipelineError(
                    .missing, "a graph needs 'stages', a mapping from names to stages\(found)",
                    at: setting?.location ?? root.location))
            return []
        }
        if entries.count > maximumStages {
            errors.append(
                PipelineError(
                    .value, "a graph has at most \(maximumStages) stages, not \(entries.count)",
                    at: setting?.location ?? root.location))
            return []
        }
        return entries.compactMap { entry in
            guard stageName.allows(entry.key) else {
                errors.append(
                    PipelineError(
                        .value,
                        "a stage is named by letters, digits and underscores, not '\(entry.key)'",
                        at: entry.location))
                return nil
            }
            guard let settings = entry.value.entries else {
                errors.append(
                    PipelineError(
                        .value,
                        "stage '\(entry.key)' is a mapping such as {use: vit}, "
                            + "not \(entry.value.quoted)",
                        at: entry.value.location ?? entry.location))
                return nil
            }
            return Node(
                name: entry.key, location: entry.location, use: entry.value["use"],
                entries: settings.filter { $0.key != "use" })
        }
    }
}
