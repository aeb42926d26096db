import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaTensor
import JepaTraining

/// Weights from whatever a command is given: a run, a checkpoint, or a file of other programs.
struct ModelLoading {
    /// The weights with official names.
    let model: ModelWeights
    /// The run they were trained in, if they come from one.
    let run: LoadedPipeline?
    /// Steps of training behind them, if they come from a run.
    let step: Int?
    /// The pipeline they were trained in, if they come from a run.
    var pipeline: Pipeline? { run?.pipeline }

    /// Reads weights.
    ///
    /// - Parameters:
    ///   - wanted: The networks that are needed; nil for all there are. Only those of a run are
    ///     looked at, since a pipeline may have others of other kinds.
    ///   - pipelineFile: The graph file of a checkpoint that does not lie in its run folder.
    init(
        _ path: String, wanted: Set<ModelNetwork>? = nil, pipelineFile: String?, hints: ModelHints,
        registry: Registry
    ) throws {
        switch try FileKind(of: path) {
        case .runFolder, .checkpoint:
            let file = try pipelineFile ?? Self.pipelineFile(of: path)
            let run = try LoadedPipeline(file: file, overrides: [], registry: registry)
            let checkpoint = try Checkpoint(of: path)
            self.run = run
            step = checkpoint.state.step
            model = try Self.weights(
                checkpoint.tensors, of: run.pipeline, from: checkpoint.path,
                origin: "a checkpoint after \(checkpoint.state.step) steps", wanted: wanted, hints)
        default:
            if pipelineFile != nil {
                throw PipelineError(
                    .usage, "'--pipeline' goes with a checkpoint, which '\(path)' is not")
            }
            run = nil
            step = nil
            model = try ModelWeights(reading: path, hints: hints)
        }
    }

    /// What messages and records call a network: of a pipeline without a target encoder the one
    /// that stands in for it has its own name.
    func words(of network: ModelNetwork) -> String {
        let hasTarget = pipeline?.nodes.contains { ModelNetwork.targetEncoder.matches($0) } ?? true
        return network == .targetEncoder && !hasTarget ? "trained encoder" : network.words
    }

    /// The graph file of a run, or beside a checkpoint.
    ///
    /// - Parameter remedy: What to do if there is none.
    static func pipelineFile(
        of path: String,
        remedy: String = "Give --pipeline with the graph file it was trained with."
    ) throws -> String {
        let file = RunFolder.runPath(of: path) + "/pipeline.yaml"
        let isThere = FileManager.default.fileExists(atPath: path)
        if isThere, FileManager.default.fileExists(atPath: file) { return file }
        if isThere, !Folder.exists(path) {
            throw PipelineError(.file, "'\(path)' does not lie in a run folder", notes: [remedy])
        }
        throw RunFolder.noRun(in: path, lacking: "pipeline.yaml", notes: [remedy])
    }

    /// The networks of a pipeline as a model.
    ///
    /// - Parameter tensors: The weights of all stages, under the names of the pipeline.
    static func weights(
        _ tensors: [StoredTensor], of pipeline: Pipeline, from path: String, origin: String,
        wanted: Set<ModelNetwork>?, _ hints: ModelHints
    ) throws -> ModelWeights {
        var networks: [ModelNetwork: [StoredTensor]] = [:]
        var remarks: [String] = []
        var hints = hints
        for network in ModelNetwork.allCases where wanted?.contains(network) ?? true {
            let own = pipeline.nodes.first(where: { network.matches($0) })
            // Of a pipeline without a moving average there is but one encoder to mean.
            let only =
                wanted == [.targetEncoder]
                ? pipeline.nodes.first(where: { ModelNetwork.contextEncoder.matches($0) }) : nil
            guard let node = own ?? only else {
                if network == .predictor {
                    remarks += pipeline.nodes
                        .filter { $0.role == .predictor && !$0.stage.weights.isEmpty }
                        .map { "Stage '\($0.name)' is left out: it does not predict tokens." }
                }
                continue
            }
            let prefix = node.name + "."
            networks[network] = tensors.filter { $0.name.hasPrefix(prefix) }
                .map { $0.renamed(String($0.name.dropFirst(prefix.count))) }
            remarks.append(
                own == nil
                    ? "There is no target encoder; the trained encoder is the stage '\(node.name)'."
                    : "The \(network.words) is the stage '\(node.name)'.")
            if network == .predictor {
                if let heads = node.heads, let others = hints.heads, heads != others {
                    remarks.append(
                        "The predictor has \(heads) heads and the encoder \(others); other "
                            + "programs give it those of the encoder.")
                }
                continue
            }
            if let heads = node.heads { hints.heads = heads }
            if case .grid(let grid) = node.properties["grid"],
                case .integer(let side) = node.properties["patch_size"]
            {
                hints.imageSize = (grid.height * side, grid.width * side)
            }
            hints.positionGrid = node.positionGrid
        }
        if let wanted, !wanted.contains(where: { networks[$0] != nil }) {
            let names = wanted.map(\.words).sorted().joined(separator: " or ")
            throw PipelineError(
                .missing, "the pipeline of '\(path)' has no \(names)",
                notes: ["--encoder takes target or context."])
        }
        return try ModelWeights(
            networks, from: path, origin: origin, hints: hints,
            hasPositions: false, remarks: remarks)
    }
}

