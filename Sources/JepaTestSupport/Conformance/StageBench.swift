import JepaCore
import JepaTensor

/// Makes a stage as a graph with certain edges would, and what arrives at its sockets.
struct StageBench {
    /// Images, tokens and numbers, masks and labels by socket.
    struct Arrivals {
        var tensors: [String: Tensor] = [:]
        var masks: [String: PatchIndices] = [:]
        var labels: [String: [Int32]] = [:]
    }

    let conformance: StageConformance
    let entry: Registry.Entry
    /// The inputs that are wired.
    let connected: Set<String>

    /// The inputs that are wired, with their types.
    var sockets: [Socket] { entry.inputs.filter { connected.contains($0.name) } }

    /// The usual lengths: different where they may be, so that a mix-up shows.
    private static let usualSizes = [
        "B": 3, "M": 2, "K": 2, "Kt": 2, "Kc": 3, "R": 4, "D": 8, "E": 8, "V": 2,
    ]

    // MARK: - Making

    /// Makes the stage; its weights have no memory yet.
    ///
    /// - Throws: What the stage throws; `PipelineErrors` for parameters that are wrong.
    func make() throws -> (stage: any Stage, others: [any Stage]) {
        try Self.make(entry, conformance.parameters, connected, conformance)
    }

    /// Gives the weights memory, as a pipeline does.
    static func materialise(_ made: (stage: any Stage, others: [any Stage])) throws {
        for stage in made.others + [made.stage] {
            for weight in stage.weights where !weight.isMaterialised {
                weight.materialise(key: StageRandom(seed: 7, purpose: weight.name).key)
            }
        }
        for stage in made.others + [made.stage] { try stage.prepare() }
    }

    private static func make(
        _ entry: Registry.Entry, _ parameters: Setting, _ connected: Set<String>,
        _ conformance: StageConformance
    ) throws -> (stage: any Stage, others: [any Stage]) {
        var entries = parameters.entries ?? []
        var others: [String: any Stage] = [:]
        for descriptor in entry.descriptor.parameters {
            guard case .stage(let role) = descriptor.kind else { continue }
            entries.append(Setting.Entry(descriptor.name, .init(stringLiteral: descriptor.name)))
            others[descriptor.name] = try toy(role, connected, conformance)
        }
        let declared = entry.descriptor.parameters.filter {
            if case .property = $0.kind { return false }
            return true
        }
        var check = ParameterCheck(owner: "stage '\(entry.descriptor.name)'")
        let values = check.check(entries, against: declared, at: nil)
        if !check.errors.isEmpty { throw PipelineErrors(check.errors) }
        let stage = try entry.type.init(
            parameters: StageParameters(
                stageName: entry.descriptor.name, values: values, location: nil,
                linked: linked(entry, conformance), connected: connected, stages: others,
                makeReplica: { name, connected in
                    try toy(
                        others[name] is any Predictor ? .predictor : .encoder, connected,
                        conformance)
                }))
        return (stage, Array(others.values))
    }

    /// What a stage gets that names another one: a toy projector or a toy encoder.
    private static func toy(
        _ role: Role, _ connected: Set<String>, _ conformance: StageConformance
    ) throws -> any Stage {
        if role == .predictor {
            return try ToyProjector(
                parameters: StageParameters(
                    for: ToyProjector.self, linked: ["width": .integer(8)], connected: connected))
        }
        return try ToyEncoder(
            parameters: StageParameters(
                for: ToyEncoder.self, linked: ["image_shape": .image(conformance.image)],
                connected: connected))
    }

