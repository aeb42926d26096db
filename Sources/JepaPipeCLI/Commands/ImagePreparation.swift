import JepaCore

extension Pipeline {
    /// What the data source says about its images that holds for others, too, as settings of an
    /// image folder: how they are scaled, cut and normalised, as far as it says.
    var imagePreparation: [Setting.Entry] {
        guard let values = node(dataSource.name)?.parameters else { return [] }
        return ["mean", "std", "filter", "eval_crop"].compactMap { name in
            guard values.isSet(name) else { return nil }
            let setting: Setting
            switch values[name] {
            case .reals(let values): setting = Setting(.list(values.map { Setting(.real($0)) }))
            case .real(let value): setting = Setting(.real(value))
            case .text(let value): setting = Setting(.text(value))
            default: return nil
            }
            return Setting.Entry(name, setting)
        }
    }
}
