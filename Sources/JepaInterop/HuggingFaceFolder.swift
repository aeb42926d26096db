import Foundation
import JepaCore
import JepaFormats

/// A folder that `IJepaModel.from_pretrained` reads: `config.json` and `model.safetensors`.
///
/// Source: huggingface/transformers, models/ijepa/configuration_ijepa.py.
struct HuggingFaceFolder {
    static let config = "config.json"
    static let weights = "model.safetensors"

    /// The heads that the configuration states.
    let heads: Int
    /// Height and width of the images, in pixels.
    let imageSize: (height: Int, width: Int)
    /// The tensors by their Hugging Face names.
    let tensors: [StoredTensor]
    /// What whoever wrote the folder said of the tensors.
    let metadata: [String: String]
    private let path: String
    private let values: [String: Any]

    /// Reads a folder and checks that its configuration is one that can be computed here.
    ///
    /// - Throws: `file` with every value that is another.
    init(reading path: String) throws {
        self.path = path
        let file = "\(path)/\(Self.config)"
        guard let contents = try File.contents(of: file),
            let values = try? JSONSerialization.jsonObject(with: contents) as? [String: Any]
        else { throw PipelineError(.file, "\(quoted(file)) is no JSON object") }
        self.values = values
        // What these networks are in any case; a value left out is the default of transformers.
        let fixed: [(name: String, value: NSObject, standard: NSObject)] = [
            ("model_type", "ijepa" as NSString, "" as NSString),
            ("hidden_act", "gelu" as NSString, "gelu" as NSString),
            ("layer_norm_eps", NSNumber(value: 1e-6), NSNumber(value: 1e-12)),
            ("qkv_bias", NSNumber(value: true), NSNumber(value: true)),
        ]
        let wrong = fixed.compactMap { name, value, standard -> String? in
            let found = values[name] as? NSObject ?? standard
            return found == value ? nil : "  \(name) is '\(found)', not '\(value)'"
        }
        guard wrong.isEmpty else {
            throw PipelineError(
                .file, "\(quoted(file)) describes a model that cannot be computed here",
                notes: wrong)
        }
        guard let heads = values["num_attention_heads"] as? Int else {
            throw PipelineError(.file, "\(quoted(file)) has no number 'num_attention_heads'")
        }
        self.heads = heads
        switch values["image_size"] {
        case let side as Int: imageSize = (side, side)
        case let sides as [Int] where sides.count == 2: imageSize = (sides[0], sides[1])
        default:
            throw PipelineError(.file, "\(quoted(file)) has no number 'image_size'")
        }
        let reader = try SafetensorsReader(path: "\(path)/\(Self.weights)")
        tensors = reader.tensors
        metadata = reader.metadata
    }

    /// Makes sure that configuration and tensors speak of the same network.
    ///
    /// - Throws: `file` with every number that differs.
    func check(against sizes: ModelSizes) throws {
        let expected = [
            ("hidden_size", sizes.width), ("num_hidden_layers", sizes.depth),
            ("intermediate_size", sizes.mlpWidth), ("num_channels", sizes.channels),
            ("patch_size", sizes.patchSize),
        ]
        let wrong = expected.compactMap { name, value -> String? in
            guard let found = values[name] as? Int, found != value else { return nil }
            return "  \(name) is \(found), its tensors have \(value)"
        }
        guard wrong.isEmpty else {
            throw PipelineError(
                .file, "\(Self.config) and the tensors of \(quoted(path)) do not agree",
                notes: wrong)
        }
    }

    /// The configuration of an encoder, as JSON.
    static func configuration(of sizes: ModelSizes) -> String {
        let (height, width) = sizes.imageSize
        let image = height == width ? "\(height)" : "[\(height), \(width)]"
        return """
            {
              "architectures": ["IJepaModel"],
              "attention_probs_dropout_prob": 0.0,
              "hidden_act": "gelu",
              "hidden_dropout_prob": 0.0,
              "hidden_size": \(sizes.width),
              "image_size": \(image),
              "initializer_range": 0.02,
              "intermediate_size": \(sizes.mlpWidth),
              "layer_norm_eps": 1e-06,
              "model_type": "ijepa",
              "num_attention_heads": \(sizes.heads),
              "num_channels": \(sizes.channels),
              "num_hidden_layers": \(sizes.depth),
              "patch_size": \(sizes.patchSize),
              "qkv_bias": true
            }

            """
    }
}
