import JepaCore
import JepaImageFolder
import JepaScenes

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

    /// A data source of the pipeline, opened, that changes training images at random as
    /// evaluations do, not as the pretraining did.
    ///
    /// One that is no folder of images and renders none is left as it is.
    ///
    /// - Throws: What the source throws.
    func evaluatedSource(_ name: String) throws -> (source: any DataSource, ParameterSet) {
        guard let node = node(name), var source = node.stage as? any DataSource else {
            fatalError("the checked pipeline has no data source '\(name)'")
        }
        var parameters = node.parameters
        func remake<Source: DataSource>(_ type: Source.Type) throws {
            let settings = graph.nodes.first { $0.name == name }?.entries ?? []
            let kept = settings.filter { !ParameterSet.augmentationNames.contains($0.key) }
            let values = try StageParameters(
                for: type, named: name, Setting(.mapping(kept + .evaluationAugmentation)))
            (source, parameters) = (try Source(parameters: values), values.values)
        }
        if source is ImageFolder { try remake(ImageFolder.self) }
        if source is Scenes { try remake(Scenes.self) }
        try source.open()
        return (source, parameters)
    }
}

extension [Setting.Entry] {
    /// How evaluations that train step by step change images at random, as settings of a data
    /// source: a crop of 8 % or more, mirrored or not.
    static let evaluationAugmentation: Self = [
        .init("crop_scale", [0.08, 1.0]), .init("flip", true),
    ]
}

extension ParameterSet {
    /// What a data source that changes training images at random calls its ways to do so.
    static let augmentationNames = [
        "crop", "crop_scale", "crop_ratio", "flip", "jitter", "jitter_probability", "grayscale",
        "blur", "blur_sigma",
    ]
}
