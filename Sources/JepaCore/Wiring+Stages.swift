extension Wiring {
    /// The registered stage that a node uses, or a report that there is none.
    mutating func entry(for written: Graph.Node, _ registry: Registry) -> Registry.Entry? {
        guard let use = written.use else {
            let misspelt = written.entries.first {
                nearestSpelling(to: $0.key, among: ["use"]) != nil
            }
            report(
                .missing,
                "stage '\(written.name)' needs 'use', the name of a registered stage"
                    + (misspelt.map { "; did you mean 'use' instead of '\($0.key)'?" } ?? ""),
                misspelt?.location ?? written.location, stage: written.name)
            return nil
        }
        guard case .text(let name) = use.content else {
            report(
                .value, "'use' of stage '\(written.name)' is a name, not \(use.quoted)",
                use.location, stage: written.name)
            return nil
        }
        if let entry = registry[name] { return entry }
        let entries = registry.entries
        let nearest = nearestSpelling(to: name, among: entries.map(\.descriptor.name))
        let role = nearest.flatMap { registry[$0]?.role }
        let candidates = entries.filter { role == nil || $0.role == role }
            .map(\.descriptor.name).sorted()
        report(
            .unknownName,
            "\(role?.rawValue ?? "stage") '\(name)' is not registered"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
            use.location,
            notes: [
                "Registered \(role?.plural ?? "stages"): \(candidates.joined(separator: ", "))."
            ], stage: written.name)
        return nil
    }

    /// A stage with its parameters, whose mistakes are reported.
    mutating func node(_ written: Graph.Node, _ entry: Registry.Entry) -> Node {
        var check = ParameterCheck(owner: "stage '\(written.name)'")
        let reserved = Dictionary(
            entry.descriptor.links.map { ($0.name, "'\($0.property)' at '\($0.socket)'") },
            uniquingKeysWith: { first, _ in first })
        let parameters = check.check(
            written.entries, against: entry.parameters, at: written.location,
            otherKeys: entry.inputs.map(\.name), reserved: reserved)
        errors += check.errors
        if !check.errors.isEmpty { faults[written.name, default: []] += check.errors }
        return Node(written: written, entry: entry, parameters: parameters)
    }

    /// Where the key `stages` stands.
    private var stagesLocation: SourceLocation? {
        graph.root.entries?.first { $0.key == "stages" }?.location
    }

    /// Reports what a graph must have once and has not, or has twice.
    mutating func checkCounts() {
        let optimizers = nodes.filter { $0.entry.role == .optimizer }
        if optimizers.isEmpty && isComplete {
            report(.missing, "the graph has no optimizer", stagesLocation)
        }
        for extra in optimizers.dropFirst() {
            report(
                .wiring,
                "stage '\(extra.name)' is a second optimizer beside '\(optimizers[0].name)'; "
                    + "a graph has one", extra.written.location, stage: extra.name)
        }
        if isComplete && !nodes.contains(where: { $0.entry.role == .loss }) {
            report(.missing, "the graph has no loss", stagesLocation)
        }
    }
}
