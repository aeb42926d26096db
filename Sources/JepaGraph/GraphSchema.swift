public import JepaCore

/// The JSON Schema of graph files, by which editors complete and check them as they are written.
///
/// It is made from the registry, so it knows the stages of plugins, too. It sees what concerns one
/// value or one stage: names, types, ranges, what is missing. That edges lead somewhere and shapes
/// fit is seen by the graph's own check only.
///
/// The dialect is draft 7, the one that yaml-language-server knows best.
public struct GraphSchema {
    /// The schema as a value; `JSONWriter` makes a text of it.
    public let root: Setting

    /// The schema of graph files with the stages of a registry.
    ///
    /// - Parameter train: What the section `train` may hold.
    public init(registry: Registry, train: [ParameterDescriptor]) {
        var definitions: [(String, Setting)] = [("stage", Self.stage(registry))]
        definitions += registry.entries.map { ($0.descriptor.name, Self.definition(of: $0)) }
        let isTrainRequired = train.contains(where: \.isRequired)
        root = Self.object([
            ("$schema", "http://json-schema.org/draft-07/schema#"),
            ("title", "Graph file of jepa-pipe"),
            ("type", "object"),
            ("additionalProperties", false),
            ("required", isTrainRequired ? ["stages", "train"] : ["stages"]),
            ("properties", Self.sections(train)),
            ("definitions", Self.object(definitions)),
        ])
    }

    // MARK: - Sections

    private static func sections(_ train: [ParameterDescriptor]) -> Setting {
        object([
            (
                "pipeline",
                [
                    "description": "The name of the pipeline.", "type": "string",
                    "pattern": pattern(Graph.pipelineName.pattern), "default": "pipeline",
                ]
            ),
            (
                "seed",
                [
                    "description": "The seed of every random draw.", "type": "integer",
                    "minimum": 0, "default": 0,
                ]
            ),
            (
                "plugins",
                [
                    "description": "Shared libraries with further stages.", "type": "array",
                    "items": ["type": "string"],
                ]
            ),
            (
                "stages",
                [
                    "description": "The stages by name.", "type": "object", "minProperties": 1,
                    "maxProperties": .init(.integer(Graph.maximumStages)),
                    "propertyNames": ["pattern": pattern(Graph.stageName.pattern)],
                    "additionalProperties": ["$ref": "#/definitions/stage"],
                ]
            ),
            (
                "train",
                object(
                    [
                        (
                            "description",
                            "How long training goes on, and what is looked at on the way."
                        )
                    ]
                        + fields(of: train))
            ),
        ])
    }

    // MARK: - Stages

    /// Any stage: what it may hold depends on what it uses.
    private static func stage(_ registry: Registry) -> Setting {
        let entries = registry.entries
        let name = { (entry: Registry.Entry) in Setting(.text(entry.descriptor.name)) }
        let summary = { (entry: Registry.Entry) in
            Setting(.text("\(entry.role.rawValue): \(entry.descriptor.summary)"))
        }
        let choices = entries.map { entry in
            object([
                (
                    "if",
                    object([
                        ("required", ["use"]),
                        ("properties", object([("use", object([("const", name(entry))]))])),
                    ])
                ),
                ("then", ["$ref": .init(.text("#/definitions/\(entry.descriptor.name)"))]),
            ])
        }
        return object([
            ("type", "object"),
            ("required", ["use"]),
            (
                "properties",
                object([
                    (
                        "use",
                        object([
                            ("description", "The registered stage."),
                            ("enum", .init(.list(entries.map(name)))),
                            ("enumDescriptions", .init(.list(entries.map(summary)))),
                        ])
                    )
                ])
            ),
            ("allOf", .init(.list(choices))),
        ])
    }

    /// A stage that uses one of the registry.
    private static func definition(of entry: Registry.Entry) -> Setting {
        let descriptor = entry.descriptor
        let source = descriptor.source.map { " Source: \($0)." } ?? ""
        let sockets = entry.inputs.map { socket in (socket.name, property(of: socket)) }
        let parameters = entry.parameters.map { ($0.name, property(of: $0)) }
        let required =
            ["use"] + entry.inputs.filter { !$0.isOptional }.map(\.name)
            + entry.parameters.filter(\.isRequired).map(\.name)
        return object([
            ("title", .init(.text("\(descriptor.name), \(entry.role.rawValue)"))),
            ("description", .init(.text(descriptor.summary + source))),
            ("type", "object"),
            ("additionalProperties", false),
            ("required", texts(required)),
            ("properties", object([("use", true)] + sockets + parameters)),
        ])
    }

