extension Setting {
    /// Every value by its path, `stages.optimizer.lr`, as a graph file would have it on one line.
    ///
    /// - Parameter path: The path of the setting itself; empty for a whole graph.
    package func flattened(at path: String = "") -> [String: String] {
        guard let entries else { return [path: plainText] }
        return entries.reduce(into: [:]) { result, entry in
            let place = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            result.merge(entry.value.flattened(at: place)) { first, _ in first }
        }
    }

    private var plainText: String {
        switch content {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): value
        case .list(let items): "[" + items.map(\.plainText).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key): \($0.value.plainText)" }.joined(separator: ", ") + "}"
        }
    }
}

extension [String: String] {
    /// What is different in `other`, one line each: `train.epochs: was 8, is 1`.
    package func changes(to other: [String: String]) -> [String] {
        Set(keys).union(other.keys).sorted().compactMap { key in
            let (old, new) = (self[key] ?? "not set", other[key] ?? "not set")
            return old == new ? nil : "\(key): was \(old), is \(new)"
        }
    }
}
