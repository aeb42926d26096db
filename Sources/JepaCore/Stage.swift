public import JepaTensor

/// A piece of a pipeline.
///
/// A stage is made from its checked parameters and must not allocate weights then: it describes
/// them, and the pipeline gives them memory once the whole graph is known to be right. A stage
/// never prints, reads the environment or keeps globals, and it never calls another stage except
/// one it was given by name.
public protocol Stage {
    /// What the stage says of itself.
    static var descriptor: StageDescriptor { get }

    /// Makes the stage.
    ///
    /// - Throws: `PipelineError` if values that are each allowed cannot work together.
    init(parameters: StageParameters) throws

    /// Values that other stages may follow, such as `grid` or `width`.
    var properties: [String: StageProperty] { get }

    /// What the letters of its sockets stand for, as far as the stage itself decides that.
    var dimensions: [String: Dimension] { get }

    /// Everything a checkpoint has to hold: the weights of networks, moments of an optimizer.
    var weights: [Weight] { get }

    /// Called once, in order of the links, when the weights of all stages have memory.
    func prepare() throws

    /// Called after the optimizer has changed the weights.
    ///
    /// - Returns: Figures for the metrics of this step.
    func afterUpdate(_ step: StepInfo) throws -> [Figure]

    /// Multiply-adds of one forward pass by the plain arithmetic of the method, for a batch.
    ///
    /// - Parameter sizes: The letters of the sockets with their numbers.
    func multiplyAdds(for sizes: [String: Int]) -> Int

    /// Those of them that multiply data: no gradient has to be passed on through them.
    ///
    /// - Parameter sizes: The letters of the sockets with their numbers.
    func dataMultiplyAdds(for sizes: [String: Int]) -> Int

    /// Numbers that a forward pass keeps for the way back, for a batch; what is computed again does
    /// not count.
    ///
    /// - Parameter sizes: The letters of the sockets with their numbers.
    func keptNumbers(for sizes: [String: Int]) -> Int
}

extension Stage {
    public var properties: [String: StageProperty] { [:] }
    public var dimensions: [String: Dimension] { [:] }
    public var weights: [Weight] { [] }
    public func prepare() throws {}
    public func afterUpdate(_ step: StepInfo) throws -> [Figure] { [] }
    public func multiplyAdds(for sizes: [String: Int]) -> Int { 0 }
    public func dataMultiplyAdds(for sizes: [String: Int]) -> Int { 0 }
    public func keptNumbers(for sizes: [String: Int]) -> Int { 0 }
}

/// Where training stands.
public struct StepInfo: Sendable {
    /// The step, counted from 0.
    public let index: Int
    /// The steps that schedules are laid out over.
    public let total: Int
    /// The same before it was rounded down to whole steps.
    public let exactTotal: Double
    /// The steps in which the learning rate rises.
    public let warmUp: Int
    /// Images in the batch.
    public let batchSize: Int
    /// The seed of the run.
    public let seed: UInt64

    /// A place in the training.
    ///
    /// - Parameter exactTotal: `total` if not given.
    public init(
        index: Int, total: Int, exactTotal: Double? = nil, warmUp: Int, batchSize: Int, seed: UInt64
    ) {
        self.index = index
        self.total = total
        self.exactTotal = exactTotal ?? Double(total)
        self.warmUp = warmUp
        self.batchSize = batchSize
        self.seed = seed
    }
}

/// A named number of a step.
public struct Figure: Equatable, Sendable {
    /// The name in the metrics, in snake_case.
    public let name: String
    /// The number.
    public let value: Double

    /// A number.
    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}
