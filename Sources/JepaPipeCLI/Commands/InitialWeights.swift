import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaTensor
import JepaTraining

/// Weights that the networks of a pipeline begin with instead of random ones.
struct InitialWeights {
    private var values: [(weight: Weight, tensor: StoredTensor)] = []
    /// Which network went where, and which stages begin as they are drawn.
    private(set) var remarks: [String]

    /// Matches the networks of a model with the stages of a pipeline; nothing is changed yet.
    ///
    /// - Parameter recomputesPositions: Whether images may have another size than those of the
    ///   model, so that positions are others as well.
    /// - Throws: `configuration` with every tensor of a matching stage that is missing or has
    ///   another shape, with other heads, and with other positions unless they are to be computed
    ///   or the stage interpolates those of the model.
    init(
        _ model: ModelWeights, for pipeline: Pipeline, recomputesPositions: Bool = false
    ) throws {
        remarks = model.remarks
        var differences: [String] = []
        var advice: [String] = []
        for node in pipeline.nodes {
            guard let network = ModelNetwork.allCases.first(where: { $0.matches(node) }) else {
                if [.encoder, .predictor].contains(node.role), !node.stage.weights.isEmpty {
                    remarks.append("Stage '\(node.name)' begins as it is drawn.")
                }
                continue
            }
            guard let (source, tensors) = Self.tensors(of: network, in: model) else {
                remarks.append("Stage '\(node.name)' begins as it is drawn: no \(network.words).")
                continue
            }
            remarks.append("Stage '\(node.name)' begins as the \(source.words) of \(model.path).")
            // No shape shows them, and with others the same weights compute something else.
            if let heads = node.heads, heads != model.sizes.heads {
                differences.append(
                    "  '\(node.name)' has \(heads) heads, the file \(model.sizes.heads)")
            }
            if let found = Self.positions(of: node, otherThanIn: model) {
                if recomputesPositions {
                    remarks.append("Positions of '\(node.name)' are \(found.own).")
                } else {
                    differences.append(
                        "  '\(node.name)' has positions \(found.own), the file \(found.stored)")
                    advice = [
                        "To interpolate the positions of the file: --set "
                            + "'stages.\(node.name).interpolate_from=\(found.setting)'",
                        "To compute others: --recompute-positions",
                    ]
                }
            }
            let stored = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
            let own = Set(node.stage.weights.map(\.name)).union(ModelNetwork.positionNames)
            for weight in node.stage.weights {
                let name = "\(node.name).\(weight.name)"
                guard let tensor = stored[weight.name] else {
                    differences.append("  missing: \(name) \(weight.shape)")
                    continue
                }
                if tensor.shape != weight.shape {
                    differences.append(
                        "  mis-shaped: \(name) is \(weight.shape), in the file \(tensor.shape)")
                }
                values.append((weight, tensor))
            }
            differences += tensors.filter { !own.contains($0.name) }
                .map { "  unexpected: \($0.name) \($0.shape), which '\(node.name)' does not have" }
        }
        guard differences.isEmpty else {
            let more = differences.count - 20
            throw PipelineError(
                .configuration,
                "the networks of '\(model.path)' are not those of the pipeline; nothing was loaded",
                notes: differences.prefix(20) + (more > 0 ? ["  … and \(more) more"] : [])
                    + ["The file has \(model.sizes.text)."] + advice)
        }
    }

    /// Matches a pipeline with a run of the same stages, whatever they are.
    ///
    /// - Returns: nil if the weights are not of a run, or its stages are others.
    /// - Throws: `file` if the run cannot be read.
    init?(
        sameStagesAs path: String, for pipeline: Pipeline, registry: Registry
    ) throws {
        guard [.runFolder, .checkpoint].contains(try FileKind(of: path)) else { return nil }
        let file = try ModelLoading.pipelineFile(of: path)
        let other = try LoadedPipeline(file: file, overrides: [], registry: registry).pipeline
        let isAlike = pipeline.nodes.allSatisfy { node in
            guard node.role == .encoder || node.role == .predictor else { return true }
            let twin = other.node(node.name)
            return twin?.entry.descriptor.name == node.entry.descriptor.name
                && twin?.properties == node.properties && twin?.heads == node.heads
        }
        guard isAlike else { return nil }
        let checkpoint = try Checkpoint(of: path)
        let stored = Dictionary(
            uniqueKeysWithValues: checkpoint.tensors.filter { !other.isMoment($0.name) }
                .map { ($0.name, $0) })
        let own = pipeline.allWeights.filter { !pipeline.isMoment($0.name) }
        guard own.count == stored.count else { return nil }
        for weight in own {
            guard let tensor = stored[weight.name], tensor.shape == weight.weight.shape else {
                return nil
            }
            values.append((weight.weight, tensor))
        }
        remarks = [
            "Every stage begins as the one of its name in \(path), after "
                + "\(checkpoint.state.step) steps."
        ]
    }

    /// Gives the weights of the pipeline their values.
    func load() throws {
        for (weight, tensor) in values { weight.value = try tensor.floats() }
    }

    /// How the positions of a stage and of a model come about, and what makes the stage interpolate
    /// those of the model; nil if they are the same or it does so already.
    private static func positions(
        of node: Pipeline.Node, otherThanIn model: ModelWeights
    ) -> (own: String, stored: String, setting: String)? {
        guard case .grid(let patches) = node.properties["grid"], node.isTrained else { return nil }
        let grid = PositionGrid(height: patches.height, width: patches.width)
        let stored = PositionGrid(height: model.sizes.gridHeight, width: model.sizes.gridWidth)
        let source = model.sizes.positionGrid ?? stored
        let isSame = grid == stored && node.positionGrid == model.sizes.positionGrid
        guard !isSame, node.positionGrid != source else { return nil }
        func text(_ grid: PositionGrid, _ source: PositionGrid?) -> String {
            source.map { "of a \(grid) grid, interpolated from \($0)" }
                ?? "computed for a \(grid) grid"
        }
        return (
            text(grid, node.positionGrid), text(stored, model.sizes.positionGrid),
            "[\(source.height), \(source.width)]"
        )
    }

    /// The network itself; for an encoder that the model lacks, its other encoder.
    private static func tensors(
        of network: ModelNetwork, in model: ModelWeights
    ) -> (source: ModelNetwork, tensors: [StoredTensor])? {
        let others: [ModelNetwork] =
            network == .predictor ? [] : [.targetEncoder, .contextEncoder]
        for candidate in [network] + others {
            if let tensors = model.networks[candidate] { return (candidate, tensors) }
        }
        return nil
    }
}

extension Pipeline {
    /// Whether a weight is kept by an optimizer for its own use.
    fileprivate func isMoment(_ name: String) -> Bool {
        nodes.contains { $0.role == .optimizer && name.hasPrefix($0.name + ".") }
    }
}
