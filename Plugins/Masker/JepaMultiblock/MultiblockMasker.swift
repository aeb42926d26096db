public import JepaCore

/// Predicts several blocks of patches from one large block that they are cut out of.
///
/// Context `[1, B, K]`, targets `[M, B, Kt]`, row-major patch indices. One context size and one
/// target size are drawn per batch, positions per image. Two samplers draw them: see
/// `OfficialSampler` and `UnbiasedSampler`.
///
/// Source: arXiv 2301.08243, section 3 and appendix A.1.
public struct MultiblockMasker: Masker {
    public static let descriptor = StageDescriptor(
        name: "multiblock",
        summary: "Predicts several blocks of patches from one large block without them.",
        source: "arXiv 2301.08243, section 3",
        parameters: [
            .integer("target_blocks", in: 1...64, default: 4, help: "Blocks to predict per image."),
            .interval(
                "target_scale", in: 0...1, default: 0.15...0.2,
                help: "Share of the patches in a target block, lowest and highest."),
            .interval(
                "target_aspect", in: 0.05...20, default: 0.75...1.5,
                help: "Height over width of a target block, lowest and highest."),
            .interval(
                "context_scale", in: 0...1, default: 0.85...1,
                help: "Share of the patches in the context block before targets are cut out."),
            .interval(
                "context_aspect", in: 0.05...20, default: 1...1,
                help: "Height over width of the context block, lowest and highest."),
            .integer(
                "min_keep", in: 1...Int.max, default: 10,
                help: "Fewest context patches of an image; with fewer it is drawn again. The "
                    + "official sampler wants more than this, of target blocks too.",
                unit: .patches),
            .optionalReal(
                "context_keep", in: 0...1,
                help: "Share of the patches every context has, whatever the batch size. Without "
                    + "it, contexts are cut to the shortest of the batch."),
            .boolean(
                "allow_overlap", default: false,
                help: "Whether target patches stay in the context."),
            .choice(
                "sampler", of: MultiblockSettings.Sampler.self, default: .unbiased,
                help: "'official' draws as the released code does, which never reaches the last "
                    + "row and column and cuts contexts at the bottom of the image; 'unbiased' "
                    + "repairs both."),
        ])

    private let sampler: any MultiblockSampler
    private let targetBlocks: Int
    private let grid: PatchGrid

    public init(parameters: StageParameters) throws {
        let settings = MultiblockSettings(parameters)
        targetBlocks = settings.targetBlocks
        grid = parameters.grid("patches")
        sampler =
            settings.isOfficial
            ? OfficialSampler(settings: settings) : UnbiasedSampler(settings: settings)
        if let obstacle = sampler.obstacle(on: grid) {
            throw parameters.error(
                obstacle.message, parameter: obstacle.parameter, notes: [obstacle.remedy])
        }
    }

    public var dimensions: [String: Dimension] { ["M": Dimension(targetBlocks)] }

    public func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        precondition(grid == self.grid, "made for a grid of \(self.grid), asked for \(grid)")
        return sampler.masks(for: grid, batchSize: batchSize, using: &random)
    }
}
