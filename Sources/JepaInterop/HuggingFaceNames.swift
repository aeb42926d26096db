import JepaCore
import JepaFormats

/// Translates between the official names of an encoder's tensors and those of Hugging Face.
///
/// Queries, keys and values are one tensor there and three here, so `[3D, ...]` is split into its
/// thirds and put together again, to the bit.
/// Source: huggingface/transformers, models/ijepa.
enum HuggingFaceNames {
    /// The names whose tensors stay as they are, official first; `N` stands for the block.
    private static let outer = [
        ("pos_embed", "embeddings.position_embeddings"),
        ("patch_embed.proj", "embeddings.patch_embeddings.projection"),
        ("norm", "layernorm"),
    ]
    private static let inner = [
        ("norm1", "layernorm_before"), ("norm2", "layernorm_after"),
        ("attn.proj", "attention.output.dense"), ("mlp.fc1", "intermediate.dense"),
        ("mlp.fc2", "output.dense"),
    ]
    private static let parts = ["query", "key", "value"]
    /// What the names begin with inside a model with a head.
    private static let prefix = "ijepa."

    /// Whether these are tensors of an `IJepaModel`.
    static func matches(_ tensors: [StoredTensor]) -> Bool {
        tensors.contains {
            $0.name == "embeddings.patch_embeddings.projection.weight"
                || $0.name == prefix + "embeddings.patch_embeddings.projection.weight"
        }
    }

    /// Tensors of a Hugging Face model under official names.
    ///
    /// - Returns: The tensors, and the names that mean nothing here.
    static func official(
        _ tensors: [StoredTensor]
    ) throws -> (tensors: [StoredTensor], unexpected: [String]) {
        var result: [StoredTensor] = []
        var unexpected: [String] = []
        var thirds: [String: [String: StoredTensor]] = [:]
        for tensor in tensors {
            let name = String(
                tensor.name.hasPrefix(prefix)
                    ? tensor.name.dropFirst(prefix.count) : tensor.name[...])
            if let match = name.wholeMatch(
                of: /encoder\.layer\.([0-9]+)\.attention\.attention\.([a-z]+)\.(weight|bias)/),
                parts.contains(String(match.2))
            {
                thirds["blocks.\(match.1).attn.qkv.\(match.3)", default: [:]][String(match.2)] =
                    tensor
            } else if let own = ownName(name) {
                result.append(tensor.renamed(own))
            } else {
                unexpected.append("\(tensor.name) \(tensor.shape)")
            }
        }
        for (name, found) in thirds.sorted(by: { $0.key < $1.key }) {
            let pieces = parts.compactMap { found[$0] }
            // Names and shapes are judged with all others; this one goes missing then.
            guard pieces.count == 3, let joined = join(pieces, as: name) else {
                unexpected += found.values.map { "\($0.name) \($0.shape), without its like" }
                continue
            }
            result.append(joined)
        }
        return (result, unexpected.sorted())
    }

    /// Official tensors of an encoder under the names of Hugging Face.
    static func huggingFace(_ tensors: [StoredTensor]) -> [StoredTensor] {
        tensors.flatMap { tensor -> [StoredTensor] in
            if let match = tensor.name.wholeMatch(
                of: /blocks\.([0-9]+)\.attn\.qkv\.(weight|bias)/)
            {
                let width = tensor.shape[0] / 3
                return parts.enumerated().map { place, part in
                    tensor.rows(place * width..<(place + 1) * width)
                        .renamed("encoder.layer.\(match.1).attention.attention.\(part).\(match.2)")
                }
            }
            return [tensor.renamed(foreignName(tensor.name))]
        }
    }

    /// The official name of a tensor that stays as it is.
    private static func ownName(_ name: String) -> String? {
        let (stem, suffix) = split(name)
        if let pair = outer.first(where: { $0.1 == stem }) { return pair.0 + suffix }
        guard let match = stem.wholeMatch(of: /encoder\.layer\.([0-9]+)\.(.+)/),
            let pair = inner.first(where: { $0.1 == match.2 })
        else { return nil }
        return "blocks.\(match.1).\(pair.0)\(suffix)"
    }

    private static func foreignName(_ name: String) -> String {
        let (stem, suffix) = split(name)
        if let pair = outer.first(where: { $0.0 == stem }) { return pair.1 + suffix }
        guard let match = stem.wholeMatch(of: /blocks\.([0-9]+)\.(.+)/),
            let pair = inner.first(where: { $0.0 == match.2 })
        else { fatalError("'\(name)' is no tensor of an encoder") }
        return "encoder.layer.\(match.1).\(pair.1)\(suffix)"
    }

    private static func split(_ name: String) -> (stem: String, suffix: String) {
        for suffix in [".weight", ".bias"] where name.hasSuffix(suffix) {
            return (String(name.dropLast(suffix.count)), suffix)
        }
        return (name, "")
    }

    /// The tensors one below the other, if they are of one type and shape.
    private static func join(_ pieces: [StoredTensor], as name: String) -> StoredTensor? {
        let first = pieces[0]
        guard !first.shape.isEmpty, first.count > 0,
            pieces.allSatisfy({ $0.shape == first.shape && $0.element == first.element })
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.byteCount })
        for piece in pieces { piece.withUnsafeBytes { bytes += $0 } }
        return StoredTensor(
            name, first.element, shape: [pieces.count * first.shape[0]] + first.shape.dropFirst(),
            bytes: bytes)
    }
}
