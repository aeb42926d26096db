import Foundation
import JepaCore
import JepaFormats
import JepaNN

extension ModelWeights {
    /// Reads the weights of any file or folder that says itself what its networks are: all kinds
    /// but runs and checkpoints, whose pipeline has to be known.
    ///
    /// - Throws: `file` if it cannot be read or its tensors are not exactly those of a model.
    public init(reading path: String, hints: ModelHints = ModelHints()) throws {
        switch try FileKind(of: path) {
        case .torch: try self.init(torch: path, hints)
        case .safetensors:
            let reader = try SafetensorsReader(path: path)
            try self.init(
                flat: reader.tensors, from: path, origin: "a safetensors file", hints,
                said: reader.metadata)
        case .huggingFaceFolder: try self.init(huggingFace: path, hints)
        case .weightsFolder: try self.init(folder: path, hints)
        case .npy:
            throw PipelineError(
                .file, "\(quoted(path)) is a numpy file of one array, not the weights of a model")
        case .runFolder, .checkpoint:
            throw PipelineError(
                .file, "the networks of \(quoted(path)) are described by the pipeline of its run",
                notes: ["'export', 'features' and 'run --weights' take it as it is."])
        }
    }

    /// The metadata of a file written here that names its networks.
    static let networksKey = "networks"
    /// The metadata of a file written here whose positions were interpolated: `14x14`.
    static let positionGridKey = "positions_interpolated_from"

    /// The metadata of a file written here, and the entry of a torch file, with the number of
    /// attention heads.
    static let headsKey = "num_heads"

    /// An official checkpoint, or the state of an encoder alone.
    private init(torch path: String, _ hints: ModelHints) throws {
        var root = try TorchArchive(path: path).root
        // Trainers like to put the weights one level down.
        for wrapper in ["state_dict", "model"] where root[wrapper]?.dictionary != nil {
            root = root[wrapper] ?? root
        }
        let isOfficial = ModelNetwork.allCases.contains { root[$0.rawValue]?.dictionary != nil }
        guard isOfficial, let entries = root.dictionary?.entries else {
            try self.init(flat: root.tensors(), from: path, origin: "a torch file", hints)
            return
        }
        var hints = hints
        hints.heads = hints.heads ?? root[Self.headsKey]?.integer
        var networks: [ModelNetwork: [StoredTensor]] = [:]
        var (unexpected, remarks) = ([String](), [String]())
        for entry in entries {
            let (name, tensors) = (entry.key.description, entry.value.tensors())
            if let network = ModelNetwork(rawValue: name) {
                networks[network] = tensors.map(Self.withoutWrappers)
            } else if ["opt", "scaler"].contains(name) {
                if tensors.isEmpty { continue }
                remarks.append(
                    "The state of the optimizer, \(tensors.count) tensors under '\(name)', was "
                        + "left out.")
            } else {
                unexpected += entry.value.tensors(under: name).map { "\($0.name) \($0.shape)" }
            }
        }
        try self.init(
            networks, from: path, origin: "an official checkpoint", hints: hints,
            hasPositions: true, unexpected: unexpected, remarks: remarks)
    }

    /// Tensors without any order but their names.
    ///
    /// - Parameter said: The metadata of the file.
    private init(
        flat tensors: [StoredTensor], from path: String, origin: String, _ hints: ModelHints,
        said: [String: String] = [:]
    ) throws {
        var remarks: [String] = []
        var hints = hints
        hints.positionGrid =
            hints.positionGrid ?? said[Self.positionGridKey].flatMap(PositionGrid.init)
        hints.heads = hints.heads ?? said[Self.headsKey].flatMap { Int($0) }
        let tensors = tensors.map(Self.withoutWrappers)
        func lone() -> ModelNetwork {
            let name = said[Self.networksKey]
            if let network = name.flatMap(ModelNetwork.init(rawValue:)), network != .predictor {
                return network
            }
            let network = hints.loneEncoder
            remarks.append(
                "The file holds one encoder and does not say which; it is taken for the "
                    + "\(network.words).")
            return network
        }
        if HuggingFaceNames.matches(tensors) {
            let (official, unexpected) = try HuggingFaceNames.official(tensors)
            try self.init(
                [lone(): official], from: path,
                origin: origin + (origin.hasSuffix("folder") ? "" : " with Hugging Face names"),
                hints: hints, hasPositions: true, unexpected: unexpected, remarks: remarks)
            return
        }
        guard tensors.contains(where: { $0.name.wholeMatch(of: /(target_)?encoder\..+/) != nil })
        else {
            try self.init(
                [lone(): tensors], from: path, origin: "\(origin) of one encoder", hints: hints,
                hasPositions: true, remarks: remarks)
            return
        }
        var networks: [ModelNetwork: [StoredTensor]] = [:]
        var unexpected: [String] = []
        for tensor in tensors {
            let prefix = tensor.name.prefix { $0 != "." }
            if let network = ModelNetwork(rawValue: String(prefix)), prefix != tensor.name {
                let own = String(tensor.name.dropFirst(prefix.count + 1))
                networks[network, default: []].append(
                    Self.withoutWrappers(tensor.renamed(own)))
            } else {
                unexpected.append("\(tensor.name) \(tensor.shape)")
            }
        }
        try self.init(
            networks, from: path, origin: "\(origin) with official names", hints: hints,
            hasPositions: true, unexpected: unexpected, remarks: remarks)
    }

    /// A folder as `save_pretrained` leaves it.
    private init(huggingFace path: String, _ hints: ModelHints) throws {
        let folder = try HuggingFaceFolder(reading: path)
        var hints = hints
        hints.heads = hints.heads ?? folder.heads
        hints.imageSize = hints.imageSize ?? folder.imageSize
        try self.init(
            flat: folder.tensors, from: path, origin: "a Hugging Face folder", hints,
            said: folder.metadata)
        try folder.check(against: sizes)
    }

    /// A folder that `ModelFolder` wrote.
    private init(folder path: String, _ hints: ModelHints) throws {
        let description = try ModelFolder.readDescription(path)
        var hints = hints
        hints.heads = hints.heads ?? description.sizes.heads
        hints.positionGrid = hints.positionGrid ?? description.sizes.positionGrid
        hints.imageSize = hints.imageSize ?? description.sizes.imageSize
        let file = "\(path)/\(ModelFolder.weights)"
        try self.init(
            flat: try SafetensorsReader(path: file).tensors, from: path,
            origin: "weights imported from \(quoted(description.source))", hints)
        guard sizes == description.sizes || hints.recomputesPositions else {
            throw PipelineError(
                .file,
                "\(quoted(path)) is damaged: its tensors have the sizes \(sizes.text), "
                    + "its description has \(description.sizes.text)")
        }
    }

    /// The name without what torch's wrappers for several devices and for compiling put before it.
    private static func withoutWrappers(_ tensor: StoredTensor) -> StoredTensor {
        var name = tensor.name[...]
        for wrapper in ["module.", "_orig_mod.", "module."] where name.hasPrefix(wrapper) {
            name = name.dropFirst(wrapper.count)
        }
        return name.count == tensor.name.count ? tensor : tensor.renamed(String(name))
    }
}
