/// What a stage is made from: its parameters, the values it follows, and what it is wired to.
public struct StageParameters {
    /// The name of the stage in its graph.
    public let stageName: String
    /// The parameters, with defaults filled in.
    public let values: ParameterSet
    /// The stage as messages point at it.
    public let location: SourceLocation?
    let linked: [String: StageProperty]
    let connected: Set<String>
    let stages: [String: any Stage]
    let makeReplica: (_ stage: String, _ connected: Set<String>) throws -> any Stage

    /// Parameters put together by hand, for tests and for pipelines built in Swift.
    ///
    /// - Parameters:
    ///   - values: The parameters as a graph file would write them.
    ///   - linked: The values that would follow from other stages.
    ///   - connected: The names of the inputs that are wired.
    /// - Throws: `PipelineErrors` with every mistake in the values.
    public init<S: Stage>(
        for type: S.Type, named stageName: String = "stage", _ values: Setting = [:],
        linked: [String: StageProperty] = [:], connected: Set<String> = []
    ) throws {
        let descriptors = S.descriptor.parameters.filter {
            if case .property = $0.kind { return false }
            return true
        }
        var check = ParameterCheck(owner: "stage '\(stageName)'")
        let set = check.check(values.entries ?? [], against: descriptors, at: nil)
        if !check.errors.isEmpty { throw PipelineErrors(check.errors) }
        self.init(
            stageName: stageName, values: set, location: nil, linked: linked,
            connected: connected, stages: [:],
            makeReplica: { stage, _ in
                fatalError("there is no stage '\(stage)' to make a replica of")
            })
    }

    package init(
        stageName: String, values: ParameterSet, location: SourceLocation?,
        linked: [String: StageProperty], connected: Set<String>, stages: [String: any Stage],
        makeReplica: @escaping (_ stage: String, _ connected: Set<String>) throws -> any Stage
    ) {
        self.stageName = stageName
        self.values = values
        self.location = location
        self.linked = linked
        self.connected = connected
        self.stages = stages
        self.makeReplica = makeReplica
    }

    /// Whether an edge arrives at an input.
    public func isConnected(_ socket: String) -> Bool { connected.contains(socket) }

    /// A linked grid. Traps if the descriptor declares no such link.
    public func grid(_ name: String) -> PatchGrid {
        if case .grid(let grid) = linked[name] { return grid }
        fatalError("'\(name)' of stage '\(stageName)' is not a linked grid")
    }

    /// A linked grid that its source may be without.
    public func optionalGrid(_ name: String) -> PatchGrid? {
        linked[name] == nil ? nil : grid(name)
    }

    /// A linked image size. Traps if the descriptor declares no such link.
    public func imageShape(_ name: String) -> ImageShape {
        if case .image(let shape) = linked[name] { return shape }
        fatalError("'\(name)' of stage '\(stageName)' is not a linked image size")
    }

    /// A linked number. Traps if the descriptor declares no such link.
    public func linkedInteger(_ name: String) -> Int {
        if case .integer(let value) = linked[name] { return value }
        fatalError("'\(name)' of stage '\(stageName)' is not a linked integer")
    }

    /// The stage that a parameter of kind `.stage` names.
    public func stage(_ parameter: String) -> any Stage {
        guard case .stage(let name)? = values[parameter], let stage = stages[name] else {
            fatalError("'\(parameter)' of stage '\(stageName)' names no stage")
        }
        return stage
    }

    /// A second stage like the one that a parameter of kind `.stage` names, with weights of its
    /// own.
    ///
    /// - Parameter sockets: The inputs it will be given; those of this stage if left out.
    public func replica(
        of parameter: String, connecting sockets: Set<String>? = nil
    ) throws -> any Stage {
        guard case .stage(let name)? = values[parameter] else {
            fatalError("'\(parameter)' of stage '\(stageName)' names no stage")
        }
        return try makeReplica(name, sockets ?? connected)
    }

    /// An error of this stage that points at one of its parameters.
    public func error(
        _ message: String, parameter: String? = nil, notes: [String] = []
    ) -> PipelineError {
        PipelineError(
            .configuration, "stage '\(stageName)': \(message)",
            at: parameter.flatMap(values.location(of:)) ?? location, notes: notes)
    }
}

extension StageParameters {
    /// A switch.
    public func boolean(_ name: String) -> Bool { values.boolean(name) }
    /// A whole number that has a default or is required.
    public func integer(_ name: String) -> Int { values.integer(name) }
    /// A whole number that may have been left out.
    public func optionalInteger(_ name: String) -> Int? { values.optionalInteger(name) }
    /// A number that has a default or is required.
    public func real(_ name: String) -> Double { values.real(name) }
    /// A number that may have been left out.
    public func optionalReal(_ name: String) -> Double? { values.optionalReal(name) }
    /// A word, a text or a path that has a default or is required.
    public func text(_ name: String) -> String { values.text(name) }
    /// A word, a text or a path that may have been left out.
    public func optionalText(_ name: String) -> String? { values.optionalText(name) }
    /// One of a few words that stand for the cases of a type.
    public func choice<Choice: RawRepresentable>(
        _ name: String, as type: Choice.Type
    ) -> Choice where Choice.RawValue == String { values.choice(name, as: type) }
    /// A height and a width.
    public func size(_ name: String) -> (height: Int, width: Int) { values.size(name) }
    /// A height and a width that may have been left out.
    public func optionalSize(_ name: String) -> (height: Int, width: Int)? {
        values[name] == nil ? nil : values.size(name)
    }
    /// Two numbers.
    public func pair(_ name: String) -> (Double, Double) { values.pair(name) }
    /// A lower and an upper bound.
    public func interval(_ name: String) -> ClosedRange<Double> { values.interval(name) }
    /// Several numbers.
    public func reals(_ name: String) -> [Double] { values.reals(name) }
}
