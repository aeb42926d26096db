public import JepaTensor

/// Gives images, and labels where there are any.
///
/// Making one touches no files, so a graph can be checked where its data is not; `open` is called
/// once before anything is asked of it. `load` is called from several threads at once, for single
/// images, ahead of training.
public protocol DataSource: Stage, Sendable {
    /// Finds the data.
    ///
    /// - Throws: `PipelineError` if there is none that can be used.
    func open() throws
    /// How many images there are.
    var count: Int { get }
    /// The size of every image it gives.
    var imageShape: ImageShape { get }
    /// The names of the classes; empty if there are no labels.
    var classNames: [String] { get }
    /// A text that changes when the data does.
    func fingerprint() throws -> String

    /// Writes one image, normalised, channel by channel.
    ///
    /// - Parameters:
    ///   - request: Which image, and with which random numbers.
    ///   - views: One buffer of `imageShape.count` values for each `images` output of the
    ///     descriptor, in their order, up to the last that is wired; evaluation wants the first.
    /// - Returns: The class of the image, -1 if unknown.
    /// - Throws: `PipelineError` if so much of the data is unusable that training must stop.
    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32

    /// What was found to be unusable so far.
    var rejected: [RejectedSample] { get }
    /// What was found to be damaged so far, and was used as far as it could be read.
    var repaired: [RejectedSample] { get }
}

extension DataSource {
    public func open() throws {}
    public var classNames: [String] { [] }
    public var rejected: [RejectedSample] { [] }
    public var repaired: [RejectedSample] { [] }
}

/// One image that is asked of a data source.
public struct SampleRequest: Sendable {
    /// Which one, from 0 to `count`.
    public let index: Int
    /// Whether it may be changed at random; evaluation asks for the plain image.
    public let isAugmented: Bool
    /// Random numbers of this step and image.
    public let random: StageRandom

    /// Random numbers of one of the views, counted from 0; those of the first are `random`.
    public func random(forView view: Int) -> StageRandom {
        view == 0 ? random : random.forPurpose("view \(view)")
    }

    /// A request.
    public init(index: Int, isAugmented: Bool, random: StageRandom) {
        self.index = index
        self.isAugmented = isAugmented
        self.random = random
    }
}

/// A piece of data that cannot be used, or not all of it, and why.
public struct RejectedSample: Equatable, Sendable {
    /// The file, or whatever names the piece.
    public let name: String
    /// What is wrong with it.
    public let reason: String

    /// A rejected sample.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}

/// Chooses the context and the target patches of every image.
///
/// Every conformer keeps these promises, which the conformance checks try: all indices lie in the
/// grid and are ascending within a mask; no mask is empty; all masks of a batch have the same
/// length; the same random numbers give the same masks. The grid is found by the parameter
/// `patches` and known when the stage is made, so one that cannot hold the masks is refused then.
public protocol Masker: Stage, Sendable {
    /// Draws the masks of a batch.
    ///
    /// - Parameters:
    ///   - grid: The patches of an image.
    ///   - batchSize: Images in the batch.
    ///   - random: Random numbers of this step, shared by the batch; `random.forSample(i)` gives
    ///     those of image `i`.
    func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet
}

/// Turns images into tokens.
public protocol Encoder: Stage {
    /// Embeds images.
    ///
    /// An evaluation gives images alone, and a stage that shares the encoder its own inputs; so
    /// what is given decides, not what this stage is wired to.
    ///
    /// - Parameter inputs: `images [B, C, H, W]`; `keep [B, K]` and `gather [M, B, K]` if wired.
    /// - Returns: `[B, K, D]`, or `[M*B, K, D]` with `gather`: row `m*B + b` is block m of image b.
    func encode(_ inputs: StageInputs, on tape: Tape) throws -> Variable
}

/// Turns tokens into predictions, or into other tokens.
public protocol Predictor: Stage {
    /// Predicts tokens.
    ///
    /// - Parameter inputs: `tokens [B, Kc, D]`, `context [B, Kc]`, `targets [M, B, K]`, unless the
    ///   descriptor says otherwise.
    /// - Returns: `[M*B, K, D]`: row `m*B + b` is block m of image b.
    func predict(_ inputs: StageInputs, on tape: Tape) throws -> Variable
}

/// Turns predictions and targets into the number that is minimised.
public protocol Loss: Stage {
    /// Computes the loss.
    ///
    /// - Parameter inputs: `predictions [R, K, D]` and `targets [R, K, D]`, unless the descriptor
    ///   says otherwise.
    /// - Returns: A scalar, averaged over whatever there are several of.
    func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable

    /// The targets as the predictions are compared with them, such as after a normalisation:
    /// `[R, K, D]` like `predictions`.
    ///
    /// What is learnt is judged by how much better than a constant the predictions are, and the
    /// best constant is the mean of these. Nil for a loss without targets to be predicted.
    func comparedTargets(_ inputs: StageInputs, on tape: Tape) throws -> Variable?
}

extension Loss {
    public func comparedTargets(_ inputs: StageInputs, on tape: Tape) throws -> Variable? { nil }
}

/// Changes weights by their gradients.
public protocol Optimizer: Stage {
    /// Told once which weights will be trained, before any has memory. The stage describes the
    /// tensors it keeps for them in `weights`.
    func adopt(_ trained: [NamedWeight])

    /// Changes all weights that have a gradient.
    ///
    /// - Returns: Figures for the metrics: `lr`, `weight_decay`.
    func update(_ trained: [NamedWeight], at step: StepInfo) throws -> [Figure]
}
