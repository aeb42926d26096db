import JepaCore
import JepaFormats
import JepaNN

/// Writes weights under the names of other programs.
public struct ModelExport: Sendable {
    /// Whose names.
    public enum Format: String, CaseIterable, Sendable {
        /// All networks as the official trainer names them; a torch file if the path ends in
        /// `.pth`, `.pt` or `.tar`, else safetensors.
        case official
        /// One encoder as timm's `VisionTransformer` without class token loads it strictly.
        case timm
        /// One encoder as a folder for `IJepaModel.from_pretrained`.
        case huggingface
    }

    /// The weights.
    public let model: ModelWeights
    /// Whose names.
    public let format: Format
    /// The encoder that is written where there is room for one.
    public let encoder: ModelNetwork

    /// An export; nothing is written yet.
    ///
    /// - Throws: `missing` if the model has no such encoder.
    public init(_ model: ModelWeights, as format: Format, encoder: ModelNetwork) throws {
        self.model = model
        self.format = format
        self.encoder = encoder
        if format != .official { _ = try model.tensors(of: encoder) }
    }

    /// The networks that are written.
    public var networks: [ModelNetwork] {
        format == .official ? ModelNetwork.allCases.filter { model.networks[$0] != nil } : [encoder]
    }

    /// What whoever loads it has to know, because no tensor shows it; nil if there is nothing.
    public var caution: String? {
        let (heads, usual) = (model.sizes.heads, model.sizes.usualHeads)
        guard format != .huggingface, heads != usual else { return nil }
        let reader = format == .timm ? "timm" : "the official code"
        let others =
            usual.map { "; networks of width \(model.sizes.width) usually have \($0)" } ?? ""
        return "No tensor tells \(reader) that there are \(heads) heads\(others)."
    }

    /// Writes the file or folder.
    ///
    /// - Throws: `file` if the system refuses, or a folder is not empty.
    public func write(to path: String) throws {
        switch format {
        case .official: try writeOfficial(to: path)
        case .timm: try writeTimm(to: path)
        case .huggingface: try writeHuggingFace(to: path)
        }
    }

    private func writeOfficial(to path: String) throws {
        guard !Self.isTorch(path) else {
            var root = TorchDictionary()
            for network in networks {
                // The official trainer saves what DistributedDataParallel wraps.
                root.add(
                    .text(network.rawValue),
                    try Self.dictionary(network, of: model, prefix: "module."))
            }
            // The official trainer passes over what it does not know.
            root.add(.text(ModelWeights.headsKey), .integer(model.sizes.heads))
            return try TorchWriter.write(.dictionary(root), to: path)
        }
        var writer = SafetensorsWriter(metadata: metadata)
        for network in networks {
            for tensor in try model.tensors(of: network) {
                try writer.add(tensor.renamed("\(network.rawValue).\(tensor.name)"))
            }
        }
        try writer.write(to: path)
    }

    private func writeTimm(to path: String) throws {
        guard !Self.isTorch(path) else {
            return try TorchWriter.write(
                try Self.dictionary(encoder, of: model, prefix: ""), to: path)
        }
        var writer = SafetensorsWriter(metadata: metadata)
        for tensor in try model.tensors(of: encoder) { try writer.add(tensor) }
        try writer.write(to: path)
    }

    private func writeHuggingFace(to path: String) throws {
        var writer = SafetensorsWriter(metadata: metadata)
        for tensor in HuggingFaceNames.huggingFace(try model.tensors(of: encoder)) {
            try writer.add(tensor)
        }
        try ModelFolder.makeFolder(path)
        try writer.write(to: "\(path)/\(HuggingFaceFolder.weights)")
        try AtomicFile.write(
            HuggingFaceFolder.configuration(of: model.sizes),
            to: "\(path)/\(HuggingFaceFolder.config)")
    }

    /// `format: pt` is what transformers asks for.
    private var metadata: [String: String] {
        var metadata = [
            "format": "pt",
            ModelWeights.networksKey: networks.map(\.rawValue).joined(separator: ", "),
            ModelWeights.headsKey: "\(model.sizes.heads)",
        ]
        metadata[ModelWeights.positionGridKey] = model.sizes.positionGrid?.description
        return metadata
    }

    private static func isTorch(_ path: String) -> Bool {
        [".pth", ".pt", ".tar"].contains { path.hasSuffix($0) }
    }

    private static func dictionary(
        _ network: ModelNetwork, of model: ModelWeights, prefix: String
    ) throws -> TorchValue {
        var result = TorchDictionary()
        for tensor in try model.tensors(of: network) {
            result.add(.text(prefix + tensor.name), .tensor(tensor))
        }
        return .dictionary(result)
    }
}
