/// A parameter of a stage or of the training: its type, unit, range, default and help.
///
/// The check of graph files, `jepa-pipe stages`, the diagram and the schema all come from it.
public struct ParameterDescriptor: Sendable {
    /// What a number counts.
    public enum Unit: String, Sendable {
        case pixels, patches, images, tokens, steps, epochs, seconds, samples, channels
    }

    /// The type of a value and what it may be.
    public enum Kind: Equatable, Sendable {
        case boolean
        case integer(ClosedRange<Int>)
        case real(ClosedRange<Double>)
        case text
        case choice([String])
        /// A file or folder; a relative one is looked up from the folder `jepa-pipe` was started in.
        case path
        /// One integer, or two: `[height, width]`.
        case size(ClosedRange<Int>)
        /// Two numbers, `[first, second]`; one number stands for both.
        case pair(ClosedRange<Double>)
        /// Two numbers in ascending order, `[low, high]`; one number stands for both.
        case interval(ClosedRange<Double>)
        /// A list of numbers of a fixed length.
        case reals(ClosedRange<Double>, count: Int)
        /// The name of another stage.
        case stage(Role)
        /// A value of another stage, `stage.name`.
        case property(String)
        /// Which losses to minimise: a name, a list of names, or a mapping from name to weight.
        case losses
        /// A mapping with parameters of its own.
        case group([ParameterDescriptor])
    }

    /// The name in a graph file, in snake_case.
    public let name: String
    /// The type and what it may be.
    public let kind: Kind
    /// What holds if the graph file does not say; nil if it must say or if absence means something.
    public let defaultValue: ParameterValue?
    /// Whether a graph file must give it.
    public let isRequired: Bool
    /// What a number counts.
    public let unit: Unit?
    /// What it does, in a sentence that does not repeat the name.
    public let help: String

    /// A parameter; the factories below read better.
    public init(
        _ name: String, _ kind: Kind, default defaultValue: ParameterValue? = nil,
        required: Bool, unit: Unit? = nil, help: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        isRequired = required
        self.unit = unit
        self.help = help
    }
}

extension ParameterDescriptor: Equatable {
    public static func == (a: ParameterDescriptor, b: ParameterDescriptor) -> Bool {
        a.name == b.name && a.kind == b.kind && a.defaultValue == b.defaultValue
            && a.isRequired == b.isRequired
    }
}

extension ParameterDescriptor {
    /// A switch.
    public static func boolean(_ name: String, default value: Bool, help: String) -> Self {
        Self(name, .boolean, default: .boolean(value), required: false, help: help)
    }

    /// A whole number; required without a default.
    public static func integer(
        _ name: String, in range: ClosedRange<Int>, default value: Int? = nil, help: String,
        unit: Unit? = nil
    ) -> Self {
        Self(
            name, .integer(range), default: value.map(ParameterValue.integer),
            required: value == nil, unit: unit, help: help)
    }

    /// A whole number that may be left out.
    public static func optionalInteger(
        _ name: String, in range: ClosedRange<Int>, help: String, unit: Unit? = nil
    ) -> Self {
        Self(name, .integer(range), required: false, unit: unit, help: help)
    }

    /// A number; required without a default.
    public static func real(
        _ name: String, in range: ClosedRange<Double>, default value: Double? = nil, help: String,
        unit: Unit? = nil
    ) -> Self {
        Self(
            name, .real(range), default: value.map(ParameterValue.real), required: value == nil,
            unit: unit, help: help)
    }

    /// A number that may be left out.
    public static func optionalReal(
        _ name: String, in range: ClosedRange<Double>, help: String, unit: Unit? = nil
    ) -> Self {
        Self(name, .real(range), required: false, unit: unit, help: help)
    }

    /// One of a few words.
    public static func choice(
        _ name: String, of words: [String], default value: String? = nil, help: String
    ) -> Self {
        Self(
            name, .choice(words), default: value.map(ParameterValue.text), required: value == nil,
            help: help)
    }

    /// One of the cases of a type, by their words; required without a default.
    public static func choice<Choice: CaseIterable & RawRepresentable>(
        _ name: String, of type: Choice.Type, default value: Choice? = nil, help: String
    ) -> Self where Choice.RawValue == String {
        choice(
            name, of: Choice.allCases.map(\.rawValue), default: value?.rawValue, help: help)
    }

    /// One of a few words, or none of them.
    public static func optionalChoice(_ name: String, of words: [String], help: String) -> Self {
        Self(name, .choice(words), required: false, help: help)
    }

    /// A file or folder.
    public static func path(_ name: String, required: Bool = true, help: String) -> Self {
        Self(name, .path, required: required, help: help)
    }

    /// A height and a width; required without a default.
    public static func size(
        _ name: String, in range: ClosedRange<Int>, default value: Int? = nil, help: String,
        unit: Unit? = .pixels
    ) -> Self {
        Self(
            name, .size(range), default: value.map { .size(height: $0, width: $0) },
            required: value == nil, unit: unit, help: help)
    }

    /// A height and a width that may be left out.
    public static func optionalSize(
        _ name: String, in range: ClosedRange<Int>, help: String, unit: Unit? = .pixels
    ) -> Self {
        Self(name, .size(range), required: false, unit: unit, help: help)
    }

    /// Two numbers, such as the two ends of a schedule; one number stands for both.
    public static func pair(
        _ name: String, in range: ClosedRange<Double>, default value: (Double, Double)? = nil,
        help: String
    ) -> Self {
        Self(
            name, .pair(range), default: value.map { .pair($0.0, $0.1) }, required: value == nil,
            help: help)
    }

    /// A lower and an upper bound.
    public static func interval(
        _ name: String, in range: ClosedRange<Double>, default value: ClosedRange<Double>? = nil,
        help: String
    ) -> Self {
        Self(
            name, .interval(range),
            default: value.map { .pair($0.lowerBound, $0.upperBound) }, required: value == nil,
            help: help)
    }

    /// Several numbers, such as one per colour channel.
    public static func reals(
        _ name: String, in range: ClosedRange<Double>, default value: [Double], help: String
    ) -> Self {
        Self(
            name, .reals(range, count: value.count), default: .reals(value), required: false,
            help: help)
    }

    /// Another stage of the graph.
    public static func stage(_ name: String, role: Role, help: String) -> Self {
        Self(name, .stage(role), required: true, help: help)
    }

    /// A value of another stage of the graph.
    public static func property(_ name: String, named property: String, help: String) -> Self {
        Self(name, .property(property), required: true, help: help)
    }
}
