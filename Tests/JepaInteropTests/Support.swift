import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaTensor
import Testing

/// A small model whose tensors are numbered, written as any file.
struct TinyModel {
    /// The tensors of all networks under official names, with prefixes.
    var tensors: [StoredTensor] = []

    /// Width 8, depth 2, patches of 4 pixels; the predictor has width 4 and depth 1.
    init(rows: Int = 2, columns: Int = 2) {
        let encoder = VisionTransformer(
            .init(gridHeight: rows, gridWidth: columns, patchSize: 4, width: 8, depth: 2, heads: 2))
        let predictor = PredictorNetwork(
            .init(
                gridHeight: rows, gridWidth: columns, inputWidth: 8, width: 4, depth: 1, heads: 2))
        var number = 0
        func add(_ prefix: String, _ weights: [Weight], _ positions: String, width: Int) {
            for weight in weights {
                number += 1
                let values = (0..<weight.count).map {
                    Float((number * 31 + $0 * 7) % 97) / 97 - 0.5
                }
                tensors.append(
                    StoredTensor(
                        "\(prefix).\(weight.name)", Tensor(values, shape: weight.shape)))
            }
            let table = SinCosPositions.table(rows: rows, columns: columns, width: width)
            tensors.append(
                StoredTensor("\(prefix).\(positions)", table.reshaped([1] + table.shape)))
        }
        add("encoder", encoder.weights, "pos_embed", width: 8)
        add("target_encoder", encoder.weights, "pos_embed", width: 8)
        add("predictor", predictor.weights, "predictor_pos_embed", width: 4)
    }

    /// Those of one network, without its prefix.
    func network(_ name: String) -> [StoredTensor] {
        tensors.filter { $0.name.hasPrefix(name + ".") }
            .map { $0.renamed(String($0.name.dropFirst(name.count + 1))) }
    }

    mutating func replace(_ name: String, by tensor: StoredTensor?) {
        tensors = tensors.compactMap { $0.name == name ? tensor : $0 }
    }
}

/// Writes tensors as a safetensors file.
func write(_ tensors: [StoredTensor], to path: String) throws {
    var writer = SafetensorsWriter()
    for tensor in tensors { try writer.add(tensor) }
    try writer.write(to: path)
}

/// The bytes of tensors by their names.
func bytes(_ tensors: [StoredTensor]) -> [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.withUnsafeBytes { Array($0) }) })
}

/// `../shared/reference/interop`, for tests that are skipped where it is not.
enum Reference {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/reference").standardizedFileURL.path
    static let isHere = FileManager.default.fileExists(atPath: folder)
    static let official = folder + "/interop/official.pth.tar"
    static let huggingFace = folder + "/interop/huggingface"
}
