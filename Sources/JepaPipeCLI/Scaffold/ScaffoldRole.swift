import JepaCore

/// What the package of a new stage has that is particular to its role.
struct ScaffoldRole {
    /// The role as a command line writes it: `data_source`.
    let word: String
    /// The role.
    let role: Role
    /// The protocol the stage conforms to.
    let protocolName: String
    /// What the name of the type ends with.
    let suffix: String
    /// The stage in the template, without the suffix, and its name in graph files.
    let example: (name: String, use: String)
    /// The template.
    let template: [UInt8]
    /// The place in the template of graph files where the stage goes.
    let place: String
    /// What stands there; `NAME` is the name of the stage.
    let settings: String
    /// What the call of the conformance suite sets.
    let conformance: String
    /// What the conformance suite tries, for the README.
    let promises: String

    /// All roles, in the order in which data passes them.
    static let all = [
        ScaffoldRole(
            word: "data_source", role: .dataSource, protocolName: "DataSource", suffix: "Source",
            example: ("Waves", "waves"), template: PackageResources.WavesSource_swift,
            place: "data", settings: "{use: NAME, count: 1024, size: 48}", conformance: "",
            promises: "the same request gives the same pixels, from several threads too; every "
                + "label names a class"),
        ScaffoldRole(
            word: "masker", role: .masker, protocolName: "Masker", suffix: "Masker",
            example: ("Stripe", "stripe"), template: PackageResources.StripeMasker_swift,
            place: "masker",
            settings: "{use: NAME, patches: context_encoder.grid, height: 2}",
            conformance: "parameters: [\"height\": 2]",
            promises: "masks lie in the grid, ascend, have one length, and follow from the random "
                + "numbers alone"),
        ScaffoldRole(
            word: "encoder", role: .encoder, protocolName: "Encoder", suffix: "Encoder",
            example: ("Glimpse", "glimpse"), template: PackageResources.GlimpseEncoder_swift,
            place: "encoder", settings: "{use: NAME, patch_size: 8, width: 64,",
            conformance: "parameters: [\"patch_size\": 4, \"width\": 8]",
            promises: "shapes and order of the tokens, gradients, weights that are described "
                + "before they have memory"),
        ScaffoldRole(
            word: "predictor", role: .predictor, protocolName: "Predictor", suffix: "Predictor",
            example: ("Average", "average"), template: PackageResources.AveragePredictor_swift,
            place: "predictor", settings: "{use: NAME, hidden: 128,",
            conformance: "parameters: [\"hidden\": 12]",
            promises: "shapes and order of the predictions, gradients, weights that are described "
                + "before they have memory"),
        ScaffoldRole(
            word: "loss", role: .loss, protocolName: "Loss", suffix: "Loss",
            example: ("LogCosh", "log_cosh"), template: PackageResources.LogCoshLoss_swift,
            place: "loss",
            settings: "{use: NAME, predictions: predictor.predictions, "
                + "targets: target_encoder.tokens}", conformance: "",
            promises: "one finite number, its gradients, and whether it compares images with each "
                + "other"),
        ScaffoldRole(
            word: "optimizer", role: .optimizer, protocolName: "Optimizer", suffix: "Optimizer",
            example: ("Momentum", "momentum"), template: PackageResources.MomentumOptimizer_swift,
            place: "optimizer",
            settings: "{use: NAME, minimize: {loss: 1, regulariser: 0.2}, lr: 0.05}",
            conformance: "",
            promises: "only weights with a gradient change, downhill, and a resumed training goes "
                + "on as if uninterrupted"),
    ]

    /// The role that a command line names.
    ///
    /// - Throws: `PipelineError` with the code `usage` if there is none.
    static func named(_ word: String) throws -> ScaffoldRole {
        if let role = all.first(where: { $0.word == word }) { return role }
        let words = all.map(\.word)
        throw PipelineError(
            .usage, "there is no role '\(word)'\(didYouMean(word, among: words))",
            notes: ["Roles: \(words.joined(separator: ", "))."])
    }
}
