public import JepaCore

extension Setting {
    /// The graph without one of its keys.
    ///
    /// - Parameters:
    ///   - path: The keys from the outermost level on: `stages.regulariser`.
    ///   - location: Where the path is written.
    /// - Throws: `PipelineError` with the code `unknownName` if there is no such key.
    public func removing(_ path: String, at location: SourceLocation?) throws -> Setting {
        let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return try removing(keys[...], of: path, at: location)
    }

    private func removing(
        _ keys: ArraySlice<String>, of path: String, at location: SourceLocation?
    ) throws -> Setting {
        let names = entries?.map(\.key) ?? []
        guard var changed = entries, let key = keys.first,
            let index = changed.firstIndex(where: { $0.key == key })
        else {
            let key = keys.first ?? ""
            throw PipelineError(
                .unknownName,
                "'\(path)' cannot be dropped: there is no '\(key)'\(didYouMean(key, among: names))",
                at: location,
                notes: names.isEmpty ? [] : ["Keys there: \(names.joined(separator: ", "))."])
        }
        if keys.count == 1 {
            changed.remove(at: index)
        } else {
            changed[index].value = try changed[index].value
                .removing(keys.dropFirst(), of: path, at: location)
        }
        var result = self
        result.content = .mapping(changed)
        return result
    }
}
