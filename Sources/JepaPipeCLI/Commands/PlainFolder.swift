import JepaCore
import JepaImageFolder

/// The images of a folder, prepared as the evaluation of a run does it.
struct PlainFolder {
    /// The images; opened.
    let source: ImageFolder
    /// Everything that decides how they are prepared.
    let parameters: StageParameters

    /// Opens a folder.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline of a run, whose images are prepared alike; nil for ImageNet's
    ///     mean and standard deviation.
    ///   - limit: Only so many images, spread evenly over all.
    ///   - hasClasses: Whether sub-folders are classes even if there is only one.
    ///   - isWhole: Whether images are squeezed to the size, not cut to their middle.
    /// - Throws: `file` and `data` as `ImageFolder.open`, without the name of a stage: there is
    ///   none.
    init(
        _ path: String, size: (height: Int, width: Int), like pipeline: Pipeline?,
        limit: Int? = nil, hasClasses: Bool = false, isWhole: Bool = false
    ) throws {
        var entries: [Setting.Entry] = [
            .init("path", Setting(.text(path))), .init("max_bad", 1),
            .init("size", [Setting(.integer(size.height)), Setting(.integer(size.width))]),
        ]
        if hasClasses { entries.append(.init("labels", "folders")) }
        if let limit { entries.append(.init("limit", Setting(.integer(limit)))) }
        parameters = try StageParameters(
            for: ImageFolder.self,
            Setting(
                .mapping(
                    entries + .evaluationAugmentation + (pipeline?.imagePreparation ?? []))))
        source = try ImageFolder(parameters: parameters, evaluatesWhole: isWhole)
        do {
            try source.open()
        } catch let error as PipelineError {
            let owner = "stage '\(parameters.stageName)': "
            guard error.message.hasPrefix(owner) else { throw error }
            throw PipelineError(
                error.code, String(error.message.dropFirst(owner.count)), notes: error.notes)
        }
    }
}

extension CommandDescriptor.Option {
    /// The `limit` of a folder.
    static let limit = Self(
        name: "--limit", value: "N", range: 1...1_000_000_000,
        help: "Only so many images, spread evenly over all.")
}
