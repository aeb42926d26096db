/// The stages that graph files may use.
public struct Registry {
    /// A registered stage.
    public struct Entry {
        /// What it is for.
        public let role: Role
        /// What it says of itself.
        public let descriptor: StageDescriptor
        /// The type that is made.
        public let type: any Stage.Type

        /// The inputs, those of the role if the stage declares none.
        public var inputs: [Socket] { descriptor.inputs ?? role.standardInputs }
        /// The outputs, those of the role if the stage declares none.
        public var outputs: [Socket] { descriptor.outputs ?? role.standardOutputs }

        /// The parameters, with those that every stage of the role has.
        public var parameters: [ParameterDescriptor] {
            switch role {
            case .masker:
                [
                    .property(
                        "patches", named: "grid",
                        help: "The encoder whose patch grid is masked: 'context_encoder.grid'.")
                ] + descriptor.parameters
            case .optimizer:
                [
                    ParameterDescriptor(
                        "minimize", .losses, required: true,
                        help: "The losses whose weighted sum is minimised.")
                ] + descriptor.parameters
            default: descriptor.parameters
            }
        }
    }

    private var entriesByName: [String: Entry] = [:]

    /// A registry without stages.
    public init() {}

    /// All stages, by role, then by name.
    public var entries: [Entry] {
        Role.allCases.flatMap { role in
            entriesByName.values.filter { $0.role == role }
                .sorted { $0.descriptor.name < $1.descriptor.name }
        }
    }

    /// A stage by the name graph files use.
    public subscript(name: String) -> Entry? { entriesByName[name] }

    /// Adds a stage; once more the same stage changes nothing.
    ///
    /// - Throws: `PipelineError` if the name is taken or the type has no role.
    public mutating func register(_ type: any Stage.Type) throws {
        let descriptor = type.descriptor
        guard let role = Self.role(of: type) else {
            throw PipelineError(
                .configuration,
                "'\(type)' has no role; a stage conforms to DataSource, Masker, Encoder, "
                    + "Predictor, Loss or Optimizer")
        }
        if let taken = entriesByName[descriptor.name] {
            if taken.type == type { return }
            throw PipelineError(
                .duplicateName,
                "'\(type)' is called '\(descriptor.name)', as is '\(taken.type)' already")
        }
        entriesByName[descriptor.name] = Entry(role: role, descriptor: descriptor, type: type)
    }

    private static func role(of type: any Stage.Type) -> Role? {
        switch type {
        case is any DataSource.Type: .dataSource
        case is any Masker.Type: .masker
        case is any Encoder.Type: .encoder
        case is any Predictor.Type: .predictor
        case is any Loss.Type: .loss
        case is any Optimizer.Type: .optimizer
        default: nil
        }
    }
}

/// A bundle of stages that a package adds.
public protocol StagePlugin {
    /// Adds the stages.
    static func register(into registry: inout Registry) throws
}