extension Pipeline {
    /// The attention heads of the trained encoder, if it says them.
    var encoderHeads: Int? { nodes.first { ModelNetwork.contextEncoder.matches($0) }?.heads }
}

extension Pipeline.Node {
    /// The attention heads of a network, if it says them or they are set.
    var heads: Int? {
        if case .integer(let heads) = properties["heads"] { return heads }
        let isDeclared = parameters.descriptors.contains { $0.name == "heads" }
        return isDeclared ? parameters.optionalInteger("heads") : nil
    }
}

extension Pipeline.Node {
    /// Whether a stage takes the tokens of an encoder and gives predictions as wide as they are, as
    /// the predictor of I-JEPA does: not a projector, nor a decoder to pixels.
    fileprivate var predictsTokens: Bool {
        func shape(_ name: String) -> [Int]? { stage.weights.first { $0.name == name }?.shape }
        guard let embed = shape("predictor_embed.weight"),
            let project = shape("predictor_proj.weight")
        else { return false }
        return embed.last == project.first
    }

    /// The grid that the positions of a network are interpolated from, if they are.
    var positionGrid: PositionGrid? {
        guard case .grid(let grid) = properties["interpolate_from"] else { return nil }
        return PositionGrid(height: grid.height, width: grid.width)
    }
}

extension ModelNetwork {
    /// Whether a stage of a pipeline is this network, by what it does.
    func matches(_ node: Pipeline.Node) -> Bool {
        guard !node.stage.weights.isEmpty else { return false }
        switch self {
        case .contextEncoder: return node.role == .encoder && node.isTrained
        case .targetEncoder: return node.role == .encoder && !node.isTrained
        case .predictor: return node.role == .predictor && node.predictsTokens
        }
    }

    /// The encoder that `--encoder` names.
    init(option: String) { self = option == "context" ? .contextEncoder : .targetEncoder }
}

extension CommandDescriptor.Argument {
    /// Weights in any form.
    static let weights = Self(
        name: "WEIGHTS",
        help: "A run folder, a checkpoint, imported weights, an official .pth.tar, a safetensors "
            + "file, or a Hugging Face folder.")
}

extension CommandDescriptor.Option {
    /// Which encoder is used.
    static let encoder = Self(
        name: "--encoder", value: "WHICH", choices: ["target", "context"], standard: "target",
        help: "The encoder to use; the paper evaluates the target encoder.")
    /// What no tensor shows.
    static let heads = Self(
        name: "--heads", value: "N", range: 1...1024,
        help: "The attention heads, where neither the file nor the width of the network tells.")
    /// The graph file of a checkpoint.
    static let pipeline = Self(
        name: "--pipeline", value: "FILE",
        help: "The graph file of a checkpoint that is not in its run folder.")
    /// Positions are compared unless this is given.
    static let recomputePositions = Self(
        name: "--recompute-positions",
        help: "Replaces the positions of the file by computed ones, whatever they are.")
    /// Positions for another image size.
    static let interpolatePositions = Self(
        name: "--interpolate-positions",
        help: "Adapts the positions of the file to --size, bicubic, instead of computing them.")
}

extension CommandLineArguments {
    /// Whether positions are to be interpolated to an image size.
    ///
    /// - Throws: `usage` if there is none, or they are to be computed as well.
    func interpolatesPositions(to size: (height: Int, width: Int)?) throws -> Bool {
        guard isOn("--interpolate-positions") else { return false }
        if isOn("--recompute-positions") {
            throw PipelineError(
                .usage,
                "'--interpolate-positions' and '--recompute-positions' exclude each other")
        }
        guard size != nil else {
            throw PipelineError(
                .usage, "'--interpolate-positions' goes with '--size', the images they are for")
        }
        return true
    }

    /// The image size of an option such as `--size 448` or `--size 224x448`.
    func imageSize(_ option: String) throws -> (height: Int, width: Int)? {
        guard let text = value(option) else { return nil }
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(sides.count), let height = sides[0],
            let width = sides[sides.count - 1],
            (1...8192).contains(height), (1...8192).contains(width)
        else {
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '\(option)'; it takes pixels, such as "
                    + "448 or 224x448 (height, then width)")
        }
        return (height, width)
    }
}