    /// The values that a graph would make the stage follow.
    private static func linked(
        _ entry: Registry.Entry, _ conformance: StageConformance
    ) -> [String: StageProperty] {
        let image = conformance.image
        let grid = PatchGrid(height: max(image.height / 4, 1), width: max(image.width / 4, 1))
        func value(_ property: String, axis: String) -> StageProperty {
            switch property {
            case "image": .image(image)
            case "grid": .grid(grid)
            case "width": .integer(length(axis, [:], conformance) ?? 8)
            case "heads": .integer(2)
            case "depth": .integer(1)
            default: .integer(4)
            }
        }
        var linked: [String: StageProperty] = [:]
        for link in entry.descriptor.links where !link.isOptional {
            let socket = entry.inputs.first { $0.name == link.socket }
            linked[link.name] = value(link.property, axis: socket?.shape.last ?? "D")
        }
        for parameter in entry.parameters {
            if case .property(let name) = parameter.kind {
                linked[parameter.name] = value(name, axis: "D")
            }
        }
        return linked.merging(conformance.linked) { $1 }
    }

    // MARK: - Inputs

    /// The length of an axis such as `B`, `3` or `M*B`; nil if a letter stands for nothing.
    private static func length(
        _ axis: String, _ dimensions: [String: Dimension], _ conformance: StageConformance
    ) -> Int? {
        let image = conformance.image
        let images = ["C": image.channels, "H": image.height, "W": image.width]
        var product = 1
        for term in axis.split(separator: "*").map(String.init) {
            if let number = Int(term) {
                product *= number
            } else if let dimension = dimensions[term], dimension.description != term,
                let length = length(dimension.description, dimensions, conformance)
            {
                product *= length
            } else if let length = conformance.sizes[term] ?? images[term] ?? usualSizes[term] {
                product *= length
            } else {
                product *= 6
            }
        }
        return product
    }

    /// The length of an axis of a wired input.
    func length(of axis: String, at stage: any Stage) -> Int {
        Self.length(axis, stage.dimensions, conformance) ?? 1
    }

    /// An axis in letters that inputs may have, as `M*B` for an `R` that the stage explains so.
    func spelledOut(_ axis: String, at stage: any Stage) -> String {
        guard let dimension = stage.dimensions[axis], dimension.description != axis else {
            return axis
        }
        return dimension.description
    }

    /// Every letter of the wired inputs with its length.
    func sizes(at stage: any Stage) -> [String: Int] {
        var sizes: [String: Int] = [:]
        for axis in sockets.flatMap(\.shape) {
            for letter in axis.split(separator: "*").map(String.init) where Int(letter) == nil {
                sizes[letter] = length(of: letter, at: stage)
            }
        }
        return sizes
    }

    /// Random inputs; the same for the same seed.
    func arrivals(for stage: any Stage, seed: UInt64 = 1) -> Arrivals {
        var arrivals = Arrivals()
        for (place, socket) in sockets.enumerated() {
            let key = seed &* 1000 &+ UInt64(place)
            let shape = socket.shape.map { length(of: $0, at: stage) }
            switch socket.kind {
            case .images, .tokens, .scalar:
                arrivals.tensors[socket.name] = sampleTensor(shape, seed: key)
            case .mask: arrivals.masks[socket.name] = mask(shape, patches: patches(of: stage), key)
            case .labels:
                arrivals.labels[socket.name] = (0..<shape[0]).map { Int32($0 % 2) }
            }
        }
        return arrivals
    }

    /// The patches that masks of the stage may name.
    private func patches(of stage: any Stage) -> Int {
        let linked = Self.linked(entry, conformance).values
        for property in [stage.properties["grid"]].compactMap({ $0 }) + linked {
            if case .grid(let grid) = property { return grid.count }
        }
        let image = conformance.image
        return max(image.height / 4, 1) * max(image.width / 4, 1)
    }

    private func mask(_ shape: [Int], patches: Int, _ key: UInt64) -> PatchIndices {
        let (blocks, batch) = shape.count == 3 ? (shape[0], shape[1]) : (1, shape[0])
        let kept = min(shape[shape.count - 1], patches)
        var random = StageRandom(seed: key, purpose: "mask")
        let values = (0..<blocks * batch).flatMap { _ in
            random.permutation(of: patches).prefix(kept).sorted().map { Int32($0) }
        }
        return PatchIndices(blocks: blocks, batch: batch, kept: kept, values: values)
    }
}
