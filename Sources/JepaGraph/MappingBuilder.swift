import JepaCore

/// The entries of a mapping while it is read: finds keys written twice, and merges `<<`.
struct MappingBuilder {
    private var entries: [Setting.Entry] = []
    private var firstPlaces: [String: SourceLocation?] = [:]
    private var merged: [Setting.Entry] = []
    private var mergePlace: (index: Int, location: SourceLocation?)?

    /// Adds an entry; if its key is there already, says where and keeps the first.
    mutating func add(_ entry: Setting.Entry) -> SourceLocation?? {
        if let first = firstPlaces[entry.key] { return first }
        firstPlaces[entry.key] = entry.location
        entries.append(entry)
        return nil
    }

    /// Adds entries that give way to those written out; says where if that was done before.
    mutating func merge(_ others: [Setting.Entry], at location: SourceLocation?)
        -> SourceLocation??
    {
        if let mergePlace { return mergePlace.location }
        mergePlace = (entries.count, location)
        merged = others
        return nil
    }

    /// All entries; merged ones stand where `<<` stood, and of equal keys the first one wins.
    func finished() -> [Setting.Entry] {
        guard let mergePlace else { return entries }
        var seen = Set(entries.map(\.key))
        let added = merged.filter { seen.insert($0.key).inserted }
        return entries[..<mergePlace.index] + added + entries[mergePlace.index...]
    }
}
