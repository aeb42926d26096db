import JepaCore
import JepaTensor

/// Small stages of every role: enough to check and draw graphs, nothing to learn from.
enum ToyStages {
    static var registry: Registry {
        var registry = Registry()
        do {
            try registry.register(ToyData.self)
            try registry.register(ToyMasker.self)
            try registry.register(ToyEncoder.self)
            try registry.register(ToyFollower.self)
            try registry.register(ToyPredictor.self)
            try registry.register(ToyLoss.self)
            try registry.register(ToySpread.self)
            try registry.register(ToyOptimizer.self)
        } catch {
            fatalError("\(error)")
        }
        return registry
    }

    /// I-JEPA of toy stages.
    static let graph = """
        pipeline: toy
        stages:
          data: {use: toy_data, size: [16, 24]}
          masks: {use: toy_masker, patches: context_encoder.grid, targets: 2}
          context_encoder: {use: toy_encoder, width: 8, images: data.images, keep: masks.context}
          target_encoder:
            use: toy_follower
            of: context_encoder
            images: data.images
            gather: masks.targets
          predictor:
            use: toy_predictor
            tokens: context_encoder.tokens
            context: masks.context
            targets: masks.targets
          loss: {use: toy_loss, predictions: predictor.predictions, targets: target_encoder.tokens}
          spread: {use: toy_spread, tokens: context_encoder.tokens}
          optimizer: {use: toy_optimizer, minimize: {loss: 1, spread: 0.2}, lr: 1e-3}
        """
}

struct ToyData: DataSource {
    static let descriptor = StageDescriptor(
        name: "toy_data", summary: "Gray images.",
        parameters: [
            .size("size", in: 4...64, default: 16, help: "Height and width."),
            .boolean("flip", default: false, help: "Mirrors half of the images."),
            .interval("scale", in: 0...1, default: 0.5...1, help: "Share of the image."),
        ])
    let count = 10
    let imageShape: ImageShape

    init(parameters: StageParameters) throws {
        let (height, width) = parameters.size("size")
        imageShape = ImageShape(height: height, width: width)
    }

    func fingerprint() throws -> String { "\(imageShape)" }

    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        for view in views { view.update(repeating: 0) }
        return -1
    }
}

struct ToyMasker: Masker {
    static let descriptor = StageDescriptor(
        name: "toy_masker", summary: "The first patch is context, the next are targets.",
        parameters: [
            .integer("targets", in: 1...8, default: 1, help: "Target blocks.", unit: .patches),
            .choice("order", of: ["rows", "columns"], default: "rows", help: "The order."),
        ])
    private let targets: Int

    init(parameters: StageParameters) throws {
        targets = parameters.integer("targets")
        let patches = parameters.grid("patches")
        if patches.count < targets + 1 {
            throw parameters.error(
                "a grid of \(patches) patches cannot hold \(targets) targets beside the context",
                parameter: "targets")
        }
    }

    var dimensions: [String: Dimension] { ["M": Dimension(targets), "Kt": 1] }

    func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        let blocks = (0..<targets).flatMap { Array(repeating: Int32($0 + 1), count: batchSize) }
        return MaskSet(
            context: PatchIndices(
                blocks: 1, batch: batchSize, kept: 1,
                values: Array(repeating: 0, count: batchSize)),
            targets: PatchIndices(blocks: targets, batch: batchSize, kept: 1, values: blocks))
    }
}

final class ToyEncoder: Encoder {
    static let descriptor = StageDescriptor(
        name: "toy_encoder", summary: "One row of numbers per patch.",
        parameters: [
            .integer("width", in: 1...1024, default: 4, help: "Numbers per token."),
            .integer("patch_size", in: 1...64, default: 8, help: "Side.", unit: .pixels),
        ], links: [.init("image", from: "image", of: "images", help: "The image size.")])
    let weights: [Weight]
    private let grid: PatchGrid
    private let width: Int

    init(parameters: StageParameters) throws {
        let image = parameters.imageShape("image")
        let patch = parameters.integer("patch_size")
        guard image.height.isMultiple(of: patch), image.width.isMultiple(of: patch) else {
            throw parameters.error(
                "patches of \(patch) pixels do not tile images of \(image)",
                parameter: "patch_size")
        }
        grid = PatchGrid(height: image.height / patch, width: image.width / patch)
        width = parameters.integer("width")
        weights = [
            Weight("proj.weight", shape: [width, 3, patch, patch], initial: .constant(0)),
            Weight("proj.bias", shape: [width], initial: .constant(0)),
        ]
    }

    var properties: [String: StageProperty] { ["grid": .grid(grid), "width": .integer(width)] }
    var dimensions: [String: Dimension] { ["D": Dimension(width)] }

    func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        inputs.variable("images")
    }
}

final class ToyFollower: Encoder {
    static let descriptor = StageDescriptor(
        name: "toy_follower", summary: "Follows another encoder.",
        parameters: [
            .stage("of", role: .encoder, help: "The encoder to follow."),
            .real("momentum", in: 0...1, default: 0.9, help: "What it keeps."),
        ])
    private let replica: any Stage

    init(parameters: StageParameters) throws {
        replica = try parameters.replica(of: "of")
        for weight in replica.weights { weight.isTrainable = false }
    }

    var properties: [String: StageProperty] { replica.properties }
    var dimensions: [String: Dimension] { replica.dimensions }
    var weights: [Weight] { replica.weights }

    func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        inputs.variable("images")
    }
}

final class ToyPredictor: Predictor {
    static let descriptor = StageDescriptor(
        name: "toy_predictor", summary: "One matrix.",
        parameters: [
            ParameterDescriptor(
                "head", .group([.integer("depth", in: 1...4, default: 1, help: "Layers.")]),
                required: false, help: "What stands on top.")
        ],
        links: [.init("input_width", from: "width", of: "tokens", help: "The width.")])
    let weights: [Weight]
    private let width: Int

    init(parameters: StageParameters) throws {
        width = parameters.linkedInteger("input_width")
        weights = [Weight("weight", shape: [width, width], initial: .constant(0))]
    }

    var dimensions: [String: Dimension] { ["D": Dimension(width)] }

    func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        inputs.variable("tokens")
    }
}

struct ToyLoss: Loss {
    static let descriptor = StageDescriptor(name: "toy_loss", summary: "The difference.")
    init(parameters: StageParameters) throws {}
    func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        inputs.variable("predictions")
    }
}

struct ToySpread: Loss {
    static let descriptor = StageDescriptor(
        name: "toy_spread", summary: "The spread.",
        inputs: [Socket("tokens", .tokens, ["B", "K", "D"], help: "What has to spread.")])
    init(parameters: StageParameters) throws {}
    func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        inputs.variable("tokens")
    }
}

struct ToyOptimizer: Optimizer {
    static let descriptor = StageDescriptor(
        name: "toy_optimizer", summary: "Changes nothing.",
        parameters: [.real("lr", in: 0...1, help: "The learning rate.")])
    init(parameters: StageParameters) throws {}
    func adopt(_ trained: [NamedWeight]) {}
    func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure] { [] }
}
