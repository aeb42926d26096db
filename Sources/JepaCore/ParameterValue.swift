/// The value of a parameter after checking.
public enum ParameterValue: Equatable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    case size(height: Int, width: Int)
    case pair(Double, Double)
    case reals([Double])
    /// The name of another stage.
    case stage(String)
    /// A value of another stage.
    case property(stage: String, name: String)
    /// Names of losses with their weights.
    case losses([LossWeight])
    /// The parameters of a group.
    case group(ParameterSet)

    /// One loss of the sum that is minimised.
    public struct LossWeight: Equatable, Sendable {
        /// The stage.
        public let stage: String
        /// The factor it enters the sum with.
        public let weight: Double
        /// Where the name stands.
        public let location: SourceLocation?
    }
}

extension ParameterValue: CustomStringConvertible {
    /// The value as a graph file would have it.
    public var description: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .real(let value): shortest(value)
        case .text(let value): value
        case .size(let height, let width): height == width ? "\(height)" : "[\(height), \(width)]"
        case .pair(let first, let second):
            first == second
                ? shortest(first) : "[\(shortest(first)), \(shortest(second))]"
        case .reals(let values): "[" + values.map(shortest).joined(separator: ", ") + "]"
        case .stage(let name): name
        case .property(let stage, let name): "\(stage).\(name)"
        case .losses(let losses):
            losses.count == 1 && losses[0].weight == 1
                ? losses[0].stage
                : "{"
                    + losses.map { "\($0.stage): \(shortest($0.weight))" }
                    .joined(separator: ", ") + "}"
        case .group(let set): "{" + set.description + "}"
        }
    }
}

/// Checked values by name: what was written, and the defaults of what was not.
public struct ParameterSet: Equatable, Sendable, CustomStringConvertible {
    /// The description of every parameter that may be set.
    public let descriptors: [ParameterDescriptor]
    private var values: [String: ParameterValue]
    private var locations: [String: SourceLocation]

    /// A set in which everything has its default.
    public init(descriptors: [ParameterDescriptor]) {
        self.descriptors = descriptors
        values = [:]
        locations = [:]
    }

    mutating func set(_ name: String, to value: ParameterValue, at location: SourceLocation?) {
        values[name] = value
        locations[name] = location
    }

    /// The value of a parameter, its default, or nil. Traps on a name that was not declared.
    public subscript(name: String) -> ParameterValue? {
        guard let descriptor = descriptors.first(where: { $0.name == name }) else {
            fatalError("the parameter '\(name)' is read but not declared in the descriptor")
        }
        return values[name] ?? descriptor.defaultValue
    }

    /// Whether the graph file sets the parameter.
    public func isSet(_ name: String) -> Bool { values[name] != nil }

    /// Where the value stands in the graph file.
    public func location(of name: String) -> SourceLocation? { locations[name] }

    /// The parameters with values, in the order of their declaration.
    public var resolved: [(name: String, value: ParameterValue)] {
        descriptors.compactMap { descriptor in
            self[descriptor.name].map { (descriptor.name, $0) }
        }
    }

    /// The parameters whose value is not their default, in the order of their declaration.
    public var changed: [(name: String, value: ParameterValue)] {
        descriptors.compactMap { descriptor in
            guard let value = values[descriptor.name], value != descriptor.defaultValue
            else { return nil }
            return (descriptor.name, value)
        }
    }

    public var description: String {
        resolved.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
    }

    // Where a value stands is no part of what it is.
    public static func == (a: ParameterSet, b: ParameterSet) -> Bool {
        a.descriptors == b.descriptors && a.values == b.values
    }
}

extension ParameterSet {
    /// A switch.
    public func boolean(_ name: String) -> Bool {
        if case .boolean(let value) = self[name] { return value }
        return missing(name, "boolean")
    }

    /// A whole number that has a default or is required.
    public func integer(_ name: String) -> Int {
        optionalInteger(name) ?? missing(name, "integer")
    }

    /// A whole number that may have been left out.
    public func optionalInteger(_ name: String) -> Int? {
        optional(name, "integer") { if case .integer(let value) = $0 { value } else { nil } }
    }

    /// A number that has a default or is required.
    public func real(_ name: String) -> Double { optionalReal(name) ?? missing(name, "real") }

    /// A number that may have been left out.
    public func optionalReal(_ name: String) -> Double? {
        optional(name, "real") { if case .real(let value) = $0 { value } else { nil } }
    }

    /// A word, a text or a path that has a default or is required.
    public func text(_ name: String) -> String { optionalText(name) ?? missing(name, "text") }

    /// A word, a text or a path that may have been left out.
    public func optionalText(_ name: String) -> String? {
        optional(name, "text") { if case .text(let value) = $0 { value } else { nil } }
    }

    /// One of a few words that stand for the cases of a type.
    public func choice<Choice: RawRepresentable>(
        _ name: String, as type: Choice.Type
    ) -> Choice where Choice.RawValue == String {
        Choice(rawValue: text(name)) ?? missing(name, "\(type)")
    }

    /// A height and a width.
    public func size(_ name: String) -> (height: Int, width: Int) {
        if case .size(let height, let width) = self[name] { return (height, width) }
        return missing(name, "size")
    }

    /// Two numbers.
    public func pair(_ name: String) -> (Double, Double) {
        if case .pair(let first, let second) = self[name] { return (first, second) }
        return missing(name, "pair")
    }

    /// A lower and an upper bound.
    public func interval(_ name: String) -> ClosedRange<Double> {
        let (low, high) = pair(name)
        return low...high
    }

    /// Several numbers.
    public func reals(_ name: String) -> [Double] {
        if case .reals(let values) = self[name] { return values }
        return missing(name, "list of numbers")
    }

    /// The parameters of a group.
    public func group(_ name: String) -> ParameterSet {
        if case .group(let set) = self[name] { return set }
        if case .group(let inner)? = descriptors.first(where: { $0.name == name })?.kind {
            return ParameterSet(descriptors: inner)
        }
        return missing(name, "group")
    }

    /// The value as `take` reads it, nil if there is none. Traps on one that it cannot read.
    private func optional<Value>(
        _ name: String, _ type: String, _ take: (ParameterValue) -> Value?
    ) -> Value? {
        self[name].map { take($0) ?? missing(name, type) }
    }

    private func missing<Value>(_ name: String, _ type: String) -> Value {
        fatalError("the parameter '\(name)' is read as \(type) but has no such value")
    }
}