    private static func property(of socket: Socket) -> Setting {
        object([
            ("description", .init(.text("Input, \(socket.type): \(socket.help)"))),
            ("type", "string"),
            ("pattern", reference(to: Graph.stageName.pattern)),
        ])
    }

    // MARK: - Parameters

    /// What a mapping with these parameters may hold.
    private static func fields(of parameters: [ParameterDescriptor]) -> [(String, Setting)] {
        let required = parameters.filter(\.isRequired).map(\.name)
        return [("type", "object"), ("additionalProperties", false)]
            + (required.isEmpty ? [] : [("required", texts(required))])
            + [("properties", object(parameters.map { ($0.name, property(of: $0)) }))]
    }

    private static func property(of parameter: ParameterDescriptor) -> Setting {
        let unit = parameter.unit.map { " Unit: \($0.rawValue)." } ?? ""
        let standard = parameter.defaultValue.map { [("default", value(of: $0))] }
        return object(
            [("description", .init(.text(parameter.help + unit)))] + type(of: parameter.kind)
                + (standard ?? []))
    }

    private static func type(of kind: ParameterDescriptor.Kind) -> [(String, Setting)] {
        switch kind {
        case .boolean: [("type", "boolean")]
        case .integer(let range): integer(range)
        case .real(let range): number(range)
        case .text, .path: [("type", "string"), ("minLength", 1)]
        case .choice(let words): [("enum", texts(words))]
        case .size(let range): oneOrSeveral(integer(range), count: 2)
        case .pair(let range), .interval(let range): oneOrSeveral(number(range), count: 2)
        case .reals(let range, let count): several(number(range), count: count)
        case .stage: [("type", "string"), ("pattern", pattern(Graph.stageName.pattern))]
        case .property(let name): [("type", "string"), ("pattern", reference(to: name))]
        case .losses: losses
        case .group(let parameters): fields(of: parameters)
        }
    }

    private static func integer(_ range: ClosedRange<Int>) -> [(String, Setting)] {
        let upper: [(String, Setting)] =
            range.upperBound == .max ? [] : [("maximum", .init(.integer(range.upperBound)))]
        return [("type", "integer"), ("minimum", .init(.integer(range.lowerBound)))] + upper
    }

    private static func number(_ range: ClosedRange<Double>) -> [(String, Setting)] {
        let isBounded = { (bound: Double) in bound.magnitude < .greatestFiniteMagnitude }
        let ends = [("minimum", range.lowerBound), ("maximum", range.upperBound)]
        return [("type", "number")]
            + ends.filter { isBounded($0.1) }.map { ($0.0, Setting(.real($0.1))) }
    }

    private static func several(
        _ item: [(String, Setting)], count: Int
    ) -> [(String, Setting)] {
        [
            ("type", "array"), ("items", object(item)),
            ("minItems", .init(.integer(count))), ("maxItems", .init(.integer(count))),
        ]
    }

    private static func oneOrSeveral(
        _ item: [(String, Setting)], count: Int
    ) -> [(String, Setting)] {
        [("anyOf", .init(.list([object(item), object(several(item, count: count))])))]
    }

    private static let losses: [(String, Setting)] = [
        (
            "anyOf",
            [
                ["type": "string"],
                ["type": "array", "items": ["type": "string"], "minItems": 1],
                [
                    "type": "object", "additionalProperties": ["type": "number"],
                    "minProperties": 1,
                ],
            ]
        )
    ]

    private static func value(of value: ParameterValue) -> Setting {
        let real = { (number: Double) in Setting(.real(number)) }
        return switch value {
        case .boolean(let value): Setting(.boolean(value))
        case .integer(let value): Setting(.integer(value))
        case .real(let value): real(value)
        case .size(let height, let width):
            height == width
                ? Setting(.integer(height))
                : Setting(.list([Setting(.integer(height)), Setting(.integer(width))]))
        case .pair(let first, let second):
            first == second ? real(first) : Setting(.list([real(first), real(second)]))
        case .reals(let values): Setting(.list(values.map(real)))
        case .text, .stage, .property, .losses, .group: Setting(.text("\(value)"))
        }
    }

    // MARK: - Values

    /// What a whole text has to look like.
    private static func pattern(_ form: String) -> Setting { Setting(.text("^\(form)$")) }

    /// `stage.name`
    private static func reference(to name: String) -> Setting {
        pattern("\(Graph.stageName.pattern)\\.\(name)")
    }

    private static func texts(_ words: [String]) -> Setting {
        Setting(.list(words.map { Setting(.text($0)) }))
    }

    private static func object(_ entries: [(String, Setting)]) -> Setting {
        Setting(.mapping(entries.map { Setting.Entry($0.0, $0.1) }))
    }
}
